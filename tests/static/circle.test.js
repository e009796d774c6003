/** Who shares a list in a few signs, and its header with the counts that its page shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { circle, headerOf, initials, namesStranger } from "../../static/list/circle.js";
import { withOpen } from "../../static/lists/model.js";

/** @param {string} id @returns {any} */
const member = (id) => ({ person: { id, name: id }, role: "editor" });
const ids = (/** @type {readonly any[]} */ members) => members.map(({ person }) => person.id);

test("initials are the first letters of the first two words, also beyond the basic plane", () => {
  assert.equal(initials(" anna maria  petrova "), "AM");
  assert.equal(initials("🍎 яна"), "🍎Я");
  assert.equal(initials("\u202eanna \u2067boris"), "AB", "a sign of direction shows nothing");
  assert.equal(initials(null), "");
});

test("whoever is alone sees nobody, else the others come first and the rest are counted", () => {
  assert.deepEqual(circle([member("me")], "me"), { shown: [], more: 0 });
  assert.deepEqual(ids(circle([member("me"), member("a")], "me").shown), ["a", "me"]);
  const many = circle(["me", "a", "b", "c"].map(member), "me");
  assert.deepEqual([ids(many.shown), many.more], [["a", "b"], 2]);
});

test("a deed of someone unknown tells that the members are others now", () => {
  /** @param {string | null} by @returns {any} */
  const told = (by) => ({ changes: [{ by }] });
  assert.equal(namesStranger([member("a")], told("b")), true);
  assert.equal(namesStranger([member("a")], told("a")), false);
  assert.equal(namesStranger([member("a")], told(null)), false, "a guest is no member");
});

test("a header counts what its page shows, and stands so among all lists", () => {
  const items = new Map(Object.entries({ a: { ticked: true }, b: { ticked: false }, c: { ticked: false, removed: true } }));
  const header = headerOf(/** @type {any} */ ({ list: { id: "x", title: "Food", open: 9, total: 9 }, items }));
  assert.deepEqual([header.open, header.total], [1, 2]);
  const parts = /** @type {any} */ ({ now: [{ id: "x", title: "Old", open: 9, total: 9 }, { id: "y", title: "Other" }], archived: [], deleted: [] });
  const shown = withOpen(parts, /** @type {any} */ (header));
  assert.deepEqual(shown.now.map(({ id, title, open }) => [id, title, open]).sort(), [["x", "Food", 1], ["y", "Other", undefined]]);
});
