/** The menu of a list: its name, who shares it and by which links, what happened, and what can be done with all of it. */

/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { copied } from "../shared/amounts.js";
import { Deed, Deeds, DeleteSheet, RenameSheet } from "../shared/deeds-view.js";
import { html } from "../shared/html.js";
import { Sheet } from "../shared/parts.js";
import { t } from "../shared/words.js";
import { Unseen, useCopy } from "./link-view.js";
import { asText, onList } from "./model.js";

/** @param {{screen: Screen, state: State, close: () => void}} props */
export function Menu({ screen, state, close }) {
  const step = useSignal(/** @type {'menu' | 'rename' | 'delete'} */ ("menu"));
  const { title } = state.list;
  switch (step.value) {
    case "rename":
      return html`<${RenameSheet} title=${title} rename=${(/** @type {string} */ name) => screen.rename(name)} close=${close} />`;
    case "delete":
      return html`<${DeleteSheet} title=${title} remove=${() => screen.removeList()} close=${close} />`;
    default:
      return html`<${MenuSheet} screen=${screen} state=${state} close=${close} lead=${(/** @type {any} */ to) => (step.value = to)} />`;
  }
}

/** @param {{screen: Screen, state: State, close: () => void, lead: (to: string) => void}} props */
function MenuSheet({ screen, state, close, lead }) {
  const { list } = state;
  const own = list.role === "owner";
  const edits = list.right !== "view";
  const ticked = onList(state).filter((item) => item.ticked);
  /** @param {() => void} act */
  const thenClose = (act) => () => (close(), act());
  const remove = async () => {
    await screen.circle.read();
    if (screen.members.peek().length > 1) lead("delete");
    else await screen.removeList();
  };
  return html`
    <${Sheet} title=${list.title} kind="menu" close=${close}>
      <${Deeds}>
        <${Deed} icon="members" label=${t("list.members")} act=${thenClose(() => (screen.side.value = "members"))} />
        ${own && html`<${Deed} icon="link" label=${t("shares.title")} act=${thenClose(() => (screen.side.value = "shares"))} />`}
        <${Deed} icon="history" label=${t("list.history")} act=${thenClose(() => (screen.side.value = "history"))} />
        ${edits && html`<${Deed} icon="rename" label=${t("list.rename")} act=${() => lead("rename")} />`}
        ${edits && ticked.length > 0 && html`
          <${Deed} icon="untick" label=${t("list.untick_all")} act=${thenClose(() => screen.untick(ticked))} />
          <${Deed} icon="clear" label=${t("list.clear_bought")} act=${thenClose(() => screen.clearBought())} />
        `}
        <${CopyText} state=${state} />
        <${Deed} icon="copy" label=${t("lists.copy")} act=${() => screen.copy()} />
        ${own && html`
          <${Deed} icon=${list.archived ? "unarchive" : "archive"} label=${t(list.archived ? "lists.unarchive" : "lists.archive")}
            act=${() => screen.archive(!list.archived)} />
          <${Deed} icon="remove" label=${t("lists.delete")} danger act=${remove} />
        `}
        ${!own && html`<${Deed} icon="leave" label=${t("members.leave")} act=${thenClose(() => (screen.side.value = "members"))} />`}
        <a class="deed" href="/swagger">${t("nav.api")}</a>
      <//>
    <//>
  `;
}

/** @param {{state: State}} props */
function CopyText({ state }) {
  const { field, says, copy } = useCopy(() => asText(state, copied));
  return html`
    <${Deed} icon="text" label=${says.value || t("list.copy_text")} act=${copy} />
    <${Unseen} field=${field} />
  `;
}
