/** All lists of an account: the part in which each belongs, its name and how far it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as model from "../../static/lists/model.js";

/** @import { Entry } from '../../static/shared/queue.js' */
/** @import { Edit, List } from '../../static/shared/shapes.js' */

const AT = "2026-11-25T12:00:00.000Z";

/** @param {string} id @param {Partial<List>} [more] @returns {List} */
const list = (id, more = {}) => ({
  id, title: id, revision: 5, epoch: "e", role: "owner", right: "edit", categories: {}, archived: false, deleted_at: null, open: 2, total: 3,
  updated_at: AT, ...more,
});
/** @param {string} name @param {string} title @param {Partial<Entry>} [more] @returns {Entry} */
const rename = (name, title, more = {}) => ({
  account: "ann", list: name, epoch: "e", edit: /** @type {Edit} */ ({ id: title, kind: "rename", title, at: AT, seen: 5 }), state: "waiting", sent: false, ...more,
});
/** @param {model.Lists} lists */
const ids = (lists) => [lists.now, lists.archived, lists.deleted].map((part) => part.map(({ id }) => id).join(" "));

const LISTS = { now: [list("food"), list("market")], archived: [list("party", { archived: true })], deleted: [list("old", { deleted_at: AT })] };

test("a list is as far as its items are bought; an empty one has no way to go", () => {
  assert.deepEqual(model.progress(list("food")), { done: 1, total: 3 });
  assert.equal(model.progress(list("food", { open: 0, total: 0 })), null);
});

test("only its owner archives, deletes and restores; who may only look changes nothing", () => {
  assert.deepEqual(model.powers(list("food")), { own: true, edits: true, restore: false });
  assert.deepEqual(model.powers(list("food", { role: "editor" })), { own: false, edits: true, restore: false });
  assert.deepEqual(model.powers(list("food", { role: "viewer", right: "view" })), { own: false, edits: false, restore: false });
  assert.deepEqual(model.powers(list("food", { deleted_at: AT })), { own: false, edits: false, restore: true });
  assert.deepEqual(model.powers(list("food", { role: "editor", deleted_at: AT })), { own: false, edits: false, restore: false });
});

test("a list that was told goes first in the part where it belongs now, and is in no other", () => {
  assert.deepEqual(ids(model.withList(LISTS, list("new"))), ["new food market", "party", "old"]);
  assert.deepEqual(ids(model.withList(LISTS, list("market", { archived: true }))), ["food", "market party", "old"]);
  assert.deepEqual(ids(model.withList(LISTS, list("party", { archived: true, deleted_at: AT }))), ["food market", "", "party old"]);
  assert.deepEqual(ids(model.withList(LISTS, list("old"))), ["old food market", "party", ""]);
});

test("a name given without network is shown, the last one; what was refused is not", () => {
  const named = model.renamed(LISTS, [rename("food", "Meals"), rename("food", "Dinner"), rename("party", "Ball", { state: "aside" })]);
  assert.deepEqual(named.now.map(({ title }) => title), ["Dinner", "market"]);
  assert.deepEqual(named.archived.map(({ title }) => title), ["party"]);
  assert.equal(model.renamed(LISTS, []), LISTS);
});

test("the open list is shown as its page knows it, and keeps its place", () => {
  const open = list("market", { title: "Bazaar", open: 0, total: 9, role: "guest" });
  const [food, market] = model.withOpen(LISTS, open).now;
  assert.equal(food, LISTS.now[0]);
  assert.deepEqual([market.title, market.open, market.total, market.role], ["Bazaar", 0, 9, "owner"]);
  assert.equal(model.withOpen(LISTS, null), LISTS);
});
