/** Edits of this device that someone overruled: who did what, and the way to do one's own again. */

/** @import { Change, Edit, ListChanged } from '../shared/shapes.js' */
/** @import { Notices } from './notices.js' */
/** @import { OpenList, Wish } from './open-list.js' */
/** @import { Screen } from './screen.js' */
import { isWord, t, together } from "../shared/words.js";
import { brief } from "./notices.js";
import { nameIn, whatOf } from "./said.js";

/** @typedef {{edit: Edit, by: string | null, name: string | null, what: string}} Loss by null: nobody knows who */

const MOST_KEPT = 500;
const GATHER_MS = 300;

/** The fields that an edit was about. @param {Edit} edit @returns {string[]} */
function fieldsOf(edit) {
  if (edit.kind === "tick") return ["ticked"];
  if (edit.kind === "remove" || edit.kind === "restore") return ["removed"];
  const { id, kind, at, seen, item, items, ...fields } = edit;
  return Object.keys(fields);
}

/**
 * The last change by which an edit was overruled: one of the same fields of the same item, else any of that item.
 * @param {readonly Change[]} changes newest first
 * @param {Edit} edit
 */
export function overrulerOf(changes, edit) {
  const later = changes.filter((change) => change.revision > edit.seen && change.edit !== edit.id);
  if (!edit.item && !edit.items) return later.find((change) => change.list && fieldsOf(edit).some((name) => name in (change.list ?? {})));
  const ids = edit.items ?? [edit.item ?? ""];
  const touching = later.filter((change) => ids.some((id) => change.items[id]));
  const fields = fieldsOf(edit);
  const same = (/** @type {Change} */ change) => ids.some((id) => fields.some((name) => name in (change.items[id] ?? {})));
  return touching.find(same) ?? touching[0];
}

/** In a word, what a change did to what an edit was about. @param {Change} change @param {Edit} edit */
export function whatTo(change, edit) {
  if (change.list) return edit.kind;
  const ids = edit.items ?? [edit.item ?? ""];
  const fields = ids.map((id) => change.items[id]).find(Boolean) ?? {};
  // An item that comes back is told with all its fields.
  if (fields.removed === false && edit.kind !== "tick") return "restore";
  if (edit.kind === "tick" && fields.ticked !== undefined) return fields.ticked ? "tick" : "untick";
  return whatOf(fields) ?? "set";
}

/** Whether a change did just what the edit wanted: then nobody has lost anything. @param {Change} change @param {Edit} edit */
export function agrees(change, edit) {
  if (edit.kind === "rename") return change.list?.title === edit.title;
  if (change.list) return false;
  const wanted = /** @type {Record<string, unknown>} */ ({ ...edit, removed: edit.kind === "remove" });
  const ids = edit.items ?? [edit.item ?? ""];
  return ids.every((id) => fieldsOf(edit).every((name) => /** @type {any} */ (change.items[id])?.[name] === wanted[name]));
}

/** @param {readonly Loss[]} losses @param {(edit: Edit) => string} nameOf */
export function wordsOf(losses, nameOf) {
  const names = [...new Set(losses.map((loss) => loss.name ?? t("list.someone")))];
  const name = together(names.slice(0, 3), ", ");
  const count = new Set(losses.flatMap(({ edit }) => edit.items ?? edit.item ?? "")).size;
  if (count > 1) return t("overruled.many", { name, count });
  const { edit, what } = losses[losses.length - 1];
  const word = `overruled.${what}`;
  return t(isWord(word) ? word : "overruled.set", { name, text: brief(nameOf(edit)) });
}

export class Overruled {
  /** @param {OpenList} list @param {Notices} notices @param {Screen['nameOf']} nameOf */
  constructor(list, notices, nameOf) {
    this.list = list;
    this.notices = notices;
    this.nameOf = nameOf;
    /** @type {Change[]} what the room told while the page is open, newest first */
    this.known = [];
    /** @type {Edit[]} */
    this.waiting = [];
  }

  /** @param {ListChanged} told */
  told(told) {
    this.known = [...told.changes.filter((change) => Object.keys(change.items).length > 0 || change.list).reverse(), ...this.known].slice(0, MOST_KEPT);
  }

  /** An edit was overruled; those of one answer are told together. @param {Edit} edit */
  lost(edit) {
    if (this.waiting.length === 0) setTimeout(() => void this.tell(), GATHER_MS);
    this.waiting.push(edit);
  }

  async tell() {
    const edits = this.waiting;
    this.waiting = [];
    const changes = edits.every((edit) => overrulerOf(this.known, edit)) ? this.known : await this.history();
    const losses = edits.flatMap((edit) => this.lossOf(edit, changes) ?? []);
    // What one did later on another device stands, and is no news.
    const others = losses.filter((loss) => loss.by !== this.list.session.user.id);
    if (others.length === 0) return;
    this.notices.offer(wordsOf(others, this.nameOf), t("overruled.keep"), () => this.again(others.map((loss) => loss.edit)));
  }

  /** What came while this device was away was not told: ask. @returns {Promise<readonly Change[]>} */
  async history() {
    const asked = this.list.session.live.call("lists.history", { list: this.list.id, limit: 200 });
    const told = await asked.catch(() => ({ changes: [] }));
    return [...this.known, ...told.changes].sort((one, other) => other.revision - one.revision);
  }

  /** Null where the other wanted the same. @param {Edit} edit @param {readonly Change[]} changes @returns {Loss | null} */
  lossOf(edit, changes) {
    const change = overrulerOf(changes, edit);
    const state = this.list.confirmed.peek();
    if (!change) return { edit, by: null, name: null, what: "set" };
    if (agrees(change, edit)) return null;
    const name = change.person?.name ?? (state ? nameIn(state, change.by) : null);
    return { edit, by: change.by, name, what: whatTo(change, edit) };
  }

  /** The same again, as actions of now. @param {readonly Edit[]} edits */
  again(edits) {
    const wishes = edits.map(({ id, at, seen, ...wish }) => /** @type {Wish} */ (wish));
    this.list.edit(...wishes);
  }
}
