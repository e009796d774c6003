/** The outbox of an account: what the screen sees of it, and what leaves it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { effect, signal } from "@preact/signals";
import { Outbox } from "../../static/shared/outbox.js";
import { Problem, unreachable } from "../../static/shared/problem.js";
import { PageStore } from "../../static/shared/store.js";

/** @import { Edit, Edited } from '../../static/shared/shapes.js' */

const AT = "2026-11-25T12:00:00.000Z";

/** @param {string} id @param {Partial<Edit>} [more] @returns {Edit} */
const edit = (id, more = {}) => ({ id, kind: "add", item: `item ${id}`, text: "milk", at: AT, seen: 0, ...more });
const breathe = () => new Promise((resolve) => setImmediate(resolve));

/** An outbox whose calls wait until the test answers them. @param {PageStore} [store] @param {any} [tabs] @param {any} [journal] */
function outboxOf(store = new PageStore(), tabs, journal) {
  /** @type {{ids: string[], list: string, answer: (edited: Edited) => void, fail: (problem: Problem) => void}[]} */
  const calls = [];
  const outbox = new Outbox("ann", store, ({ list, edits }) => new Promise((answer, fail) => {
    calls.push({ ids: edits.map(({ id }) => id), list, answer, fail });
  }), tabs, journal);
  return { outbox, calls, store };
}

/** @param {string[]} ids @returns {Edited} */
const applied = (ids) => ({ revision: 1, results: ids.map((id) => ({ edit: id, status: "applied", revision: 1 })) });
/** @param {Outbox} outbox */
const shown = (outbox) => outbox.entries.value.map(({ edit, state }) => `${edit.id} ${state}`);

test("an edit is on the screen before anything is stored or sent", () => {
  const { outbox, calls } = outboxOf();
  void outbox.push("l", "e", [edit("1")]);
  assert.deepEqual(shown(outbox), ["1 waiting"]);
  assert.equal(calls.length, 0);
});

test("nothing is sent before the connection is known to be the account's own", async () => {
  const { outbox, calls } = outboxOf();
  await outbox.push("l", "e", [edit("1")]);
  await breathe();
  assert.equal(calls.length, 0);
  outbox.ready(true);
  await breathe();
  assert.deepEqual(calls.map(({ ids }) => ids), [["1"]]);
});

test("one call at a time for a list, the next holds what came meanwhile; another list does not wait", async () => {
  const { outbox, calls } = outboxOf();
  outbox.ready(true);
  await outbox.push("l", "e", [edit("1")]);
  await outbox.push("l", "e", [edit("2"), edit("3")]);
  await outbox.push("other", "e", [edit("4")]);
  await breathe();
  assert.deepEqual(calls.map(({ ids }) => ids), [["1"], ["4"]]);
  calls[0].answer(applied(["1"]));
  await breathe();
  assert.deepEqual(calls.map(({ ids }) => ids), [["1"], ["4"], ["2", "3"]]);
  assert.deepEqual(shown(outbox), ["2 waiting", "3 waiting", "4 waiting"]);
});

test("an edit survives the page: another one sends it, in the old order, and only for its own account", async () => {
  const store = new PageStore();
  await outboxOf(store).outbox.push("l", "e", [edit("1"), edit("2")]);
  const other = new Outbox("bob", store, () => assert.fail("bob sends what ann wrote"));
  await other.load();
  other.ready(true);
  assert.deepEqual(shown(other), []);
  const { outbox, calls } = outboxOf(store);
  await outbox.load();
  outbox.ready(true);
  await breathe();
  assert.deepEqual(calls.map(({ ids }) => ids), [["1", "2"]]);
});

/** A journal, and what is in it. */
function journalOf() {
  /** @type {Map<string, any>} */
  const kept = new Map();
  const journal = {
    keep: (/** @type {any} */ entry) => void kept.set(entry.edit.id, entry),
    forget: (/** @type {string} */ id) => void kept.delete(id),
    find: (/** @type {string} */ id) => [kept.get(id) ?? []].flat(),
    left: (/** @type {string} */ account) => [...kept.values()].filter((entry) => entry.account === account),
  };
  return { journal, kept };
}

/** The next page of a browser that has no database. @param {import("../../static/shared/queue.js").Journal} journal */
async function nextPage(journal) {
  const page = outboxOf(new PageStore(), undefined, journal);
  await page.outbox.load();
  return page;
}

test("an edit of a page that ended before the store had it is brought in by the next one, once", async () => {
  const { journal, kept } = journalOf();
  const store = new PageStore();
  const never = new PageStore();
  never.append = () => new Promise(() => {});
  const ended = new Outbox("ann", never, () => assert.fail("it is not kept yet"), undefined, journal);
  void ended.push("l", "e", [edit("1"), edit("2")]);
  assert.equal(kept.size, 2, "in the very step");
  const bob = new Outbox("bob", store, () => assert.fail("not his"), undefined, journal);
  await bob.load();
  assert.equal(kept.size, 2);
  const { outbox } = outboxOf(databaseLike(store), undefined, journal);
  await outbox.load();
  assert.deepEqual(shown(outbox), ["1 waiting", "2 waiting"]);
  assert.equal(kept.size, 0);
  await outbox.push("l", "e", [edit("3")]);
  assert.equal(kept.size, 0);
});

test("where there is no database, edits outlast the page, folded and refused ones too, until they are stored or given up", async () => {
  const { journal, kept } = journalOf();
  const first = await nextPage(journal);
  await first.outbox.push("l", "e", [edit("1")]);
  await first.outbox.push("l", "e", [edit("2", { kind: "set", item: "item 1", text: undefined, note: "low fat" })]);
  assert.deepEqual([...kept.keys()], ["1"], "the change is part of its add");
  await first.outbox.push("l", "e", [edit("3")]);

  const second = await nextPage(journal);
  assert.deepEqual(second.outbox.entries.value.map((entry) => entry.edit.note), ["low fat", undefined]);
  second.outbox.ready(true);
  await breathe();
  assert.ok([...kept.values()].every((entry) => entry.sent), "nothing folds any more into what may be stored");
  const error = { code: "invalid", title: "Invalid", status: 400 };
  const [stored] = applied(["1"]).results;
  second.calls[0].answer({ revision: 1, results: [stored, { edit: "3", status: "refused", revision: 1, error }] });
  await breathe();
  assert.deepEqual([...kept.keys()], ["3"]);

  const third = await nextPage(journal);
  assert.deepEqual(shown(third.outbox), ["3 aside"]);
  const [aside] = third.outbox.entries.value;
  assert.equal(aside.problem?.code, "invalid");
  const given = third.outbox.drop("3");
  void third.outbox.putBack([aside]);
  await given;
  assert.deepEqual([...kept.keys()], ["3"], "taken back before it had gone");
  await third.outbox.drop("3");
  assert.deepEqual([...kept.keys()], []);
});

test("without a database, a change is no part of an add that another tab has read, and sends as it has it", async () => {
  const { journal } = journalOf();
  const one = await nextPage(journal);
  const change = (/** @type {string} */ id, /** @type {string} */ note) => edit(id, { kind: "set", item: "item 1", text: undefined, note });
  await one.outbox.push("l", "e", [edit("1")]);
  const two = await nextPage(journal);
  await one.outbox.push("l", "e", [change("2", "low fat")]);
  await two.outbox.push("l", "e", [change("3", "oat")]);
  two.outbox.ready(true);
  one.outbox.ready(true);
  await breathe();
  assert.deepEqual([one, two].map(({ calls }) => calls[0].ids), [["1", "2"], ["1", "3"]]);
});

test("without a database, what another tab has sent does not come back with the next page", async () => {
  const { journal, kept } = journalOf();
  /** @type {((news: any) => void)[]} */
  const ears = [];
  const tabs = { post: (/** @type {any} */ news) => ears.forEach((hear) => hear(news)), hear: (/** @type {any} */ act) => ears.push(act) };
  const one = await nextPage(journal);
  await one.outbox.push("l", "e", [edit("1")]);
  const two = outboxOf(new PageStore(), tabs, journal);
  await two.outbox.load();
  one.outbox.tabs = tabs;
  one.outbox.ready(true);
  await breathe();
  one.calls[0].answer(applied(["1"]));
  await breathe();
  await two.outbox.push("l", "e", [edit("2")]);
  two.outbox.ready(true);
  await breathe();
  assert.deepEqual([...kept.keys()], ["2"]);
});

test("where the database fails, edits keep their order, and all that was under way goes on", async () => {
  const { journal, kept } = journalOf();
  const store = new PageStore();
  const { outbox, calls } = outboxOf(databaseLike(store), undefined, journal);
  await outbox.push("l", "e", [edit("1")]);
  store.append = () => Promise.reject(new Error("full"));
  const tick = (/** @type {string} */ id) => edit(id, { kind: "tick", item: "item 1", text: undefined, ticked: true });
  await Promise.all([outbox.push("l", "e", [tick("2")]), outbox.push("l", "e", [tick("3")])]);
  assert.deepEqual(shown(outbox), ["1 waiting", "2 waiting", "3 waiting"]);
  assert.deepEqual([...kept.keys()].sort(), ["1", "2", "3"]);
  outbox.ready(true);
  await breathe();
  assert.deepEqual(calls.map(({ ids }) => ids), [["1", "2", "3"]]);
});

test("where the database fails while the page is open, what waits outlasts the page all the same", async () => {
  const { journal, kept } = journalOf();
  const store = new PageStore();
  const { outbox, calls } = outboxOf(databaseLike(store), undefined, journal);
  await outbox.push("l", "e", [edit("1")]);
  assert.equal(kept.size, 0, "the database has it");
  store.append = () => Promise.reject(new Error("full"));
  await outbox.push("l", "e", [edit("2")]);
  assert.deepEqual([...kept.keys()].sort(), ["1", "2"]);
  outbox.ready(true);
  await breathe();
  calls[0].answer(applied(["1", "2"]));
  await breathe();
  assert.equal(kept.size, 0);
});

test("an edit that is tried again is not lost with a page that is left when the store has just dropped it", async () => {
  const { outbox, store } = outboxOf();
  /** @type {any} */
  const journal = { keep: (/** @type {any} */ entry) => void kept.push(entry), forget: () => {}, left: () => [] };
  /** @type {any[]} */
  const kept = [];
  await store.append([{ account: "ann", list: "l", epoch: "e", edit: edit("1"), state: "aside", sent: true }]);
  await outbox.load();
  outbox.journal = journal;
  const drop = store.drop.bind(store);
  /** @type {any[] | null} */
  let atDrop = null;
  store.drop = async (ids) => {
    await drop(ids);
    atDrop = [...kept];
  };
  await outbox.retry(outbox.entries.value[0], { at: AT, seen: 3 });
  assert.deepEqual(atDrop, [{ account: "ann", list: "l", epoch: "e", edit: edit("1", { seen: 3 }), state: "waiting", sent: false }]);
});

test("a lost answer sends the same edits again, after the connection is back", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { outbox, calls } = outboxOf();
  outbox.ready(true);
  await outbox.push("l", "e", [edit("1")]);
  await breathe();
  outbox.ready(false);
  calls[0].fail(new Problem({ code: "unreachable" }));
  await breathe();
  assert.deepEqual(shown(outbox), ["1 waiting"]);
  outbox.ready(true);
  await breathe();
  assert.deepEqual(calls[1].ids, ["1"]);
});

test("whoever must not count an edit twice waits for the answer to the call in flight, also where none comes", async () => {
  const { outbox, calls } = outboxOf();
  outbox.ready(true);
  let certain = 0;
  /** @param {string} list */
  const wait = async (list) => (await outbox.answered(list), certain++);
  void wait("l");
  await breathe();
  assert.equal(certain, 1, "nothing is in flight");
  await outbox.push("l", "e", [edit("1")]);
  await breathe();
  void wait("l");
  await breathe();
  assert.equal(certain, 1);
  calls[0].answer(applied(["1"]));
  await breathe();
  assert.equal(certain, 2);
  await outbox.push("l", "e", [edit("2")]);
  await breathe();
  void wait("l");
  outbox.ready(false);
  calls[1].fail(unreachable());
  await breathe();
  assert.equal(certain, 3);
});

test("a busy server is asked again when it said, not when the next edit comes", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { outbox, calls } = outboxOf();
  outbox.ready(true);
  await outbox.push("l", "e", [edit("1")]);
  await breathe();
  calls[0].fail(new Problem({ code: "too_many_requests", retry_after: 9 }));
  await breathe();
  await outbox.push("l", "e", [edit("2")]);
  await breathe();
  t.mock.timers.tick(8999);
  await breathe();
  assert.equal(calls.length, 1);
  t.mock.timers.tick(1);
  await breathe();
  assert.deepEqual(calls[1].ids, ["1", "2"]);
});

test("nor when an edit came while it was being asked", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { outbox, calls } = outboxOf();
  outbox.ready(true);
  await outbox.push("l", "e", [edit("1")]);
  await outbox.push("l", "e", [edit("2")]);
  calls[0].fail(new Problem({ code: "too_many_requests", retry_after: 9 }));
  await breathe();
  assert.equal(calls.length, 1);
  t.mock.timers.tick(9000);
  await breathe();
  assert.deepEqual(calls[1].ids, ["1", "2"]);
});

test("nor when it was asked before over a connection that broke", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { outbox, calls } = outboxOf();
  outbox.ready(true);
  await outbox.push("l", "e", [edit("1")]);
  await breathe();
  for (const call of [0, 1]) {
    calls[call].fail(new Problem({ code: "too_many_requests", retry_after: 9 }));
    await breathe();
    t.mock.timers.tick(5000);
    if (call === 0) outbox.ready(false), outbox.ready(true);
    await breathe();
  }
  t.mock.timers.tick(3999);
  await breathe();
  assert.equal(calls.length, 2);
  t.mock.timers.tick(1);
  await breathe();
  assert.deepEqual(calls[2].ids, ["1"]);
});

test("a connection is ready once, however often the queue is another since", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { outbox, calls } = outboxOf();
  const open = signal(false);
  t.after(effect(() => outbox.ready(open.value)));
  open.value = true;
  await outbox.push("l", "e", [edit("1")]);
  await breathe();
  calls[0].fail(new Problem({ code: "too_many_requests", retry_after: 9 }));
  await breathe();
  await outbox.push("l", "e", [edit("2")]);
  await breathe();
  assert.equal(calls.length, 1);
});

test("what was kept is sent also where the connection is there before it is read", async () => {
  const store = new PageStore();
  await outboxOf(store).outbox.push("l", "e", [edit("1")]);
  const { outbox, calls } = outboxOf(store);
  outbox.ready(true);
  await outbox.load();
  await breathe();
  assert.deepEqual(calls.map(({ ids }) => ids), [["1"]]);
});

test("a refused edit stays, set aside, until it is tried again or dropped; the others go on", async () => {
  const { outbox, calls } = outboxOf();
  outbox.ready(true);
  await outbox.push("l", "e", [edit("1"), edit("2")]);
  await breathe();
  calls[0].fail(new Problem({ code: "invalid", fields: { "edits.0.text": "blank" } }));
  await breathe();
  assert.deepEqual(shown(outbox), ["1 aside", "2 waiting"]);
  assert.deepEqual(outbox.entries.value[0].problem, { code: "invalid", message: "blank" });
  calls[1].answer(applied(["2"]));
  await breathe();
  assert.deepEqual(shown(outbox), ["1 aside"]);

  await outbox.retry(outbox.entries.value[0], { at: "2026-11-25T13:00:00.000Z", seen: 5 });
  await breathe();
  assert.deepEqual(calls[2].ids, ["1"], "the same id: had it been stored after all, it would count once");
  assert.equal(outbox.entries.value[0].edit.seen, 5);
  calls[2].fail(new Problem({ code: "gone" }));
  await breathe();
  await outbox.drop("1");
  assert.deepEqual(shown(outbox), []);
});

test("what was given up comes back as it was, in its old place, and is sent by nobody", async () => {
  const { outbox, calls, store } = outboxOf();
  outbox.ready(true);
  await outbox.push("l", "e", [edit("1"), edit("2")]);
  await breathe();
  calls[0].fail(new Problem({ code: "gone" }));
  await breathe();
  const [first] = outbox.entries.value;
  await outbox.drop("1");
  assert.deepEqual(shown(outbox), ["2 aside"]);
  const back = outbox.putBack([first]);
  assert.deepEqual(shown(outbox), ["1 aside", "2 aside"], "at once");
  await back;
  await breathe();
  assert.deepEqual(shown(outbox), ["1 aside", "2 aside"]);
  assert.deepEqual(outbox.entries.value[0].problem, first.problem);
  assert.equal((await store.entries("ann")).length, 2);
  assert.equal(calls.length, 1);
  await outbox.drop("1");
  await outbox.refresh();
  assert.deepEqual(shown(outbox), ["2 aside"]);
});

test("what was told as stored leaves the screen's queue in that very step, and is not sent again", async () => {
  const { outbox, calls, store } = outboxOf();
  await outbox.push("l", "e", [edit("1"), edit("2")]);
  void outbox.told(["1", "someone else's"]);
  assert.deepEqual(shown(outbox), ["2 waiting"]);
  outbox.ready(true);
  await breathe();
  assert.deepEqual(calls.map(({ ids }) => ids), [["2"]]);
  assert.equal((await store.entries("ann")).length, 1);
});

test("what was told as stored, and is still in the store, does not hold up what comes after it", async () => {
  const { outbox, calls, store } = outboxOf();
  await outbox.push("l", "e", [edit("1")]);
  await outbox.push("l", "of a later epoch", [edit("2")]);
  const drop = store.drop.bind(store);
  store.drop = () => new Promise(() => {});
  void outbox.told(["1"]);
  store.drop = drop;
  outbox.ready(true);
  await breathe();
  assert.deepEqual(calls.map(({ ids }) => ids), [["2"]]);
});

test("a token that ended stops the sending and loses nothing", async () => {
  const { outbox, calls } = outboxOf();
  let told = 0;
  outbox.onSignedOut = () => (told += 1);
  outbox.ready(true);
  await outbox.push("l", "e", [edit("1")]);
  await breathe();
  calls[0].fail(new Problem({ code: "unauthenticated" }));
  await breathe();
  await outbox.push("l", "e", [edit("2")]);
  await breathe();
  assert.equal(told, 1);
  assert.equal(calls.length, 1);
  assert.deepEqual(shown(outbox), ["1 waiting", "2 waiting"]);
});

test("another tab's answers take its edits off this screen too, and are passed on", async () => {
  const store = new PageStore();
  /** @type {((news: any) => void)[]} */
  const ears = [];
  const tabs = { post: (/** @type {any} */ news) => ears.forEach((hear) => hear(news)), hear: (/** @type {any} */ act) => ears.push(act) };
  const one = outboxOf(store, tabs);
  const two = outboxOf(store, tabs);
  await one.outbox.push("l", "e", [edit("1")]);
  await breathe();
  assert.deepEqual(shown(two.outbox), ["1 waiting"]);
  /** @type {string[]} */
  const done = [];
  two.outbox.onDone = (stored) => done.push(...stored.map(({ entry }) => entry.edit.id));
  one.outbox.ready(true);
  await breathe();
  one.calls[0].answer(applied(["1"]));
  await breathe();
  assert.deepEqual(done, ["1"]);
  assert.deepEqual(shown(two.outbox), []);
});

test("a store that breaks is replaced by one that lasts as long as the page", async () => {
  const good = new PageStore();
  /** @type {any} */
  const full = {
    append: () => Promise.reject(new Error("QuotaExceededError")),
    entries: (/** @type {string} */ account) => good.entries(account),
  };
  const { outbox, calls } = outboxOf(full);
  outbox.ready(true);
  await outbox.push("l", "e", [edit("1")]);
  await breathe();
  assert.deepEqual(calls.map(({ ids }) => ids), [["1"]]);
  assert.deepEqual(shown(outbox), ["1 waiting"]);
});

test("a full disk: the list copies give way first, and what is kept leaves the queue as ever", async () => {
  const store = new PageStore();
  await store.keepCopy("list", {});
  const append = store.append.bind(store);
  store.append = async (entries) => {
    if (await store.copy("list")) throw new Error("full");
    await append(entries);
  };
  const { outbox } = outboxOf(databaseLike(store));
  await outbox.push("l", "e", [edit("1")]);
  assert.deepEqual((await store.entries("ann")).map((entry) => entry.edit.id), ["1"]);
});

test("where the store fails while an add is on its way, a change of its item does not vanish into it", async () => {
  const store = new PageStore();
  const { outbox, calls } = outboxOf(databaseLike(store));
  outbox.ready(true);
  await outbox.push("l", "e", [edit("1")]);
  await breathe();
  store.append = () => Promise.reject(new Error("full"));
  await outbox.push("l", "e", [edit("2", { kind: "set", item: "item 1", text: undefined, note: "low fat" })]);
  calls[0].answer(applied(["1"]));
  await breathe();
  assert.deepEqual(calls.map(({ ids }) => ids), [["1"], ["2"]]);
  assert.deepEqual(await store.entries("ann"), [], "what is stored does not come back from the failed store");
});

/** A store that is no PageStore to the outbox. @param {any} store @returns {any} */
const databaseLike = (store) =>
  new Proxy({}, { get: (_, name) => (/** @type {any} */ one, /** @type {any} */ two, /** @type {any} */ three) => store[name](one, two, three) });
