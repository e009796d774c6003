/** The bar to add: always open at the bottom of a list. */

/** @import { TypedItem } from '../shared/text.js' */
/** @import { Adding } from './adding.js' */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { number, t } from "../shared/words.js";
import { signOf } from "./keys.js";
import { MOST_AT_ONCE, isWorthShowing, line } from "./typed.js";

/** @typedef {{current: HTMLTextAreaElement | null}} FieldRef */

/** @param {{adding: Adding}} props */
export function AddBar({ adding }) {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const text = adding.text.value;
  const items = adding.items.value;
  const tooMany = adding.tooMany.value;
  useEffect(() => focusOnKey(field), []);
  useEffect(() => adding.hearTabs(), [adding]);
  useEffect(() => adding.arrived.subscribe((arrived) => arrived && bringIntoView(arrived)), [adding]);
  useLayoutEffect(() => grow(field.current), [text, items.length]); // the button beside it is as wide as its words
  const add = () => {
    adding.addTyped();
    field.current?.focus({ preventScroll: true });
  };
  return html`
    <form class="add-bar" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), add())}>
      <div class="add-bar-inside">
        ${tooMany
          ? html`<p class="add-refused" role="alert">${t("list.too_many", { count: MOST_AT_ONCE })}</p>`
          : isWorthShowing(items, text) && html`<${Understood} items=${items} />`}
        <div class="add-bar-line">
          <${AddField} field=${field} text=${text} type=${(/** @type {string} */ typed) => adding.type(typed)} add=${add} />
          <${AddButton} count=${tooMany ? 0 : items.length} />
        </div>
      </div>
    </form>
  `;
}

/** @param {{field: FieldRef, text: string, type: (text: string) => void, add: () => void}} props */
function AddField({ field, text, type, add }) {
  // What the browser makes of Enter: a line end, unless an input method still composes a word with it.
  const plain = useRef(true);
  /** @param {KeyboardEvent} event */
  const key = (event) => (plain.current = !event.shiftKey && !event.isComposing);
  /** @param {InputEvent} event */
  const before = (event) => {
    const enter = event.inputType === "insertLineBreak" || event.inputType === "insertParagraph";
    if (!enter || !plain.current || event.isComposing) return;
    event.preventDefault();
    add();
  };
  return html`
    <textarea class="add-field" ref=${field} rows="1" aria-label=${t("list.add")} placeholder=${t("list.add_example")}
      autocomplete="off" enterkeyhint="done" value=${text} onKeyDown=${key} onbeforeinput=${before}
      onInput=${(/** @type {any} */ event) => type(event.target.value)}></textarea>
  `;
}

/** Pressing it leaves the focus, and so the keyboard, where it is. @param {{count: number}} props */
const AddButton = ({ count }) => {
  const keepFocus = (/** @type {Event} */ event) => event.preventDefault();
  return count > 1
    ? html`<button class="button main" type="submit" onMouseDown=${keepFocus}>${t("list.do_add_many", { count })}</button>`
    : html`<button class="round main" type="submit" aria-label=${t("list.do_add")} onMouseDown=${keepFocus}><${Icon} name="add" /></button>`;
};

const MOST_SHOWN = 3;

/** What was understood, the last of it: there is where somebody types. @param {{items: readonly TypedItem[]}} props */
function Understood({ items }) {
  const shown = items.slice(-MOST_SHOWN);
  const rest = items.length - shown.length;
  return html`
    <ul class="plain understood" aria-label=${t("list.understood")}>
      ${rest > 0 && html`<li class="understood-rest" key="rest">+${number(rest)}</li>`}
      ${shown.map((item, place) => html`
        <li class="understood-item" key=${rest + place}>${item.ticked && html`<${Icon} name="check" />`}<span>${line(item)}</span></li>
      `)}
    </ul>
  `;
}

/** As high as its lines; the stylesheet has the limit. @param {HTMLTextAreaElement | null} field */
function grow(field) {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

const GLOW_MS = 1200;

/** Once it is drawn. @param {{id: string, glows: boolean}} arrived */
function bringIntoView({ id, glows }) {
  requestAnimationFrame(() => {
    const row = document.getElementById(`item-${id}`);
    row?.scrollIntoView({ block: "nearest" });
    if (!row || !glows) return;
    row.classList.remove("was-here");
    requestAnimationFrame(() => row.classList.add("was-here"));
    setTimeout(() => row.classList.remove("was-here"), GLOW_MS);
  });
}

/** `n` and `/` lead to the field, unless someone types elsewhere. @param {FieldRef} field */
function focusOnKey(field) {
  /** @param {KeyboardEvent} event */
  const hear = (event) => {
    const typing = event.target instanceof Element && event.target.matches("input:not([type=checkbox]), textarea, select, dialog *");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !["n", "/"].includes(signOf(event))) return;
    event.preventDefault();
    field.current?.focus();
  };
  addEventListener("keydown", hear);
  return () => removeEventListener("keydown", hear);
}
