/** The sheets that are open: one at a time in the right column, and on a phone "back" closes the topmost. */
import { uncovered } from "./presses.js";
import { wide } from "./wide.js";

/** @typedef {(replaced?: boolean) => void} Close `replaced`: another takes the place, so there is nothing to wait for */
/** @typedef {{dialog: HTMLDialogElement, beside: boolean, close: Close}} Open */

/** @type {Open[]} the topmost last */
let open = [];
/** One entry of the browser's history stands for all sheets over a page. */
let entry = false;
/** @type {Promise<void> | null} while the browser takes that entry back */
let returning = null;
let leaving = false;

globalThis.addEventListener?.("popstate", wentBack);
globalThis.addEventListener?.("keydown", hearEscape);
if (globalThis.history?.state?.sheet) {
  // Loaded again, the page has no sheet, but still its entry.
  entry = true;
  setTimeout(leave);
}

/** @param {HTMLDialogElement} dialog @param {boolean} beside @param {Close} close @returns {Open} */
export function entered(dialog, beside, close) {
  if (beside) open.find((one) => one.beside)?.close(true);
  const place = { dialog, beside, close };
  open = [...open, place];
  if (!beside && !wide.peek()) enter();
  return place;
}

/** @param {Open} place */
export function left(place) {
  open = open.filter((one) => one !== place);
  uncovered();
  // A sheet that leads to another is gone just before that one comes.
  setTimeout(leave);
}

function enter() {
  if (entry) return;
  if (returning) {
    // The browser still takes back the entry of the sheet before, and would take this one's for it.
    void returning.then(() => open.some(({ beside }) => !beside) && enter());
    return;
  }
  entry = true;
  history.pushState({ sheet: true }, "");
}

function leave() {
  if (!entry || leaving || open.some(({ beside }) => !beside)) return;
  entry = false;
  if (!history.state?.sheet) return;
  returning = new Promise((done) => addEventListener("popstate", () => done(), { once: true }));
  history.back();
}

function wentBack() {
  returning = null;
  if (!entry) return;
  entry = false;
  open.filter(({ beside }) => !beside).at(-1)?.close();
  setTimeout(() => open.some(({ beside }) => !beside) && enter());
}

/** A modal dialog hears Escape by itself, the right column does not. @param {KeyboardEvent} event */
function hearEscape(event) {
  if (event.key !== "Escape" || event.defaultPrevented || open.some(({ beside }) => !beside)) return;
  open.at(-1)?.close();
}

/** Leave the page, with or without a sheet on it: never while the browser is still taking the sheet's entry back. @param {string} address @param {boolean} [replace] */
export async function goTo(address, replace = false) {
  leaving = true;
  await returning;
  if (replace) location.replace(address);
  else location.assign(address);
}
