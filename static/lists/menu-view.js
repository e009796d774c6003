/** The menu of one list among all: name, copy, archive, delete, restore. */

/** @import { List } from '../shared/shapes.js' */
/** @import { Lists } from './lists.js' */
import { useSignal } from "@preact/signals";
import { html } from "../shared/html.js";
import { Deed, Deeds, DeleteSheet, RenameSheet } from "../shared/deeds-view.js";
import { Sheet } from "../shared/parts.js";
import { t } from "../shared/words.js";
import { powers } from "./model.js";

/** @param {{lists: Lists, list: List, close: () => void}} props */
export function ListMenu({ lists, list, close }) {
  const step = useSignal(/** @type {'menu' | 'rename' | 'delete'} */ ("menu"));
  const { own, edits, restore } = powers(list);
  const { title } = list;
  /** @param {() => Promise<void>} act */
  const thenClose = (act) => () => act().then(close);
  const remove = thenClose(async () => {
    await lists.remove(list);
    lists.offerBack(list);
  });
  /** Others are asked about, one's own list comes back with a tap. */
  const wish = async () => {
    if (await lists.isShared(list)) step.value = "delete";
    else await remove();
  };
  if (step.value === "rename")
    return html`<${RenameSheet} title=${title} rename=${(/** @type {string} */ name) => void lists.rename(list, name)} close=${close} />`;
  if (step.value === "delete") return html`<${DeleteSheet} title=${title} remove=${remove} close=${close} />`;
  return html`
    <${Sheet} title=${title} kind="menu" close=${close}>
      <${Deeds}>
        ${restore && html`<${Deed} icon="restore" label=${t("lists.restore")} act=${thenClose(() => lists.restore(list))} />`}
        ${list.deleted_at !== null && !restore && html`<p class="muted">${t("lists.restore_by_owner")}</p>`}
        ${edits && html`<${Deed} icon="rename" label=${t("list.rename")} act=${() => (step.value = "rename")} />`}
        ${list.deleted_at === null && html`<${Deed} icon="copy" label=${t("lists.copy")} act=${thenClose(() => lists.copy(list))} />`}
        ${own && html`
          <${Deed} icon=${list.archived ? "unarchive" : "archive"} label=${t(list.archived ? "lists.unarchive" : "lists.archive")}
            act=${thenClose(() => lists.archive(list, !list.archived))} />
          <${Deed} icon="remove" label=${t("lists.delete")} danger act=${wish} />
        `}
      <//>
    <//>
  `;
}
