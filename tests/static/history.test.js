/** The history in words: what each step changed as far as its neighbours tell, and what live news do to the pages that were read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { byDay, said, withNewest, withOlder } from "../../static/list/history.js";

const ANN = { id: "ann", name: "Ann" };
const AT = "2026-11-25T12:03:00";
/** @type {any} */
const STATE = { items: new Map([["m", { id: "m", text: "Oat milk" }]]) };
const ADDED = { text: "Milk", quantity: 2, unit: "l", note: null, category: null, price: null, position: "a0" };

/** @param {number} revision @param {string} kind @param {any} items @param {object} [more] @returns {any} */
const change = (revision, kind, items, more) => ({ revision, edit: `e${revision}`, by: "ann", at: AT, items, kind, person: ANN, ...more });

/** @param {...any} changes newest first; the first is told */
const told = (...changes) => said(changes, 0, STATE);

test("a step is told by who did what, and a new item with what it carries", () => {
  assert.deepEqual(told(change(1, "add", { m: ADDED })), { what: "Ann added Milk", details: ["2\u00a0l"], stands: true });
  assert.equal(told(change(2, "tick", { m: { ticked: true } }), change(1, "add", { m: ADDED })).what, "Ann ticked Milk");
  assert.equal(told(change(2, "tick", { m: { ticked: false } }), change(1, "add", { m: ADDED })).what, "Ann unticked Milk");
  assert.equal(told(change(3, "rename", {}, { list: { title: "Food" } })).what, "Ann named the list Food");
});

test("a quantity is told with what it was where an earlier step tells, else alone", () => {
  const more = change(2, "set", { m: { quantity: 3 } });
  assert.deepEqual(told(more, change(1, "add", { m: ADDED })).details, ["Quantity: 2 → 3"]);
  assert.deepEqual(told(more).details, ["Quantity: 3"]);
  assert.deepEqual(told(change(3, "set", { m: { quantity: null } }), more).details, ["Quantity: 3 → none"]);
  assert.deepEqual(told(change(3, "set", { m: { note: null } })).details, ["Note: none"]);
});

test("an item is named as it was called then, whatever it is called now", () => {
  const renamed = change(2, "set", { m: { text: "Oat milk" } });
  assert.equal(told(renamed, change(1, "add", { m: ADDED })).what, "Ann renamed Milk to Oat milk");
  assert.equal(told(change(3, "tick", { m: { ticked: true } }), renamed).what, "Ann ticked Oat milk");
  assert.equal(told(change(3, "tick", { m: { ticked: true } })).what, "Ann ticked Oat milk", "as the list has it where no step tells");
});

test("a step of many items counts them and names the first", () => {
  const items = Object.fromEntries([1, 2, 3, 4, 5].map((id) => [`i${id}`, { ticked: true }]));
  const adds = Object.keys(items).map((id, place) => change(5 - place, "add", { [id]: { ...ADDED, text: id } }));
  assert.deepEqual(told(change(6, "tick", items), ...adds), { what: "Ann ticked 5 items", details: ["i1, i2, i3 and 2 more"], stands: true });
});

test("only its place changed: it was moved", () => {
  assert.equal(told(change(2, "set", { m: { position: "a1" } }), change(1, "add", { m: ADDED })).what, "Ann moved Milk");
});

test("an overtaken step stands no more, and someone who left has no name", () => {
  assert.equal(told(change(2, "set", {})).stands, false);
  assert.equal(told(change(2, "tick", { m: { ticked: true } }, { person: null })).what, "Someone ticked Oat milk");
});

test("live news come on top of what was read, which stays", () => {
  const steps = (/** @type {number} */ from, /** @type {number} */ to) =>
    Array.from({ length: from - to + 1 }, (_, place) => change(from - place, "tick", {}));
  const revisions = (/** @type {any} */ pages) => pages.changes.map((/** @type {any} */ one) => one.revision);
  const known = withOlder({ changes: steps(100, 51), more: true }, { changes: steps(50, 21), more: false });
  assert.deepEqual(revisions(known), revisions({ changes: steps(100, 21) }));
  const after = withNewest(known, { changes: steps(102, 53), more: true });
  assert.deepEqual(revisions(after), revisions({ changes: steps(102, 21) }));
  assert.equal(after.more, false, "what was read to its end has nothing earlier");
  const far = withNewest(known, { changes: steps(200, 151), more: true });
  assert.deepEqual(revisions(far), revisions({ changes: steps(200, 151) }), "no gap is shown as if nothing had happened in it");
  assert.equal(far.more, true);
});

test("steps are grouped by the reader's day", () => {
  const now = new Date("2026-11-25T13:00:00");
  const at = (/** @type {string} */ time, /** @type {number} */ revision) => change(revision, "tick", {}, { at: time });
  const days = byDay([at("2026-11-25T00:01:00", 4), at("2026-11-24T23:59:00", 3), at("2026-11-24T09:00:00", 2), at("2025-11-24T09:00:00", 1)], now);
  assert.deepEqual(days.map(({ name, from, changes }) => [name, from, changes.length]), [["Today", 0, 1], ["Yesterday", 1, 2], ["November 24, 2025", 3, 1]]);
});
