/** The menu of a list, and the sheets that it leads to: title, members, history. */

/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { html } from "../shared/html.js";
import { Failure, Field, Form, Sheet } from "../shared/parts.js";
import { t } from "../shared/words.js";
import { HistorySheet } from "./history-view.js";
import { MembersSheet } from "./members-view.js";
import { onList } from "./model.js";

/** @param {{screen: Screen, state: State, close: () => void}} props */
export function Menu({ screen, state, close }) {
  const sheet = useSignal(/** @type {'menu' | 'rename' | 'members' | 'history' | 'delete'} */ ("menu"));
  const { list } = state;
  switch (sheet.value) {
    case "rename":
      return html`<${RenameSheet} title=${list.title} rename=${(/** @type {string} */ title) => screen.rename(title)} close=${close} />`;
    case "members":
      return html`<${MembersSheet} screen=${screen} list=${list} close=${close} />`;
    case "history":
      return html`<${HistorySheet} screen=${screen} state=${state} close=${close} />`;
    case "delete":
      return html`<${DeleteSheet} screen=${screen} title=${list.title} close=${close} />`;
    default:
      return html`<${MenuSheet} screen=${screen} state=${state} close=${close} lead=${(/** @type {any} */ to) => (sheet.value = to)} />`;
  }
}

/** @param {{screen: Screen, state: State, close: () => void, lead: (to: string) => void}} props */
function MenuSheet({ screen, state, close, lead }) {
  const error = useSignal(/** @type {unknown} */ (null));
  const { list } = state;
  const own = list.role === "owner";
  const edits = list.right !== "view";
  const ticked = onList(state).filter((item) => item.ticked);
  /** @param {() => Promise<void>} act */
  const doing = (act) => () => act().catch((failure) => (error.value = failure));
  /** @param {() => void} act */
  const thenClose = (act) => () => (close(), act());
  /** @param {string} label @param {() => void} act @param {string} [kind] */
  const button = (label, act, kind = "") => html`<button class="button ${kind}" type="button" onClick=${act}>${label}</button>`;
  return html`
    <${Sheet} title=${list.title} close=${close}>
      ${button(t("list.members"), () => lead("members"))} ${button(t("list.history"), () => lead("history"))}
      ${edits && button(t("list.rename"), () => lead("rename"))}
      ${edits && ticked.length > 0 && button(t("list.untick_all"), thenClose(() => screen.untick(ticked)))}
      ${button(t("lists.copy"), doing(() => screen.copy()))}
      ${own && button(list.archived ? t("lists.unarchive") : t("lists.archive"), doing(() => screen.archive(!list.archived)))}
      ${own && button(t("lists.delete"), () => lead("delete"), "danger")}
      <${Failure} error=${error.value} />
    <//>
  `;
}

/** @param {{title: string, rename: (title: string) => void, close: () => void}} props */
const RenameSheet = ({ title, rename, close }) => html`
  <${Sheet} title=${t("list.rename")} close=${close}>
    <${Form} label=${t("do.save")} send=${async (/** @type {Record<string, string>} */ typed) => (close(), rename(typed.title))}>
      <${Field} label=${t("list.title")} name="title" value=${title} maxlength="200" required autocomplete="off" />
    <//>
  <//>
`;

/** @param {{screen: Screen, title: string, close: () => void}} props */
const DeleteSheet = ({ screen, title, close }) => html`
  <${Sheet} title=${t("lists.delete")} close=${close}>
    <p>${t("lists.delete_ask", { title })}</p>
    <${Form} label=${t("lists.delete")} quiet send=${() => screen.removeList()} />
    <button class="button" type="button" onClick=${close}>${t("do.cancel")}</button>
  <//>
`;
