/** One list on a device: what the server confirmed, and what the screen shows over it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as model from "../../static/list/model.js";

/** @import { Edit, Item, Opened } from '../../static/shared/shapes.js' */

const AT = "2026-11-25T12:00:00.000Z";

/** @param {string} id @param {Partial<Item>} [more] @returns {Item} */
const item = (id, more = {}) => ({
  id, text: id, quantity: null, unit: null, note: null, category: null, price: null, picture: null, position: "a0",
  ticked: false, removed: false, added_by: "ann", ticked_by: null, updated_at: AT, ...more,
});
/** @param {Item[]} items @param {Partial<Opened>} [more] @returns {Opened} */
const answer = (items, more = {}) => ({
  list: { id: "l", title: "Shop", revision: 5, epoch: "e", role: "owner", right: "edit", categories: {}, archived: false, deleted_at: null, open: 0, total: 0, updated_at: AT },
  items, people: [{ id: "ann", name: "Ann" }], whole: true, now: AT, ...more,
});
/** @param {Item[]} items */
const state = (items) => model.opened(null, answer(items));
/** @param {Partial<Edit> & {kind: Edit['kind']}} wish @returns {Edit} */
const edit = (wish) => ({ id: "edit", at: AT, seen: 5, ...wish });
/** @param {model.State} known @param {...(Partial<Edit> & {kind: Edit['kind']})} wishes */
const shown = (known, ...wishes) => model.onList(model.overlaid(known, wishes.map(edit), "bob"));
/** @param {number} revision @param {Record<string, Partial<Item>>} items @param {object} [more] */
const change = (revision, items, more = {}) => ({ revision, edit: `e${revision}`, by: "ann", at: AT, items, ...more });
/** @param {...ReturnType<typeof change>} changes */
const told = (...changes) => ({ list: "l", revision: changes.at(-1)?.revision ?? 0, changes, people: [{ id: "bob", name: "Bob" }] });

/** One place up or down. @param {any[]} shown @param {string} id @param {-1 | 1} step */
const moved = (shown, id, step) => model.placed(shown, id, shown.findIndex((item) => item.id === id) + step);

test("a first load asks for all, a later one for what came since, in the same epoch", () => {
  assert.deepEqual(model.question(null, "l"), { list: "l" });
  assert.deepEqual(model.question(state([]), "l"), { list: "l", since: 5, epoch: "e" });
});

test("a partial answer lies over what is known, a whole one replaces it", () => {
  const known = state([item("milk"), item("bread")]);
  const part = model.opened(known, answer([item("bread", { removed: true }), item("tea")], { whole: false }));
  assert.deepEqual(model.onList(part).map(({ id }) => id), ["milk", "tea"]);
  assert.deepEqual(model.onList(model.opened(known, answer([item("tea")]))).map(({ id }) => id), ["tea"]);
});

test("changes apply in order, those known already are passed over, a gap is noticed", () => {
  const known = state([item("milk")]);
  const next = model.changed(known, told(change(5, { milk: { text: "old" } }), change(6, { milk: { ticked: true } }), change(7, {}, { list: { title: "Market" } })));
  assert.equal(next?.list.revision, 7);
  assert.equal(next?.list.title, "Market");
  assert.deepEqual(next && [next.items.get("milk")?.text, next.items.get("milk")?.ticked], ["milk", true]);
  assert.equal(next?.people.get("bob"), "Bob");
  assert.equal(model.changed(known, told(change(7, {}))), null);
  assert.equal(model.changed(known, told(change(4, {}), change(5, {}))), known);
});

test("a change to an item that this device does not have is ignored, a new item comes whole", () => {
  const next = model.changed(state([]), told(change(6, { ghost: { ticked: true } }), change(7, { tea: item("tea"), gone: { text: "Gone", position: "a1" } })));
  assert.deepEqual(next && model.onList(next).map(({ id }) => id), ["tea"]);
});

test("waiting edits lie over the confirmed state and leave it alone", () => {
  const known = state([item("milk"), item("bread", { position: "a1" })]);
  const rows = shown(
    known,
    { kind: "tick", item: "milk", ticked: true },
    { kind: "set", item: "bread", note: "rye" },
    { kind: "add", item: "tea", text: "Tea" },
  );
  assert.deepEqual(rows.map(({ id, ticked, note }) => [id, ticked, note]), [["milk", true, null], ["bread", false, "rye"], ["tea", false, null]]);
  assert.equal(rows[0].ticked_by, "bob");
  assert.equal(known.items.get("milk")?.ticked, false);
});

test("removing and restoring work on the device's own memory; a set brings back what is removed, a tick does not", () => {
  const known = state([item("milk")]);
  assert.deepEqual(shown(known, { kind: "remove", items: ["milk"] }), []);
  assert.equal(shown(known, { kind: "remove", items: ["milk"] }, { kind: "restore", item: "milk" }).length, 1);
  assert.equal(shown(known, { kind: "remove", items: ["milk"] }, { kind: "set", item: "milk", note: "now" }).length, 1);
  assert.equal(shown(known, { kind: "remove", items: ["milk"] }, { kind: "tick", item: "milk", ticked: true }).length, 0);
});

test("adding what is open raises its quantity; taking that back leaves what was there", () => {
  const known = state([item("milk", { text: "Молоко ещё", quantity: 2 })]);
  const add = { kind: /** @type {const} */ ("add"), item: "mine", text: " молоко  ЕЩЕ", quantity: 0.1, note: "low fat" };
  assert.deepEqual(shown(known, add).map(({ id, quantity, note }) => [id, quantity, note]), [["milk", 2.1, "low fat"]]);
  assert.deepEqual(shown(known, add, { kind: "remove", item: "mine" }).map(({ quantity }) => quantity), [2]);
  assert.deepEqual(shown(known, add, { kind: "tick", item: "mine", ticked: true }).map(({ ticked }) => ticked), [true]);
  const bare = state([item("milk")]);
  assert.equal(shown(bare, { kind: "add", item: "mine", text: "milk" })[0].quantity, 2);
  assert.equal(shown(bare, { kind: "add", item: "mine", text: "milk" }, { kind: "remove", item: "mine" })[0].quantity, null);
});

test("another unit, a ticked item or a sum past the limit stays an item of its own", () => {
  const add = { kind: /** @type {const} */ ("add"), item: "mine", text: "milk", quantity: 1 };
  assert.equal(shown(state([item("milk", { unit: "l" })]), add).length, 2);
  assert.equal(shown(state([item("milk", { ticked: true })]), add).length, 2);
  assert.equal(shown(state([item("milk", { quantity: 1_000_000 })]), add).length, 2);
});

test("an add that the server merged is found by later edits under its own id", () => {
  const add = edit({ kind: "add", item: "mine", text: "milk" });
  const known = model.acknowledged(state([item("milk", { quantity: 2 })]), add, { edit: "edit", status: "applied", revision: 6, item: "milk" });
  assert.equal(shown(known, { kind: "tick", item: "mine", ticked: true })[0].ticked, true);
  assert.equal(model.acknowledged(known, add, { edit: "edit", status: "applied", revision: 6 }), known);
});

test("an add that is confirmed already is not laid over itself", () => {
  assert.equal(shown(state([item("milk", { note: "kept" })]), { kind: "add", item: "milk", text: "milk" })[0].note, "kept");
});

test("an item just tapped stays in its place on the screen; the newest bought comes first", () => {
  const later = "2026-11-25T13:00:00.000Z";
  const items = [item("milk", { ticked: true }), item("bread"), item("tea", { ticked: true, updated_at: later })];
  const open = new Map([["milk", { part: /** @type {const} */ ("open"), at: AT }]]);
  const now = model.parts(items, open);
  assert.deepEqual([now.open, now.bought].map((part) => part.map(({ id }) => id)), [["milk", "bread"], ["tea"]]);
  assert.deepEqual(model.parts(items, new Map()).bought.map(({ id }) => id), ["tea", "milk"]);

  const bought = new Map([["milk", { part: /** @type {const} */ ("bought"), at: AT }]]);
  const unticked = [item("milk", { updated_at: "2026-11-25T14:00:00.000Z" }), items[2]];
  assert.deepEqual(model.parts(unticked, bought).bought.map(({ id }) => id), ["tea", "milk"]);
});

test("of stored edits those that a state lacks lie over it, each once, in the order of the server", () => {
  const one = (/** @type {string} */ id, /** @type {number} */ revision) => ({ edit: { ...edit({ kind: "tick" }), id }, revision });
  const left = model.landed([one("c", 8), one("a", 6), one("b", 7), one("a", 6), one("old", 5)], 5);
  assert.deepEqual(left.map(({ edit: { id } }) => id), ["a", "b", "c"]);
});

test("a move gives one key between the new neighbours, and none beyond the ends", () => {
  const rows = [item("a", { position: "a0" }), item("b", { position: "a1" }), item("c", { position: "a2" })];
  const [{ item: id, position }] = moved(rows, "c", -1);
  assert.equal(id, "c");
  assert.ok(position > "a0" && position < "a1");
  assert.deepEqual(moved(rows, "a", -1), []);
  assert.deepEqual(moved(rows, "c", 1), []);
  assert.deepEqual(moved(rows, "missing", 1), []);
});

test("an item goes to any place between others, and stays where it is without a word", () => {
  const rows = ["a", "b", "c", "d"].map((id, place) => item(id, { position: `a${place}` }));
  for (const [id, to, order] of /** @type {const} */ ([["a", 3, "bcda"], ["a", 2, "bcad"], ["d", 0, "dabc"], ["c", 1, "acbd"]])) {
    const places = new Map(model.placed(rows, id, to).map(({ item: moved, position }) => [moved, position]));
    assert.equal(places.size, 1);
    const after = rows.map((row) => ({ ...row, position: places.get(row.id) ?? row.position })).sort(model.inOrder);
    assert.equal(after.map((row) => row.id).join(""), order);
  }
  assert.deepEqual(model.placed(rows, "b", 1), []);
  assert.deepEqual(model.placed(rows, "b", 4), []);
});

test("of many equal keys only the neighbours get new ones", () => {
  const equal = ["a", "b", "c"].map((id) => item(id));
  const rest = Array.from({ length: 40 }, (_, place) => item(`z${place}`, { position: `b${String(place).padStart(2, "0")}` }));
  const rows = [...equal, ...rest];
  const places = model.placed(rows, "c", 1);
  assert.ok(places.length <= 5, `${places.length} keys`);
  const keys = new Map(places.map(({ item: id, position }) => [id, position]));
  const after = rows.map((row) => ({ ...row, position: keys.get(row.id) ?? row.position })).sort(model.inOrder);
  assert.deepEqual(after.map(({ id }) => id).slice(0, 4), ["a", "c", "b", "z0"]);
});

test("between equal keys, or where a key would grow too long, the neighbours get new keys too", () => {
  const equal = [item("a"), item("b"), item("c")];
  const crowded = [item("a", { position: "a0" }), item("b", { position: `a0${"0".repeat(98)}V` }), item("c", { position: "a1" })];
  for (const rows of [equal, crowded]) {
    const places = moved(rows, "c", -1);
    assert.deepEqual(places.map(({ item: id }) => id), ["a", "c", "b"]);
    assert.deepEqual([...places].sort((one, other) => (one.position < other.position ? -1 : 1)), places);
    assert.ok(places.every(({ position }) => position.length <= 100));
  }
});

test("what was removed longer ago than the server remembers is forgotten, but for what a waiting edit names", () => {
  const now = Date.parse(AT);
  const day = 86_400_000;
  const removed = (/** @type {string} */ id, /** @type {number} */ days) => item(id, { removed: true, updated_at: new Date(now - days * day).toISOString() });
  const old = item("bread", { updated_at: new Date(now - 400 * day).toISOString() });
  const known = state([old, removed("tea", 91), removed("salt", 89), removed("milk", 200), removed("eggs", 200)]);
  const merged = new Map([["a", { item: "tea", before: null, brought: 1 }], ["b", { item: "bread", before: null, brought: 1 }], ["c", { item: "eggs", before: null, brought: 1 }]]);
  const waiting = [edit({ kind: "restore", items: ["milk"] }), edit({ kind: "set", item: "c", note: "ten" })];
  const left = model.withoutOld({ ...known, merged }, now, waiting);
  assert.deepEqual([...left.items.keys()], ["bread", "salt", "milk", "eggs"]);
  assert.deepEqual([...left.merged.keys()], ["b", "c"]);
  assert.equal(left.list, known.list);
  const young = state([old, removed("salt", 1)]);
  assert.equal(model.withoutOld(young, now, []), young);
});

test("a list is told as text with its title", () => {
  assert.equal(model.asText(state([item("milk"), item("gone", { removed: true })]), ({ text }) => text), "Shop:\n- milk");
});
