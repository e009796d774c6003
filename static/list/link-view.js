/** Links that are given to others: shown, copied, handed to another app. */

/** @import { ComponentChildren } from 'preact' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { copyText } from "../shared/copy.js";
import { html } from "../shared/html.js";
import { t } from "../shared/words.js";

/**
 * Copying a text and saying so; where only a person may copy, it is selected in `field`.
 * @param {string | (() => string)} text a function where it is long in the making: then it is made for who copies it
 */
export function useCopy(text) {
  const field = useRef(/** @type {any} */ (null));
  const says = useSignal("");
  const copy = async () => {
    const made = typeof text === "function" ? text() : text;
    field.current.value = made;
    says.value = t((await copyText(made, field.current)) ? "state.copied" : "state.select_and_copy");
  };
  return { field, says, copy };
}

/**
 * A link that was just made; what it gives and until when, as that is what one tells others, stands beneath it.
 * @param {{url: string, title: string, focused?: boolean, children?: ComponentChildren}} props
 *   `title` goes with it to another app; `focused`: whoever made it stands on the way to copy it
 */
export function Link({ url, title, focused = false, children }) {
  const { field, says, copy } = useCopy(url);
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useEffect(() => {
    if (focused) button.current?.focus();
  }, []);
  // Only secure addresses can share, and whoever thinks better of it has done nothing wrong.
  const share = "share" in navigator && (() => void navigator.share({ title, url }).catch(() => {}));
  return html`
    <label class="field">
      <span class="field-label">${t("members.link")}</span>
      <input ref=${field} value=${url} readonly onFocus=${(/** @type {any} */ event) => event.target.select()} />
    </label>
    ${children}
    <div class="buttons">
      <button class="button main" type="button" ref=${button} onClick=${copy}>${t("members.copy")}</button>
      ${share && html`<button class="button" type="button" onClick=${share}>${t("members.share")}</button>`}
    </div>
    <p class="muted" role="status">${says.value}</p>
  `;
}

/** What a text that is not shown is copied from. @param {{text?: string, field: {current: HTMLTextAreaElement | null}}} props */
export const Unseen = ({ text, field }) => html`<textarea class="unseen" ref=${field} value=${text} readonly tabindex="-1" aria-hidden="true"></textarea>`;
