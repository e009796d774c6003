/** What a list tells its reader: the short notice above the bar to add, and what was not saved. */

/** @import { Entry } from '../shared/queue.js' */
/** @import { Notices } from './notices.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { copyText } from "../shared/copy.js";
import { html } from "../shared/html.js";
import { t } from "../shared/words.js";

/** @param {{notices: Notices}} props */
export function Snackbar({ notices }) {
  const snack = notices.snack.value;
  if (!snack) return null;
  return html`
    <div class="snack" role="status">
      <span class="wrap">${snack.text}</span>
      ${snack.undo && html`<button class="button quiet" type="button" onClick=${() => notices.undo()}>${t("do.undo")}</button>`}
    </div>
  `;
}

/** Edits that the server refused: kept, and their author decides. @param {{screen: Screen, entries: readonly Entry[]}} props */
export const Unsaved = ({ screen, entries }) =>
  entries.length > 0 &&
  html`
    <section class="card warn" aria-label=${t("unsaved.title")}>
      <h2>${t("unsaved.title")}</h2>
      <ul class="plain">${entries.map((entry) => html`<${UnsavedRow} key=${entry.edit.id} screen=${screen} entry=${entry} />`)}</ul>
    </section>
  `;

/** @param {{screen: Screen, entry: Entry}} props */
function UnsavedRow({ screen, entry }) {
  const copied = useSignal("");
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const { edit, problem } = entry;
  const text = screen.nameOf(edit);
  const what = edit.kind === "tick" && !edit.ticked ? "untick" : edit.kind;
  const copy = async () => (copied.value = t((await copyText(text, field.current)) ? "state.copied" : "state.select_and_copy"));
  return html`
    <li class="row tall">
      <div class="row-main">
        <span class="row-text">${t(`unsaved.${what}`, { text })}</span>
        <span class="row-second">${copied.value || problem?.message || t("problem.other")}</span>
        <input class="unseen" ref=${field} value=${text} readonly tabindex="-1" aria-hidden="true" />
        <span class="buttons">
          <button class="button" type="button" onClick=${() => screen.retry(entry)}>${t("do.retry")}</button>
          <button class="button" type="button" onClick=${copy}>${t("do.copy_text")}</button>
          <button class="button" type="button" onClick=${() => screen.drop(entry)}>${t("do.drop")}</button>
        </span>
      </div>
    </li>
  `;
}
