/**
 * Edits on their way into the store. They are kept in the very step in which they are made: a page that is left at once
 * takes with it whatever IndexedDB has not written yet. Where there is no IndexedDB, they stay here until they leave the queue.
 */

/** @import { Entry, Journal } from './queue.js' */
import { recall, remember, remembered } from "./memory.js";

const PREFIX = "edit ";

/** Whether something remembered is an edit, of whatever account. @param {string} name */
export const isEdit = (name) => name.startsWith(PREFIX);

/** @type {Journal} */
export const journal = {
  // Without room for what became of an edit, the next page has it as it was.
  keep: (entry) => remember(PREFIX + entry.edit.id, JSON.stringify(entry), true),
  forget: (id) => remember(PREFIX + id, null),
  find: (id) => entryOf(PREFIX + id),
  left: (account) =>
    remembered(PREFIX)
      .flatMap(entryOf)
      .filter((entry) => entry.account === account)
      .sort((one, other) => (one.edit.at < other.edit.at ? -1 : 1)),
};

/** None where it cannot be read: no page ever will, so it is forgotten. @param {string} name @returns {Entry[]} */
function entryOf(name) {
  try {
    const entry = /** @type {Entry} */ (JSON.parse(recall(name) ?? ""));
    if (entry.edit.id) return [entry];
  } catch {
    // Half written, or another program's.
  }
  remember(name, null);
  return [];
}
