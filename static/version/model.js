/** When a page may give way to a newer build of the site. */

/** So long must nothing have been touched on a page that someone may be looking at. */
export const QUIET_MS = 60_000;

/**
 * @typedef {object} Moment what the page is like now
 * @property {number} waiting edits that wait to be sent
 * @property {boolean} typed whether something is typed that was not sent
 * @property {boolean} open whether a sheet is open
 * @property {boolean} pressed whether a finger is down
 * @property {boolean} hidden whether nobody can see the page
 * @property {number} quiet ms since something was touched
 */

/** @param {Moment} moment */
export function mayTake({ waiting, typed, open, pressed, hidden, quiet }) {
  if (waiting > 0 || typed || open || pressed) return false;
  return hidden || quiet >= QUIET_MS;
}

const NOT_TYPED = new Set(["checkbox", "radio", "hidden", "button", "submit"]);

/**
 * Whether somebody has typed into a field: its lines may be set by the page, so any counts there.
 * @param {{type: string, readOnly: boolean, value: string, defaultValue: string}} field
 */
export const isTyped = ({ type, readOnly, value, defaultValue }) =>
  !readOnly && !NOT_TYPED.has(type) && value !== (type === "textarea" ? "" : defaultValue);

/** The build that a script's address names; null in tests, where there is none. @param {string} address */
export const buildOf = (address) => /\/static\/([0-9a-f]{12})\//.exec(address)?.[1] ?? null;
