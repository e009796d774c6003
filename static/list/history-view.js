/** The sheet of a list's history: who did what and when, and taking a step back. */

/** @import { Change } from '../shared/shapes.js' */
/** @import { Pages, Said } from './history.js' */
/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { newId } from "../shared/ids.js";
import { Failure, Sheet, sentence } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
import { clock, t, together } from "../shared/words.js";
import { byDay, said, withNewest, withOlder } from "./history.js";

/** @param {{screen: Screen, state: State, close: () => void}} props */
export function HistorySheet({ screen, state, close }) {
  const { pages, error, older } = useHistory(screen, state.list.revision);
  const there = screen.session.live.state.value !== "away";
  const known = pages.value;
  const undo = state.list.right === "view" ? null : screen.undo.bind(screen);
  return html`
    <${Sheet} title=${t("history.title")} pane close=${close}>
      ${!there && html`<p class="muted" role="status">${t("history.offline")}</p>`}
      ${there && html`<${Failure} error=${error.value} />`}
      ${known && known.changes.length === 0 && html`<p class="empty">${t("history.empty")}</p>`}
      ${known && byDay(known.changes).map((day) => html`
        <section key=${day.name}>
          <h3 class="day">${day.name}</h3>
          <ol class="plain">
            ${day.changes.map((change, place) => html`
              <${Step} key=${change.revision} change=${change} says=${said(known.changes, day.from + place, state)} there=${there} undo=${undo} />
            `)}
          </ol>
        </section>
      `)}
      ${known?.more && html`<button class="button" type="button" disabled=${!there} onClick=${older}>${t("history.more")}</button>`}
    <//>
  `;
}

/** What was read, at first as this device keeps it; read again with every step that is done. @param {Screen} screen @param {number} revision */
function useHistory(screen, revision) {
  const pages = useSignal(/** @type {Pages | null} */ (null));
  const error = useSignal(/** @type {unknown} */ (null));
  /** @param {Promise<Pages>} reading @param {(read: Pages) => Pages} joined */
  const join = async (reading, joined) => {
    try {
      const read = await reading;
      pages.value = joined(read);
      error.value = null;
    } catch (failure) {
      error.value = failure;
    }
  };
  const ready = screen.session.live.state.value === "ready";
  useEffect(() => void screen.keptHistory().then((kept) => (pages.value ??= kept)), []);
  useEffect(() => {
    if (ready) void join(screen.history(), (read) => withNewest(pages.peek(), read));
  }, [revision, ready]);
  const older = () => {
    const last = pages.peek()?.changes.at(-1)?.revision;
    return join(screen.history(last), (read) => (pages.peek() ? withOlder(/** @type {Pages} */ (pages.peek()), read) : read));
  };
  return { pages, error, older };
}

/** @typedef {(revision: number, id: string) => Promise<void>} Undo */

/** @param {{change: Change, says: Said, there: boolean, undo: Undo | null}} props */
function Step({ change, says: { what, details, stands }, there, undo }) {
  const { fault, press } = useUndo(change.revision, undo);
  return html`
    <li class=${`row step ${stands ? "" : "muted"}`}>
      <div class="row-main">
        <span class="row-text">${what}</span>
        <span class="row-second"><time datetime=${change.at}>${clock(change.at)}</time>${details.length > 0 && ` · ${together(details, " · ")}`}</span>
        ${undo && html`<span class="field-error" role="status">${fault.value}</span>`}
      </div>
      ${undo && stands && html`
        <button class="button quiet" type="button" disabled=${!there} aria-label=${t("history.undo", { what })} onClick=${press}>${t("do.undo")}</button>
      `}
    </li>
  `;
}

/** Takes a step back; tried again after a lost answer it is the same undoing. @param {number} revision @param {Undo | null} undo */
function useUndo(revision, undo) {
  const id = useRef(newId());
  const fault = useSignal("");
  const press = async () => {
    try {
      await undo?.(revision, id.current);
      fault.value = "";
      id.current = newId();
    } catch (failure) {
      fault.value = problemFrom(failure).code === "conflict" ? t("history.nothing_left") : sentence(failure);
    }
  };
  return { fault, press };
}
