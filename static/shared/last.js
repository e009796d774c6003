/** The list that an account opened last on this device: where the site begins. */
import { recall, remember } from "./memory.js";

/** @param {string} account */
const nameOf = (account) => `last ${account}`;

/** @param {string} account @returns {string | null} the id of a list */
export const lastOf = (account) => recall(nameOf(account));

/** @param {string} account @param {string} list */
export const openedLast = (account, list) => remember(nameOf(account), list);

/** A list that is gone is no place to begin. @param {string} account @param {string} list */
export function goneLast(account, list) {
  if (lastOf(account) === list) remember(nameOf(account), null);
}
