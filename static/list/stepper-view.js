/** The quantity of an item, changed in place: less and more, each tap an edit. */

/** @import { Item } from '../shared/shapes.js' */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { amount, stepped } from "../shared/amounts.js";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { t } from "../shared/words.js";

const IDLE_MS = 4000;

/** @param {{item: Item, set: (quantity: number) => void, close: () => void}} props */
export function Stepper({ item, set, close }) {
  const group = useRef(/** @type {HTMLElement | null} */ (null));
  // Before anything is painted: a second press of a key must meet the stepper.
  useLayoutEffect(() => closing(group, close), []);
  useEffect(() => {
    const idle = setTimeout(close, IDLE_MS);
    return () => clearTimeout(idle);
  }, [item.quantity]);
  /** @param {1 | -1} way @param {string} label @param {'less' | 'add'} icon */
  const button = (way, label, icon) => {
    const next = stepped(item, way);
    return html`<button class="round" type="button" aria-label=${label} aria-disabled=${next === null}
      onClick=${() => next !== null && set(next)}><${Icon} name=${icon} /></button>`;
  };
  return html`
    <span class="stepper" ref=${group} role="group" aria-label=${t("item.quantity_of", { name: item.text })}>
      ${button(-1, t("item.less"), "less")}
      <output class="stepper-amount">${amount(item)}</output>
      ${button(1, t("item.greater"), "add")}
    </span>
  `;
}

/** It takes the focus and gives it back; Escape and a tap elsewhere close it. @param {{current: HTMLElement | null}} group @param {() => void} close */
function closing(group, close) {
  const opener = document.activeElement;
  /** @type {HTMLElement | null | undefined} */ (group.current?.lastElementChild)?.focus({ preventScroll: true });
  /** @param {Event} event */
  const hear = (event) => {
    const outside = !(event.target instanceof Node && group.current?.contains(event.target));
    if (event instanceof KeyboardEvent ? event.key !== "Escape" : !outside) return;
    // One press of Escape closes one thing.
    if (event instanceof KeyboardEvent) event.preventDefault();
    close();
  };
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, hear, true);
  return () => {
    for (const name of ["pointerdown", "keydown"]) document.removeEventListener(name, hear, true);
    const within = document.activeElement === document.body || group.current?.contains(document.activeElement);
    if (within && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
  };
}
