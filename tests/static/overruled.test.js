/** Own edits that someone overruled: who did what, and doing one's own again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Overruled, agrees, overrulerOf, whatTo, wordsOf } from "../../static/list/overruled.js";

/** @import { Change, Edit } from '../../static/shared/shapes.js' */
/** @import { Wish } from '../../static/list/open-list.js' */

/** @param {Partial<Edit>} [more] @returns {Edit} */
const edit = (more = {}) => ({ id: "mine", at: "2026-11-25T12:00:00.000Z", seen: 5, kind: "tick", item: "milk", ticked: true, ...more });
/** @param {number} revision @param {Record<string, object>} items @param {object} [more] @returns {Change} */
const change = (revision, items, more = {}) => /** @type {any} */ ({ revision, edit: `e${revision}`, by: "bob", at: "", items, ...more });

test("the overruler is the last change of the same field, else the last one of the item", () => {
  const untick = change(6, { milk: { ticked: false } });
  const noted = change(7, { milk: { note: "blue" } });
  assert.equal(overrulerOf([noted, untick], edit()), untick);
  assert.equal(overrulerOf([noted], edit()), noted);
  assert.equal(overrulerOf([change(7, { tea: { ticked: false } })], edit()), undefined);
});

test("what the author had seen, and the edit itself, overrule nothing", () => {
  assert.equal(overrulerOf([change(5, { milk: { ticked: false } })], edit()), undefined);
  assert.equal(overrulerOf([change(8, { milk: { ticked: true } }, { edit: "mine" })], edit()), undefined);
});

test("a title is overruled by a title, categories by categories", () => {
  const named = change(7, {}, { list: { title: "Market" } });
  const rename = edit({ kind: "rename", title: "Shop", item: undefined, ticked: undefined });
  assert.equal(overrulerOf([change(8, {}, { list: { categories: {} } }), named], rename), named);
  assert.equal(whatTo(named, rename), "rename");
});

test("what was done is named for the edit that it met", () => {
  assert.equal(whatTo(change(6, { milk: { ticked: false } }), edit()), "untick");
  assert.equal(whatTo(change(6, { milk: { removed: true } }), edit({ kind: "set", note: "blue" })), "remove");
  assert.equal(whatTo(change(6, { milk: { removed: false, text: "Milk", position: "a0", ticked: false } }), edit({ kind: "remove" })), "restore");
  assert.equal(whatTo(change(6, { milk: { position: "a0" } }), edit({ kind: "set", position: "a1" })), "set");
});

test("one is told by its name, many by their count, and who is not known is someone", () => {
  const loss = { edit: edit(), by: "bob", name: "Bob", what: "untick" };
  assert.equal(wordsOf([loss], () => "Milk"), "Bob unticked Milk after you");
  assert.equal(wordsOf([{ ...loss, name: null }], () => "Milk"), "Someone unticked Milk after you");
  assert.match(wordsOf([loss, { ...loss, name: "Carl", edit: edit({ item: "tea" }) }], () => "Milk"), /Bob, Carl.*2/);
  assert.match(wordsOf([{ ...loss, edit: edit({ item: undefined, items: ["milk", "tea"] }) }], () => "Milk"), /2/);
});

/** @param {Change[]} history */
function begun(history) {
  /** @type {Wish[]} */
  const done = [];
  /** @type {{text: string, label: string, take: () => void}[]} */
  const offers = [];
  const list = /** @type {any} */ ({
    id: "l",
    confirmed: { peek: () => ({ people: new Map([["bob", "Bob"]]) }) },
    session: { user: { id: "me" }, live: { call: async () => ({ changes: history }) } },
    edit: (/** @type {Wish[]} */ ...wishes) => done.push(...wishes),
  });
  const notices = /** @type {any} */ ({ offer: (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ take) => offers.push({ text, label, take }) });
  return { overruled: new Overruled(list, notices, () => "Milk"), offers, done };
}

test("keeping mine does the same again, as edits of now", async () => {
  const { overruled, offers, done } = begun([]);
  overruled.told({ list: "l", revision: 6, people: [], changes: [change(6, { milk: { ticked: false } })] });
  overruled.waiting = [edit()];
  await overruled.tell();
  assert.equal(offers[0].text, "Bob unticked Milk after you");
  offers[0].take();
  assert.deepEqual(done, [{ kind: "tick", item: "milk", ticked: true }]);
});

test("what came while this device was away is asked for", async () => {
  const { overruled, offers } = begun([change(6, { milk: { removed: true } }, { person: { id: "carl", name: "Carl" } })]);
  overruled.waiting = [edit()];
  await overruled.tell();
  assert.equal(offers[0].text, "Carl removed Milk after you");
});

test("what one did later oneself, on another device, is no news", async () => {
  const { overruled, offers } = begun([change(6, { milk: { ticked: false } }, { by: "me" })]);
  overruled.waiting = [edit()];
  await overruled.tell();
  assert.deepEqual(offers, []);
});

test("two who wanted the same have nothing to tell each other", async () => {
  const ticked = change(6, { milk: { ticked: true } });
  assert.equal(agrees(ticked, edit()), true);
  assert.equal(agrees(ticked, edit({ ticked: false })), false);
  assert.equal(agrees(ticked, edit({ item: undefined, items: ["milk", "tea"] })), false);
  const removed = change(6, { milk: { removed: true } });
  assert.equal(agrees(removed, edit({ kind: "remove" })), true);
  assert.equal(agrees(removed, edit({ kind: "restore" })), false);
  const named = change(6, {}, { list: { title: "Market" } });
  assert.equal(agrees(named, edit({ kind: "rename", title: "Market" })), true);
  assert.equal(agrees(named, edit({ kind: "rename", title: "Shop" })), false);
  const { overruled, offers } = begun([ticked]);
  overruled.waiting = [edit()];
  await overruled.tell();
  assert.deepEqual(offers, []);
});
