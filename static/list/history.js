/** The history of a list in words: who did what, what a step changed as far as its neighbours tell, and on which day. */

/** @import { Change, Fields } from '../shared/shapes.js' */
/** @import { State } from './model.js' */
import { amount, unitName } from "../shared/amounts.js";
import { day, isWord, number, t, together } from "../shared/words.js";

/** @typedef {{changes: readonly Change[], more: boolean}} Pages newest first, without a gap */
/** @typedef {{what: string, details: string[], stands: boolean}} Said */

const NAMED = 3;
const TOLD = /** @type {const} */ (["quantity", "unit", "note", "category", "price"]);

/** What was read before stays: of the newest page only the news are put on top, unless more happened than it holds. @param {Pages | null} known @param {Pages} newest @returns {Pages} */
export function withNewest(known, newest) {
  const last = known?.changes[0]?.revision ?? 0;
  const meets = newest.changes.some(({ revision }) => revision <= last + 1);
  if (!known || !meets) return newest;
  return { changes: [...newest.changes.filter(({ revision }) => revision > last), ...known.changes], more: known.more };
}

/** @param {Pages} known @param {Pages} older @returns {Pages} */
export function withOlder(known, older) {
  const first = known.changes.at(-1)?.revision ?? Infinity;
  return { changes: [...known.changes, ...older.changes.filter(({ revision }) => revision < first)], more: older.more };
}

/** The steps of each day, by the reader's clock. @param {readonly Change[]} changes @param {Date} [now] */
export function byDay(changes, now = new Date()) {
  /** @type {{name: string, from: number, changes: Change[]}[]} */
  const days = [];
  changes.forEach((change, place) => {
    const name = day(change.at, now);
    if (days.at(-1)?.name === name) days.at(-1)?.changes.push(change);
    else days.push({ name, from: place, changes: [change] });
  });
  return days;
}

/** A step as a sentence, and what it changed. @param {readonly Change[]} changes @param {number} place @param {State} state @returns {Said} */
export function said(changes, place, state) {
  const change = changes[place];
  const past = new Past(changes, place, state);
  const name = change.person?.name ?? t("list.someone");
  const ids = Object.keys(change.items);
  if (ids.length === 0 && !change.list) return { what: t("history.superseded", { name }), details: [], stands: false };
  if (change.kind === "undo") return { what: t("history.undo_done", { name }), details: putBack(past, ids), stands: true };
  if (ids.length > 1) return { what: many(change, name, ids.length), details: [past.names(ids)], stands: true };
  return { ...one(past, name, ids[0]), stands: true };
}

/** @param {Change} change */
const kindOf = (change) =>
  change.kind === "tick" && Object.values(change.items)[0]?.ticked === false ? "untick" : (change.kind ?? "set");

/** @param {Change} change @param {string} name @param {number} count */
function many(change, name, count) {
  const word = `history.many.${kindOf(change)}`;
  return isWord(word) ? t(word, { name, count }) : t("history.many.set", { name, count });
}

/** @param {Past} past @param {string} name @param {string | undefined} id */
function one(past, name, id) {
  const { change } = past;
  const fields = id === undefined ? {} : change.items[id];
  const kind = kindOf(change);
  const values = { name, text: change.list?.title ?? (id === undefined ? "" : past.text(id)) };
  const details = id === undefined ? [] : past.details(id);
  if (kind === "set" && id !== undefined && fields.text !== undefined)
    return { what: t("history.renamed", { name, text: past.before(id, "text") ?? t("unsaved.unknown_item"), to: fields.text }), details };
  if (kind === "set" && fields.position !== undefined && details.length === 0) return { what: t("history.moved", values), details };
  const word = `history.${kind}`;
  return { what: isWord(word) ? t(word, values) : name, details };
}

/** What an undone step gave back. @param {Past} past @param {string[]} ids */
function putBack(past, ids) {
  const { title } = past.change.list ?? {};
  return [...(title === undefined ? [] : [title]), ...(ids.length > 0 ? [past.names(ids)] : []), ...(ids.length === 1 ? past.details(ids[0]) : [])];
}

/** What is known of items when a step was done. */
class Past {
  /** @param {readonly Change[]} changes @param {number} place @param {State} state */
  constructor(changes, place, state) {
    this.change = changes[place];
    this.older = changes.slice(place + 1);
    this.state = state;
  }

  /** The value that a field had before; undefined where no earlier step that was read tells. @template {keyof Fields} Name @param {string} id @param {Name} name @returns {Fields[Name]} */
  before(id, name) {
    return this.older.find(({ items }) => items[id]?.[name] !== undefined)?.items[id][name];
  }

  /** @param {string} id */
  text(id) {
    return this.change.items[id]?.text ?? this.before(id, "text") ?? this.state.items.get(id)?.text ?? t("unsaved.unknown_item");
  }

  /** @param {string[]} ids */
  names(ids) {
    const named = together(ids.slice(0, NAMED).map((id) => this.text(id)), ", ");
    return ids.length > NAMED ? t("history.and_more", { names: named, count: ids.length - NAMED }) : named;
  }

  /** An item that is new or comes back has all its fields, and says them as its row does. @param {string} id */
  details(id) {
    const { kind, items } = this.change;
    const { text, quantity = null, unit = null, note, category } = items[id] ?? {};
    if (text !== undefined && kind !== "set") return [amount({ quantity, unit }), note, category].flatMap((value) => value || []);
    return TOLD.flatMap((name) => this.detail(id, name) ?? []);
  }

  /** "Quantity: 2 → 3". @param {string} id @param {typeof TOLD[number]} name */
  detail(id, name) {
    const now = this.change.items[id]?.[name];
    const before = this.before(id, name);
    if (now === undefined || before === now || (now === null && !before)) {
      const cleared = now === null && before === undefined && this.change.kind === "set";
      return cleared ? t("history.is", { field: t(`item.${name}`), value: t("history.none") }) : null;
    }
    const field = t(`item.${name}`);
    if (!before) return t("history.is", { field, value: written(name, now) });
    return t("history.was", { field, before: written(name, before), value: written(name, now) });
  }
}

/** @param {typeof TOLD[number]} name @param {string | number | null} value */
function written(name, value) {
  if (value === null) return t("history.none");
  if (typeof value === "number") return number(value);
  return name === "unit" ? unitName(value) : value;
}
