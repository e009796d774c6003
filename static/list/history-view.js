/** The sheet of a list's history: who did what and when, and taking a step back. */

/** @import { Change } from '../shared/shapes.js' */
/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../shared/html.js";
import { newId } from "../shared/ids.js";
import { Failure, Sheet } from "../shared/parts.js";
import { isWord, moment, t } from "../shared/words.js";

/** @param {{screen: Screen, state: State, close: () => void}} props */
export function HistorySheet({ screen, state, close }) {
  const changes = useSignal(/** @type {readonly Change[]} */ ([]));
  const more = useSignal(false);
  const error = useSignal(/** @type {unknown} */ (null));
  /** @param {number} [before] */
  const read = async (before) => {
    try {
      const told = await screen.history(before);
      changes.value = before ? [...changes.value, ...told.changes] : told.changes;
      more.value = told.more;
    } catch (failure) {
      error.value = failure;
    }
  };
  useEffect(() => void read(), [state.list.revision]);
  /** @param {Change} change @param {string} id */
  const undo = (change, id) =>
    screen.undo(change.revision, id).then(() => (error.value = null), (failure) => (error.value = failure));
  const edits = state.list.right !== "view";
  return html`
    <${Sheet} title=${t("history.title")} pane close=${close}>
      <${Failure} error=${error.value} />
      ${changes.value.length === 0 && !more.value && html`<p class="empty">${t("history.empty")}</p>`}
      <ol class="plain">
        ${changes.value.map((change) => html`<${Step} key=${change.revision} change=${change} state=${state} undo=${edits ? undo : null} />`)}
      </ol>
      ${more.value && html`
        <button class="button" type="button" onClick=${() => read(changes.value.at(-1)?.revision)}>${t("history.more")}</button>
      `}
    <//>
  `;
}

/** @param {{change: Change, state: State, undo: ((change: Change, id: string) => void) | null}} props */
function Step({ change, state, undo }) {
  const id = useSignal(newId());
  const what = stepWords(change, state);
  return html`
    <li class="row">
      <div class="row-main">
        <span class="row-text">${what}</span>
        <span class="row-second"><time datetime=${change.at}>${moment(change.at)}</time></span>
      </div>
      ${undo && html`
        <button class="button quiet" type="button" aria-label=${t("history.undo", { what })} onClick=${() => undo(change, id.value)}>
          ${t("do.undo")}
        </button>
      `}
    </li>
  `;
}

/** A change as a sentence. @param {Change} change @param {State} state */
export function stepWords(change, state) {
  const name = change.person?.name ?? t("list.someone");
  const items = Object.entries(change.items);
  if (change.kind === "undo") return t("history.undo_done", { name });
  if (items.length === 0 && !change.list) return t("history.superseded", { name });
  const kind = change.kind === "tick" && items[0]?.[1].ticked === false ? "untick" : change.kind;
  const word = `history.${kind}`;
  return isWord(word) ? t(word, { name, text: change.list?.title ?? itemsWords(items, state) }) : name;
}

/** @param {[string, import("../shared/shapes.js").Fields][]} items @param {State} state */
function itemsWords(items, state) {
  if (items.length !== 1) return t("history.items", { count: items.length });
  const [[id, fields]] = items;
  return fields.text ?? state.items.get(id)?.text ?? t("unsaved.unknown_item");
}
