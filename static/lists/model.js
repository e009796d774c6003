/** All lists of an account: in which part of the page each belongs, and how far it is. */

/** @import { Entry } from "../shared/queue.js" */
/** @import { List } from "../shared/shapes.js" */

/** @typedef {{now: readonly List[], archived: readonly List[], deleted: readonly List[]}} Lists */

/** How far a list is; null where it is empty. @param {List} list */
export const progress = (list) => (list.total ? { done: list.total - list.open, total: list.total } : null);

/** What its reader may do with a list besides opening it. @param {List} list */
export function powers(list) {
  const lives = list.deleted_at === null;
  const own = list.role === "owner";
  return { own: own && lives, edits: lives && list.right !== "view", restore: own && !lives };
}

/** The lists with one of them as an answer told it, in the part where it belongs now. @param {Lists} lists @param {List} told @returns {Lists} */
export function withList(lists, told) {
  /** @param {readonly List[]} part @param {boolean} here */
  const part = (part, here) => [...(here ? [told] : []), ...part.filter((list) => list.id !== told.id)];
  const deleted = told.deleted_at !== null;
  return {
    now: part(lists.now, !deleted && !told.archived),
    archived: part(lists.archived, !deleted && told.archived),
    deleted: part(lists.deleted, deleted),
  };
}

/**
 * The lists by the names that their reader gave them, also where those were not sent yet.
 * @param {Lists} lists
 * @param {readonly Entry[]} entries of the queue, oldest first
 * @returns {Lists}
 */
export function renamed(lists, entries) {
  const titles = new Map();
  for (const { list, state, edit } of entries) if (edit.kind === "rename" && state === "waiting") titles.set(list, edit.title);
  if (titles.size === 0) return lists;
  /** @param {readonly List[]} part */
  const part = (part) => part.map((list) => (titles.has(list.id) ? { ...list, title: titles.get(list.id) } : list));
  return { now: part(lists.now), archived: part(lists.archived), deleted: part(lists.deleted) };
}

/**
 * The lists with the one that is open as its page shows it: its name and counts are fresher than what was read.
 * @param {Lists} lists
 * @param {List | null} open
 * @returns {Lists}
 */
export function withOpen(lists, open) {
  if (!open) return lists;
  /** @param {readonly List[]} part */
  const part = (part) => part.map((list) => (list.id === open.id ? { ...list, title: open.title, open: open.open, total: open.total } : list));
  return { now: part(lists.now), archived: part(lists.archived), deleted: lists.deleted };
}
