/** What the keyboard does to the rows of a list. */

/** @import { Item } from '../shared/shapes.js' */
/** @import { Screen } from './screen.js' */
import { itemOf, rowsIn } from "./motion.js";

/** @typedef {(event: KeyboardEvent, row: HTMLElement | null) => boolean} Deed answers whether there was something to do */

/** @param {Screen} screen @param {() => void} help @returns {() => void} what ends it */
export function hearKeys(screen, help) {
  const deeds = deedsOf(screen, help);
  /** @param {KeyboardEvent} event */
  const hear = (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.defaultPrevented || event.isComposing || target.closest("dialog") || isTyping(target, event)) return;
    const row = /** @type {HTMLElement | null} */ (target.closest("[data-item]"));
    const deed = deeds[nameOf(event)];
    if (deed?.(event, row)) event.preventDefault();
  };
  document.addEventListener("keydown", hear);
  return () => document.removeEventListener("keydown", hear);
}

/** Keys belong to a field, but for undoing where nothing is written in it. @param {Element} target @param {KeyboardEvent} event */
function isTyping(target, event) {
  if (!target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return false;
  return nameOf(event) !== "undo" || /** @type {HTMLInputElement} */ (target).value !== "";
}

/** A key's sign, or what stands in its place on a Latin keyboard where its letters are of another alphabet. @param {Pick<KeyboardEvent, 'key' | 'code'>} event */
export function signOf({ key, code }) {
  if (!/^\p{L}$/u.test(key) || /^\p{Script=Latin}$/u.test(key)) return key.toLowerCase();
  return code.replace("Key", "").toLowerCase();
}

/** @param {KeyboardEvent} event */
function nameOf(event) {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (ctrlKey || metaKey) return signOf(event) === "z" && !altKey && !shiftKey ? "undo" : "";
  return altKey ? `Alt+${key}` : key;
}

/** @param {Screen} screen @param {() => void} help @returns {Record<string, Deed | undefined>} */
function deedsOf(screen, help) {
  const mayEdit = () => screen.list.shown.peek()?.list.right === "edit";
  /** @param {(item: Item) => void} act @returns {Deed} */
  const onItem = (act) => (_, row) => {
    const item = row && screen.list.shown.peek()?.items.get(itemOf(row));
    if (item) act(item);
    return Boolean(item);
  };
  /** @param {-1 | 1} step @returns {Deed} */
  const move = (step) => onItem((item) => mayEdit() && screen.move(item, step));
  /** @type {Deed} */
  const enter = (event, row) => /** @type {Element} */ (event.target).matches(".ring") && onItem(({ id }) => (screen.chosen.value = id))(event, row);
  return {
    undo: () => (screen.undoLast(), true),
    "?": () => (help(), true),
    ArrowDown: (_, row) => go(row, 1),
    ArrowUp: (_, row) => go(row, -1),
    "Alt+ArrowDown": move(1),
    "Alt+ArrowUp": move(-1),
    Enter: enter,
    Delete: onItem((item) => mayEdit() && screen.remove([item])),
  };
}

/** @param {HTMLElement | null} row @param {-1 | 1} step */
function go(row, step) {
  const rows = rowsIn(document).filter((one) => one.checkVisibility?.() ?? one.offsetParent !== null);
  const next = row ? rows[rows.indexOf(row) + step] : rows.at(step > 0 ? 0 : -1);
  /** @type {HTMLElement | null | undefined} */ (next?.querySelector(".ring"))?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}
