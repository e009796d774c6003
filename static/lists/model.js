/** All lists of an account: in which part of the page each belongs, and how far it is. */

/** @import { List } from '../shared/shapes.js' */

/** @typedef {{now: readonly List[], archived: readonly List[], deleted: readonly List[]}} Lists */

/** How far a list is; null where it is empty. @param {List} list */
export const progress = (list) => (list.total ? { done: list.total - list.open, total: list.total } : null);

/** What its reader may do with a list besides opening it. @param {List} list */
export const powers = (list) => ({ own: list.role === "owner", restore: list.role === "owner" && list.deleted_at !== null });

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
