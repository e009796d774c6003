/** The line in which a new list gets its name. */

/** @import { Lists } from './lists.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { Failure } from "../shared/parts.js";
import { t } from "../shared/words.js";

/** What is typed stays until the list is made. @param {{lists: Lists}} props */
export function NewList({ lists }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const title = useSignal("");
  const sending = useSignal(false);
  const error = useSignal(/** @type {unknown} */ (null));
  // A shortcut of the installed app leads here.
  useEffect(() => void (location.hash === "#new" && field.current?.focus()), []);
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    if (sending.value) return;
    if (!title.value.trim()) {
      field.current?.focus();
      return;
    }
    sending.value = true;
    error.value = null;
    await lists.make(title.value.trim()).catch((failure) => (error.value = failure));
    sending.value = false;
  };
  return html`
    <form class="new-list" onSubmit=${submit}>
      <${Failure} error=${error.value} />
      <div class="add-bar-line">
        <input class="add-field" ref=${field} aria-label=${t("lists.new")} placeholder=${t("lists.new_example")} maxlength="200"
          autocomplete="off" enterkeyhint="done" value=${title.value}
          onInput=${(/** @type {any} */ event) => (title.value = event.target.value)} />
        <button class="round main" type="submit" aria-label=${t("lists.make")}><${Icon} name="add" /></button>
      </div>
    </form>
  `;
}
