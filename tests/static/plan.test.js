/** What adding typed items will do to a list, and how it is taken back: played on the model that the screen shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { onList, opened, overlaid } from "../../static/list/model.js";
import { planned } from "../../static/list/plan.js";
import { parse } from "../../static/shared/text.js";

/** @import { Edit, Item } from '../../static/shared/shapes.js' */
/** @import { Wish } from '../../static/list/open-list.js' */

const AT = "2026-11-25T12:00:00.000Z";
const LATER = "2026-11-25T13:00:00.000Z";
const LIST = /** @type {any} */ ({ id: "l", title: "Shop", revision: 5, epoch: "e", categories: {} });

/** @param {string} id @param {Partial<Item>} [more] @returns {Item} */
const item = (id, more = {}) => ({
  id, text: id, quantity: null, unit: null, note: null, category: null, price: null, picture: null, position: "a0",
  ticked: false, removed: false, added_by: "ann", ticked_by: null, updated_at: AT, ...more,
});
/** @param {...Item} items */
const list = (...items) => opened(null, { list: LIST, items, people: [], whole: true, now: AT });
/** @param {ReturnType<typeof list>} state @param {readonly Wish[]} wishes */
const after = (state, wishes) =>
  overlaid(state, wishes.map((wish, place) => /** @type {Edit} */ ({ id: `e${place}`, at: LATER, seen: 5, ...wish })), "ann");
/** @param {ReturnType<typeof list>} state */
const seen = (state) => onList(state).map(({ text, quantity, unit, note, ticked }) => [text, quantity, unit, note, ticked]);

/** What typing does to a list, and that undoing it leaves what was there. @param {ReturnType<typeof list>} before @param {string} text */
function typed(before, text) {
  let ids = 0;
  const steps = planned(onList(before), text.split("\n").flatMap((line) => parse(line)), () => `n${(ids += 1)}`);
  const state = after(before, steps.flatMap((step) => step.wishes));
  const undone = after(state, steps.flatMap((step) => step.undo));
  assert.deepEqual(seen(undone), seen(before), `taken back: ${text}`);
  return { steps, seen: seen(state), what: steps.map((step) => step.what) };
}

test("what is not on the list is added, in its order, with what was understood", () => {
  const { seen, what } = typed(list(), "2 kg potatoes\nmilk\n[x] bread");
  assert.deepEqual(what, ["new", "new", "new"]);
  assert.deepEqual(seen, [["potatoes", 2, "kg", null, false], ["milk", null, null, null, false], ["bread", null, null, null, true]]);
});

test("an open item of the same text and unit counts up, whatever the letters' case", () => {
  const { seen, steps } = typed(list(item("Milk")), "MILK");
  assert.deepEqual(seen, [["Milk", 2, null, null, false]]);
  assert.deepEqual([steps[0].what, steps[0].id, steps[0].own], ["grown", "Milk", false]);
});

test("another unit is another item", () => {
  const { seen, what } = typed(list(item("potatoes", { quantity: 3 })), "2 kg potatoes");
  assert.deepEqual(what, ["new"]);
  assert.deepEqual(seen, [["potatoes", 3, null, null, false], ["potatoes", 2, "kg", null, false]]);
});

test("repeats within one typing merge, and are nobody else's", () => {
  const { seen, steps } = typed(list(), "milk\n2 milk\nMilk");
  assert.deepEqual(seen, [["milk", 4, null, null, false]]);
  assert.deepEqual(steps.map(({ what, id, own }) => [what, id, own]), [["new", "n1", true], ["grown", "n1", true], ["grown", "n1", true]]);
});

test("a bought item comes back with the amount that is typed now, in place of a second one", () => {
  const bought = item("Milk", { ticked: true, quantity: 5, unit: "l", note: "low fat", ticked_by: "ann" });
  const { seen, what } = typed(list(bought), "2 milk");
  assert.deepEqual(what, ["back"]);
  assert.deepEqual(seen, [["Milk", 2, null, "low fat", false]]);
  assert.deepEqual(typed(list(bought), "milk").seen, [["Milk", null, null, "low fat", false]]);
});

test("an open one is taken before a bought one, and of several bought ones the last", () => {
  const both = list(item("old", { text: "Milk", ticked: true }), item("open", { text: "Milk", position: "a1" }));
  assert.deepEqual(typed(both, "milk").steps.map(({ what, id }) => [what, id]), [["grown", "open"]]);
  const two = list(item("last", { text: "Milk", ticked: true, updated_at: LATER }), item("first", { text: "Milk", ticked: true, position: "a1" }));
  assert.deepEqual(typed(two, "milk").steps.map(({ what, id }) => [what, id]), [["back", "last"]]);
});

test("what came back counts up when it is typed again in the same paste", () => {
  const { seen, what } = typed(list(item("Milk", { ticked: true })), "milk\nmilk");
  assert.deepEqual(what, ["back", "grown"]);
  assert.deepEqual(seen, [["Milk", 2, null, null, false]]);
});

test("a ticked line leaves what is bought already, and is bought beside what is bought otherwise", () => {
  const bought = list(item("Milk", { ticked: true, quantity: 2 }));
  assert.deepEqual(typed(bought, "[x] milk").what, ["there"]);
  assert.deepEqual(typed(bought, "[x] 3 milk").seen, [["Milk", 2, null, null, true], ["milk", 3, null, null, true]]);
});

test("after a ticked line has bought the open item, the same text is a new one", () => {
  const { seen, what } = typed(list(item("Milk")), "[x] milk\nmilk");
  assert.deepEqual(what, ["grown", "new"]);
  assert.deepEqual(seen, [["Milk", 2, null, null, true], ["milk", null, null, null, false]]);
});

test("nothing is counted up beyond what an item may count", () => {
  const { what } = typed(list(item("rice", { quantity: 999_999.5 })), "rice");
  assert.deepEqual(what, ["new"]);
});

test("a removed item is not there", () => {
  assert.deepEqual(typed(list(item("Milk", { removed: true }), item("Tea", { removed: true, ticked: true })), "milk\ntea").what, ["new", "new"]);
});
