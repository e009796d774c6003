/** Others' doings in words, as a screen reader says them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deedsIn, saidOf, whatOf } from "../../static/list/said.js";

/** @import { ListChanged } from '../../static/shared/shapes.js' */

const STATE = /** @type {any} */ ({
  items: new Map(["milk", "tea", "salt", "rice"].map((id) => [id, { id, text: id }])),
  people: new Map([["ann", "Ann"], ["bob", "Bob"], ["gone", null]]),
});
/** @param {...[string | null, Record<string, object>]} changes who, and to which items what */
const told = (...changes) =>
  /** @type {ListChanged} */ (/** @type {unknown} */ ({ list: "l", revision: 9, people: [], changes: changes.map(([by, items], place) => ({ revision: place, edit: `e${place}`, by, at: "", items })) }));
/** @param {...[string | null, Record<string, object>]} changes */
const said = (...changes) => saidOf(deedsIn(told(...changes), STATE, "me"));

test("a change is named by what it did, and a move by nothing", () => {
  assert.equal(whatOf({ text: "Milk", position: "a0", ticked: false }), "add");
  assert.equal(whatOf({ ticked: true }), "tick");
  assert.equal(whatOf({ ticked: false }), "untick");
  assert.equal(whatOf({ removed: true }), "remove");
  assert.equal(whatOf({ note: null }), "set");
  assert.equal(whatOf({ position: "a1" }), null);
});

test("one's own doings are not told", () => {
  assert.equal(said(["me", { milk: { ticked: true } }]), "");
});

test("each person's doings of a kind are one sentence, in the order in which they began", () => {
  const words = said(
    ["ann", { bread: { text: "bread", position: "a5" } }],
    ["bob", { milk: { ticked: true } }],
    ["ann", { eggs: { text: "eggs", position: "a6" } }],
  );
  assert.equal(words, "Ann added bread, eggs. Bob ticked milk");
});

test("more than three are counted, and one item is counted once", () => {
  const all = Object.fromEntries(["milk", "tea", "salt", "rice"].map((id) => [id, { ticked: true }]));
  assert.equal(said(["ann", all]), "Ann ticked 4 items");
  assert.equal(said(["ann", { milk: { quantity: 2 } }], ["ann", { milk: { quantity: 3 } }]), "Ann changed milk");
});

test("who has no name any longer is someone, and an unknown item is passed over", () => {
  assert.equal(said(["gone", { milk: { removed: true } }]), "Someone removed milk");
  assert.equal(said(["ann", { ghost: { ticked: true } }]), "");
});
