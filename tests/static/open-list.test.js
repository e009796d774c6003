/** A list that a page has open: what it shows when the server answers otherwise than before. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { signal } from "@preact/signals";
import { Members } from "../../static/list/members.js";
import { onList } from "../../static/list/model.js";
import { OpenList } from "../../static/list/open-list.js";
import { Outbox } from "../../static/shared/outbox.js";
import { PageStore } from "../../static/shared/store.js";

/** @param {number} revision @param {string} epoch @returns {any} */
const answer = (revision, epoch) => ({
  list: { id: "l", title: "Shop", revision, epoch, role: "owner", right: "edit", categories: {} },
  items: [],
  people: [],
  whole: true,
});

test("after a restored backup the screen shows no edit that the backup does not have", async (t) => {
  t.after(() => clearTimeout(list.keeping));
  const live = { state: signal("away"), on: () => {}, ask: () => {} };
  const store = new PageStore();
  const outbox = new Outbox("ann", store, async ({ edits }) => ({
    revision: 120,
    results: edits.map(({ id }) => ({ edit: id, status: "applied", revision: 120 })),
  }));
  /** @type {any} */
  const session = { user: { id: "ann" }, live, outbox, store, keepCopy: async () => {}, clock: { at: () => "2026-11-25T12:00:00.000Z" } };
  const list = new OpenList(session, "l");
  await list.start();
  list.opened(answer(119, "e1"));
  outbox.ready(true);
  list.edit({ kind: "add", item: "milk", text: "Milk" });
  while (list.landed.peek().length === 0) await new Promise(setImmediate);
  const shown = () => onList(/** @type {any} */ (list.shown.peek())).map((item) => item.text);
  assert.deepEqual(shown(), ["Milk"], "stored, and not told yet");
  list.opened(answer(100, "e2"));
  assert.deepEqual(shown(), []);
});

test("rows name a member as they are called by now, whatever the copy says", async (t) => {
  t.after(() => clearTimeout(list.keeping));
  const members = [{ person: { id: "bob", name: "Robert" }, role: "editor" }, { person: { id: "ann", name: "Ann" }, role: "owner" }];
  const live = { state: signal("away"), on: () => {}, ask: () => {}, call: async () => ({ members }) };
  const store = new PageStore();
  /** @type {any} */
  const session = { user: { id: "ann" }, live, store, keepCopy: async () => {}, clock: {} };
  session.outbox = new Outbox("ann", store, async () => ({ revision: 0, results: [] }));
  const list = new OpenList(session, "l");
  const circle = new Members(list);
  await circle.read();
  assert.equal(list.shown.peek(), null, "a list that is not known yet has no rows");
  list.opened({ ...answer(7, "e1"), people: [{ id: "bob", name: "Bob" }, { id: "eve", name: "Eve" }] });
  await circle.read();
  assert.deepEqual([...(list.shown.peek()?.people ?? [])], [["bob", "Robert"], ["eve", "Eve"]]);
  const before = list.shown.peek();
  await circle.read();
  assert.equal(list.shown.peek(), before, "nobody is called otherwise: nothing is drawn");
});

test("a device's copy of a list does not grow for years by what was removed", async () => {
  const now = Date.parse("2026-11-25T12:00:00.000Z");
  const item = (/** @type {string} */ id, /** @type {string} */ updated_at) => [id, { id, text: id, position: "a0", removed: true, updated_at }];
  const store = new PageStore();
  const items = new Map(/** @type {any} */ ([item("old", "2026-08-01T00:00:00.000Z"), item("new", "2026-11-01T00:00:00.000Z")]));
  await store.keepCopy("list ann l", { list: answer(7, "e1").list, items, people: new Map(), merged: new Map() });
  const live = { state: signal("away"), on: () => {}, ask: () => {} };
  /** @type {any} */
  const session = { user: { id: "ann" }, live, store, keepCopy: async () => {}, clock: { now: () => now, ahead: 0 } };
  session.outbox = new Outbox("ann", store, async () => ({ revision: 0, results: [] }));
  const list = new OpenList(session, "l");
  await list.start();
  clearTimeout(list.keeping);
  assert.deepEqual([...(list.confirmed.peek()?.items.keys() ?? [])], ["new"]);
});

test("a copy that is no state of a list counts as none, and an edit of an unknown kind changes nothing", async () => {
  const whole = { list: answer(7, "e1").list, items: new Map(), people: new Map(), merged: new Map() };
  for (const copy of [{}, [], "x", 0, { ...whole, items: [] }, { ...whole, list: {} }, { ...whole, merged: undefined }]) {
    const store = new PageStore();
    await store.keepCopy("list ann l", copy);
    /** @type {any} */
    const odd = { account: "ann", list: "l", epoch: "", state: "waiting", sent: false, edit: { id: "odd", kind: "frobnicate", at: "2026", seen: 0 } };
    await store.append([odd]);
    const live = { state: signal("away"), on: () => {}, ask: () => {} };
    /** @type {any} */
    const session = { user: { id: "ann" }, live, store, keepCopy: async () => {}, clock: { now: () => 0, ahead: 0 } };
    session.outbox = new Outbox("ann", store, async () => ({ revision: 0, results: [] }));
    await session.outbox.load();
    const list = new OpenList(session, "l");
    await list.start();
    clearTimeout(list.keeping);
    assert.equal(list.confirmed.peek(), null);
    assert.equal(list.shown.peek()?.items.size, 0);
  }
});

test("what another tab folded into an edit that waits is on the screen of this one", async () => {
  const store = new PageStore();
  const live = { state: signal("away"), on: () => {}, ask: () => {} };
  const outboxes = [1, 2].map(() => new Outbox("ann", store, async () => ({ revision: 0, results: [] })));
  /** @type {any} */
  const session = { user: { id: "ann" }, live, outbox: outboxes[0], store, keepCopy: async () => {} };
  const list = new OpenList(session, "l");
  list.opened(answer(7, "e1"));
  await outboxes[1].push("l", "e1", [{ kind: "add", item: "milk", text: "Milk", id: "1", at: "2026-11-25T12:00:00.000Z", seen: 0 }]);
  await outboxes[0].fromTab([]);
  const quantity = () => list.shown.peek()?.items.get("milk")?.quantity;
  assert.equal(quantity(), null);
  await outboxes[1].push("l", "e1", [{ kind: "set", item: "milk", quantity: 3, id: "2", at: "2026-11-25T12:00:01.000Z", seen: 0 }]);
  await outboxes[0].fromTab([]);
  assert.equal(quantity(), 3);
});

test("an address that can be no list's is an unknown list, asked for once", async () => {
  let asked = 0;
  /** @param {string} _operation @param {object} _payload @param {(problem: any, result: any) => void} hear */
  const ask = (_operation, _payload, hear) => {
    asked += 1;
    hear({ code: "invalid", fields: { list: "Not an id" } }, null);
  };
  const live = { state: signal("ready"), on: () => {}, ask };
  const store = new PageStore();
  /** @type {any} */
  const session = { user: { id: "ann" }, live, store, outbox: new Outbox("ann", store, async () => ({ revision: 0, results: [] })) };
  const list = new OpenList(session, "nonsense");
  await list.start();
  while (asked === 0) await new Promise(setImmediate);
  assert.equal(list.gone.peek(), "unknown");
});

test("a guest whose link ended just before the list was asked for hears how, a member that it was deleted", () => {
  const problem = { code: "gone", message: "The link was withdrawn." };
  for (const [guest, reason] of /** @type {const} */ ([[true, "ended"], [false, "deleted"]])) {
    const live = { state: signal("ready"), on: () => {}, ask: (/** @type {any} */ _o, /** @type {any} */ _p, /** @type {any} */ hear) => hear(problem, null) };
    /** @type {any} */
    const session = { user: { id: "ann" }, guest, live, outbox: { entries: signal([]) } };
    const list = new OpenList(session, "l");
    list.ask();
    assert.deepEqual([list.gone.peek(), list.goneSays], [reason, problem.message]);
  }
});

test("a copy is kept while others never pause, and the last of their changes too", async (context) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  const live = { state: signal("away"), on: () => {}, ask: () => {} };
  const store = new PageStore();
  /** @type {any[]} */
  const kept = [];
  /** @type {any} */
  const session = { user: { id: "ann" }, live, store, keepCopy: async (/** @type {string} */ _, /** @type {any} */ state) => void kept.push(state.list.revision) };
  session.outbox = new Outbox("ann", store, async () => ({ revision: 0, results: [] }));
  const list = new OpenList(session, "l");
  await list.start();
  for (let revision = 1; revision <= 10; revision += 1) {
    list.opened(answer(revision, "e1"));
    mock.timers.tick(100);
  }
  mock.timers.tick(300);
  assert.deepEqual(kept, [3, 6, 9, 10]);
});
