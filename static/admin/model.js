/** Alerts and accounts as a page says them. */

/** @import { Account, Alert } from './view.js' */
/** @import { Word } from '../shared/words.js' */

/**
 * Where something happened, as a sentence; null where the place speaks for itself.
 * @param {Pick<Alert, 'kind' | 'detail'>} alert
 * @returns {Word | null}
 */
export function placeWord({ kind, detail }) {
  if (kind === "sign_ins") return detail === "account" ? "admin.place.account" : "admin.place.address";
  if (kind === "storage_back") return "admin.place.storage_back";
  return kind === "disk" ? "admin.place.disk" : null;
}

/**
 * What is worth a word of an account.
 * @param {Pick<Account, 'blocked' | 'role' | 'totp'>} account @param {boolean} me
 * @returns {Word[]}
 */
export function signsOf({ blocked, role, totp }, me) {
  /** @type {[boolean, Word][]} */
  const signs = [[me, "members.you"], [blocked, "admin.blocked"], [role === "admin", "admin.role"], [totp, "admin.totp"]];
  return signs.flatMap(([is, word]) => (is ? [word] : []));
}
