/** The bar to add: always open at the bottom of a list. */

/** @import { Adding } from './adding.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { t } from "../shared/words.js";

/** @param {{adding: Adding}} props */
export function AddBar({ adding }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const text = useSignal("");
  useEffect(() => focusOnKey(field), []);
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (text.value.trim()) adding.add(text.value);
    text.value = "";
    field.current?.focus();
  };
  return html`
    <form class="add-bar" onSubmit=${submit}>
      <div class="add-bar-inside">
        <div class="add-bar-line">
          <input class="add-field" ref=${field} aria-label=${t("list.add")} placeholder=${t("list.add_example")} maxlength="500"
            autocomplete="off" enterkeyhint="done" value=${text.value}
            onInput=${(/** @type {any} */ event) => (text.value = event.target.value)} />
          <button class="round main" type="submit" aria-label=${t("list.do_add")}><${Icon} name="add" /></button>
        </div>
      </div>
    </form>
  `;
}

/** `n` and `/` lead to the field, unless someone types elsewhere. @param {{current: HTMLInputElement | null}} field */
function focusOnKey(field) {
  /** @param {KeyboardEvent} event */
  const hear = (event) => {
    const typing = event.target instanceof Element && event.target.matches("input:not([type=checkbox]), textarea, select, dialog *");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !["n", "/"].includes(event.key)) return;
    event.preventDefault();
    field.current?.focus();
  };
  addEventListener("keydown", hear);
  return () => removeEventListener("keydown", hear);
}
