/** The last own step, taken back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { opened, overlaid } from "../../static/list/model.js";
import { Steps } from "../../static/list/steps.js";

/** @import { Edit, Item } from '../../static/shared/shapes.js' */
/** @import { Wish } from '../../static/list/open-list.js' */

const AT = "2026-11-25T12:00:00.000Z";
const LIST = /** @type {any} */ ({ id: "l", title: "Shop", revision: 5, epoch: "e", categories: {} });

/** A list of milk and bread, and what is done to it. */
class Table {
  constructor() {
    const item = (/** @type {string} */ id, /** @type {string} */ position) =>
      /** @type {Item} */ ({ id, text: id, quantity: null, unit: null, note: null, category: null, price: null, picture: null, position, ticked: false, removed: false, added_by: "ann", ticked_by: null, updated_at: AT });
    this.state = opened(null, { list: LIST, items: [item("milk", "a0"), item("bread", "a1")], people: [], whole: true, now: AT });
    this.steps = new Steps();
  }

  /** @param {readonly Wish[]} wishes */
  apply(wishes) {
    this.state = overlaid(this.state, wishes.map((wish) => /** @type {Edit} */ ({ id: "e", at: AT, seen: 5, ...wish })), "ann");
  }

  /** @param {...Wish} wishes */
  do(...wishes) {
    const before = this.state;
    this.apply(wishes);
    this.steps.take(before, wishes, this.state);
  }

  undo() {
    const back = this.steps.last(this.state);
    this.apply(back);
    return back;
  }

  seen() {
    return [...this.state.items.values()].filter((item) => !item.removed).map(({ id, ticked, note, position }) => [id, ticked, note, position]);
  }
}

const START = [["milk", false, null, "a0"], ["bread", false, null, "a1"]];

/** @type {[string, Wish][]} */
const STEPS = [
  ["a tick", { kind: "tick", item: "milk", ticked: true }],
  ["a tick of many", { kind: "tick", items: ["milk", "bread"], ticked: true }],
  ["a removal", { kind: "remove", items: ["milk", "bread"] }],
  ["an item added", { kind: "add", item: "tea", text: "tea" }],
  ["an item added to one that was there", { kind: "add", item: "more", text: "Milk", quantity: 3 }],
  ["a note", { kind: "set", item: "milk", note: "low fat" }],
  ["a move", { kind: "set", item: "milk", position: "a2" }],
];

for (const [name, wish] of STEPS) {
  test(`${name} is taken back`, () => {
    const table = new Table();
    table.do(wish);
    table.undo();
    assert.deepEqual(table.seen(), START);
    assert.equal(table.state.items.get("milk")?.quantity, null);
    assert.deepEqual(table.undo(), [], "nothing is left to take back, and taking back is no step");
  });
}

test("steps are taken back from the last to the first; the title too", () => {
  const table = new Table();
  table.do({ kind: "rename", title: "Market" });
  table.do({ kind: "set", item: "milk", note: "one" });
  table.do({ kind: "set", item: "milk", note: "two" });
  table.undo();
  assert.equal(table.state.items.get("milk")?.note, "one");
  table.undo();
  assert.equal(table.state.items.get("milk")?.note, null);
  table.undo();
  assert.equal(table.state.list.title, "Shop");
});

test("what someone changed since stays theirs, and the step before it is taken back", () => {
  const table = new Table();
  table.do({ kind: "tick", item: "bread", ticked: true });
  table.do({ kind: "set", item: "milk", note: "mine", quantity: 2 });
  table.apply([{ kind: "set", item: "milk", note: "theirs" }]);
  assert.deepEqual(table.undo(), [{ kind: "set", item: "milk", quantity: null }]);
  table.do({ kind: "set", item: "milk", note: "mine" });
  table.apply([{ kind: "set", item: "milk", note: "theirs again" }]);
  assert.deepEqual(table.undo(), [{ kind: "tick", items: ["bread"], ticked: false }]);
});

test("what someone removed since does not come back with its fields", () => {
  const table = new Table();
  table.do({ kind: "set", item: "milk", note: "mine" });
  table.apply([{ kind: "remove", item: "milk" }]);
  assert.deepEqual(table.undo(), []);
});

test("one step that changed an amount twice is taken back to what it was before", () => {
  const table = new Table();
  table.do({ kind: "set", item: "milk", quantity: 3 }, { kind: "add", item: "more", text: "Milk" });
  assert.equal(table.state.items.get("milk")?.quantity, 4);
  table.undo();
  assert.equal(table.state.items.get("milk")?.quantity, null);
});

test("what did nothing is no step", () => {
  const table = new Table();
  table.do({ kind: "tick", item: "milk", ticked: false });
  table.do({ kind: "remove", item: "unknown" });
  assert.deepEqual(table.undo(), []);
});

test("steps that a notice took back are forgotten, and no others", () => {
  const table = new Table();
  table.do({ kind: "tick", item: "milk", ticked: true });
  table.do({ kind: "remove", items: ["milk"] });
  table.do({ kind: "remove", items: ["bread"] });
  const both = [/** @type {Wish} */ ({ kind: "restore", items: ["milk", "bread"] })];
  assert.ok(table.steps.covers(both));
  table.steps.drop(both);
  table.apply(both);
  assert.deepEqual(table.undo(), [{ kind: "tick", items: ["milk"], ticked: false }]);
});
