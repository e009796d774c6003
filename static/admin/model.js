/** Alerts, accounts and numbers as a page says them. */

/** @import { Account, Alert, Stats } from './view.js' */
/** @import { Word } from '../shared/words.js' */

/**
 * Where something happened, as a sentence; null where the place speaks for itself.
 * @param {Pick<Alert, 'kind' | 'detail'>} alert
 * @returns {Word | null}
 */
export function placeWord({ kind, detail }) {
  if (kind === "sign_ins" && detail === "typed") return "admin.place.typed";
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

/** In the order in which people look for a name. @param {readonly Account[]} users @param {string} language */
export function byName(users, language) {
  const { compare } = new Intl.Collator(language, { numeric: true });
  return [...users].sort((one, other) => compare(one.name, other.name) || compare(one.email, other.email));
}

const UNITS = /** @type {const} */ (["admin.size.kb", "admin.size.mb", "admin.size.gb", "admin.size.tb"]);

/**
 * So many bytes as people say them: the word of a unit of 1,000 each, and how many of it, the small ones with a tenth.
 * @param {number} bytes @returns {[Word, {size: number}]}
 */
export function sizeOf(bytes) {
  const kb = bytes / 1000;
  const unit = Math.max(0, Math.min(UNITS.length - 1, Math.floor(Math.log10(kb || 1) / 3)));
  const size = kb / 1000 ** unit;
  return [UNITS[unit] ?? UNITS[0], { size: size < 10 ? Math.round(size * 10) / 10 : Math.round(size) }];
}

/**
 * The numbers that are counts, in the order of the page.
 * @param {Stats} stats @returns {[Word, number][]}
 */
export const countsOf = (stats) => [
  ["admin.stats.people", stats.people],
  ["admin.stats.lists", stats.lists],
  ["admin.stats.changes", stats.changes],
  ["admin.stats.connections", stats.connections],
  ["admin.stats.mails", stats.mails_waiting],
];
