/** Edits that the server refused: kept, with the reason, until their author decides. */

/** @import { Entry } from '../shared/queue.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { copyText } from "../shared/copy.js";
import { html } from "../shared/html.js";
import { isWord, number, t } from "../shared/words.js";

// More of them would leave no room for the list on a small phone.
const FEW = 1;

/** @param {{screen: Screen, entries: readonly Entry[]}} props */
export function Unsaved({ screen, entries }) {
  const { unfolded } = screen;
  const many = entries.length > FEW;
  if (entries.length === 0) return null;
  const shown = unfolded.value ? entries : entries.slice(0, FEW);
  return html`
    <section class="card warn unsaved" aria-label=${t("unsaved.title")}>
      <h2>${t("unsaved.title")}${many && ` · ${number(entries.length)}`}</h2>
      ${many && html`<${All} screen=${screen} entries=${entries} />`}
      <ul class="plain">${shown.map((entry) => html`<${UnsavedRow} key=${entry.edit.id} screen=${screen} entry=${entry} />`)}</ul>
      ${many && html`
        <button class="button" type="button" aria-expanded=${String(unfolded.value)} onClick=${() => (unfolded.value = !unfolded.value)}>
          ${unfolded.value ? t("unsaved.fewer") : t("unsaved.whole", { count: entries.length })}
        </button>
      `}
    </section>
  `;
}

/** @param {{screen: Screen, entries: readonly Entry[]}} props */
function All({ screen, entries }) {
  const text = entries.map(({ edit }) => `- ${screen.lineOf(edit)}`).join("\n");
  return html`
    <span class="buttons">
      <button class="button" type="button" onClick=${() => screen.retry(...entries)}>${t("unsaved.retry_all")}</button>
      <${CopyButton} text=${text} label=${t("unsaved.copy_all")} />
      <button class="button" type="button" onClick=${() => screen.drop(...entries)}>${t("unsaved.drop_all")}</button>
    </span>
  `;
}

/** @param {{screen: Screen, entry: Entry}} props */
function UnsavedRow({ screen, entry }) {
  const { edit } = entry;
  const word = `unsaved.${edit.kind === "tick" && !edit.ticked ? "untick" : edit.kind}`;
  const text = screen.lineOf(edit);
  return html`
    <li class="row tall">
      <div class="row-main">
        <span class="row-text">${isWord(word) ? t(word, { text }) : text}</span>
        <span class="row-second">${reason(entry)}</span>
        <span class="buttons">
          <button class="button" type="button" onClick=${() => screen.retry(entry)}>${t("do.retry")}</button>
          <${CopyButton} text=${text} label=${t("do.copy_text")} />
          <button class="button" type="button" onClick=${() => screen.drop(entry)}>${t("do.drop")}</button>
        </span>
      </div>
    </li>
  `;
}

/** Why, in the reader's language of today; what the server said names the field. @param {Entry} entry */
function reason({ problem }) {
  const word = `unsaved.because.${problem?.code}`;
  return isWord(word) ? t(word) : problem?.message || t("problem.other");
}

/** Copies a text, and says so; where only a person may copy, the text appears, selected. @param {{text: string, label: string}} props */
export function CopyButton({ text, label }) {
  const told = useSignal("");
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const copy = async () => (told.value = t((await copyText(text, field.current)) ? "state.copied" : "state.select_and_copy"));
  return html`
    <span class="copying">
      <button class="button" type="button" onClick=${copy}>${told.value || label}</button>
      <textarea class="unseen" ref=${field} value=${text} readonly tabindex="-1" aria-hidden="true"></textarea>
    </span>
  `;
}
