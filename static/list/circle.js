/** The members of a list as the bar at the top shows them: a few initials, and how many more. */

/** @import { ListChanged } from '../shared/shapes.js' */
/** @import { Member } from './members.js' */

/** The first signs that show of a name's first two words. @param {string | null} name */
export function initials(name) {
  const words = (name ?? "").replace(/\p{Cf}/gu, "").split(/\s+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
}

/**
 * Others first, as one knows oneself; none where one is alone.
 * @param {readonly Member[]} members
 * @param {string} me
 * @param {number} [most]
 * @returns {{shown: readonly Member[], more: number}}
 */
export function circle(members, me, most = 3) {
  if (members.length < 2) return { shown: [], more: 0 };
  const others = members.filter(({ person }) => person.id !== me);
  const all = [...others, ...members.filter(({ person }) => person.id === me)];
  const shown = all.slice(0, all.length > most ? most - 1 : most);
  return { shown, more: all.length - shown.length };
}

/** Whether someone acted whom the known members do not name. @param {readonly Member[]} members @param {ListChanged} told */
export const namesStranger = (members, told) =>
  told.changes.some(({ by }) => by !== null && !members.some(({ person }) => person.id === by));

/** A list's header with the counts that its page shows. @param {import("./model.js").State} state */
export function headerOf({ list, items }) {
  const there = [...items.values()].filter((item) => !item.removed);
  return { ...list, total: there.length, open: there.filter((item) => !item.ticked).length };
}
