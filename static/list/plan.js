/** What adding typed items to a list will do: which are new, which join one that is there, which come back from "Bought". */

/** @import { Item } from '../shared/shapes.js' */
/** @import { TypedItem } from '../shared/text.js' */
/** @import { Wish } from './open-list.js' */
import { MOST } from "../shared/amounts.js";
import { fold } from "../shared/fold.js";

/**
 * @typedef {object} Step one typed item
 * @property {'new' | 'grown' | 'back' | 'there'} what grown: taken in by an open one; there: bought already, as typed
 * @property {string} id the item that shows it
 * @property {boolean} own whether that item came with the same typing
 * @property {Wish[]} wishes
 * @property {Wish[]} undo
 */

/** @typedef {{id: string, quantity: number | null, own: boolean}} Open */

/**
 * @param {readonly Item[]} items on the list, in order
 * @param {readonly TypedItem[]} typed
 * @param {() => string} newId
 * @returns {Step[]}
 */
export function planned(items, typed, newId) {
  const open = openOnes(items);
  const bought = boughtOnes(items);
  return typed.map((one) => {
    const key = keyOf(one);
    const twin = open.get(key);
    const old = bought.get(fold(one.text));
    if (twin && (twin.quantity ?? 1) + (one.quantity ?? 1) <= MOST) {
      if (one.ticked) open.delete(key);
      return grown(twin, one, newId());
    }
    if (old && one.ticked) return isAsTyped(old, one) ? there(old) : added(one, newId());
    if (old) {
      bought.delete(fold(one.text));
      open.set(key, { id: old.id, quantity: one.quantity, own: true });
      return takenUp(old, one);
    }
    const step = added(one, newId());
    if (!one.ticked && !twin) open.set(key, { id: step.id, quantity: one.quantity, own: true });
    return step;
  });
}

/** @param {{text: string, unit: string | null}} one */
const keyOf = ({ text, unit }) => `${fold(text)}\n${unit ?? ""}`;

/** @param {readonly Item[]} items @returns {Map<string, Open>} */
function openOnes(items) {
  /** @type {Map<string, Open>} */
  const open = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!item.ticked && !open.has(key)) open.set(key, { id: item.id, quantity: item.quantity, own: false });
  }
  return open;
}

/** Of several of one text, the last bought. @param {readonly Item[]} items @returns {Map<string, Item>} */
function boughtOnes(items) {
  const ticked = items.filter((item) => item.ticked);
  ticked.sort((one, other) => Date.parse(one.updated_at) - Date.parse(other.updated_at));
  return new Map(ticked.map((item) => [fold(item.text), item]));
}

/** @param {Item} item @param {TypedItem} one */
const isAsTyped = (item, one) =>
  (one.quantity === null || one.quantity === item.quantity) && (one.unit === null || one.unit === item.unit);

/** @param {TypedItem} one @param {string} id @returns {Wish[]} */
function adds({ text, quantity, unit, note, ticked }, id) {
  /** @type {Wish} */
  const add = { kind: "add", item: id, text };
  if (quantity !== null) add.quantity = quantity;
  if (unit !== null) add.unit = unit;
  if (note !== null) add.note = note;
  return ticked ? [add, { kind: "tick", item: id, ticked: true }] : [add];
}

/** @param {TypedItem} one @param {string} id @returns {Step} */
const added = (one, id) => ({ what: "new", id, own: true, wishes: adds(one, id), undo: [{ kind: "remove", item: id }] });

/** @param {Open} twin @param {TypedItem} one @param {string} id of the add that the twin takes in @returns {Step} */
function grown(twin, one, id) {
  twin.quantity = (twin.quantity ?? 1) + (one.quantity ?? 1);
  /** @type {Wish[]} */
  const undo = [{ kind: "remove", item: id }];
  if (one.ticked) undo.unshift({ kind: "tick", item: twin.id, ticked: false });
  return { what: "grown", id: twin.id, own: twin.own, wishes: adds(one, id), undo };
}

/** It gets the amount that is typed now, also none; a note that is not typed again stays. @param {Item} old @param {TypedItem} one @returns {Step} */
function takenUp(old, one) {
  const typed = { quantity: one.quantity, unit: one.unit, note: one.note ?? old.note };
  /** @type {Partial<Item>} */
  const news = {};
  /** @type {Partial<Item>} */
  const before = {};
  for (const name of /** @type {const} */ (["quantity", "unit", "note"])) {
    if (typed[name] === old[name]) continue;
    Object.assign(news, { [name]: typed[name] });
    Object.assign(before, { [name]: old[name] });
  }
  const changes = Object.keys(news).length > 0;
  /** @param {Partial<Item>} fields @returns {Wish[]} */
  const set = (fields) => (changes ? [{ kind: "set", item: old.id, ...fields }] : []);
  return {
    what: "back",
    id: old.id,
    own: false,
    wishes: [{ kind: "tick", item: old.id, ticked: false }, ...set(news)],
    undo: [...set(before), { kind: "tick", item: old.id, ticked: true }],
  };
}

/** @param {Item} old @returns {Step} */
const there = (old) => ({ what: "there", id: old.id, own: false, wishes: [], undo: [] });
