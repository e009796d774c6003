/** All lists: a page of its own on a phone, the left pane where there is room. */

/** @import { List } from '../shared/shapes.js' */
/** @import { Lists } from './lists.js' */
/** @import { Lists as Parts } from './model.js' */
import { useSignal } from "@preact/signals";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { Failure, WaitingRows } from "../shared/parts.js";
import { ApiLink } from "../shared/frame.js";
import { moment, t } from "../shared/words.js";
import { ListMenu } from "./menu-view.js";
import { progress } from "./model.js";
import { NewList } from "./new-view.js";

/** The left pane, with the open list marked. @param {{lists: Lists, parts: Parts | null, open?: string}} props */
export const ListsPane = ({ lists, parts, open }) => html`
  <nav class="lists-pane" aria-label=${t("lists.title")}>
    <header class="pane-head">
      <a class="pane-title" href="/list">${t("nav.lists")}</a>
      <${AccountLink} />
    </header>
    <div class="pane-rows">
      <${AllLists} lists=${lists} parts=${parts} open=${open} />
      <footer class="footer"><${ApiLink} /></footer>
    </div>
    <${NewList} lists=${lists} />
  </nav>
`;

export const AccountLink = () => html`
  <a class="round" href="/account" aria-label=${t("nav.account")}><${Icon} name="account" /></a>
`;

/** @param {{lists: Lists, parts: Parts | null, open?: string}} props */
export const AllLists = ({ lists, parts, open }) => html`
  <${Failure} error=${lists.error.value} />
  ${!parts && !lists.error.value && html`<${WaitingRows} />`}
  ${parts && html`
    <ul class="plain lists">
      ${parts.now.map((list) => html`<${Row} key=${list.id} lists=${lists} list=${list} open=${list.id === open} />`)}
    </ul>
    <${Folded} word=${t("lists.archived")} lists=${lists} part=${parts.archived} open=${open} />
    <${Folded} word=${t("lists.deleted")} lists=${lists} part=${parts.deleted} hint=${t("lists.deleted_hint")} />
  `}
`;

/** @param {{word: string, lists: Lists, part: readonly List[], open?: string, hint?: string}} props */
const Folded = ({ word, lists, part, open, hint }) =>
  part.length > 0 &&
  html`
    <details class="folded">
      <summary>${word} · ${part.length}</summary>
      ${hint && html`<p class="muted">${hint}</p>`}
      <ul class="plain lists">
        ${part.map((list) => html`<${Row} key=${list.id} lists=${lists} list=${list} open=${list.id === open} />`)}
      </ul>
    </details>
  `;

/** @param {{lists: Lists, list: List, open: boolean}} props */
function Row({ lists, list, open }) {
  const menu = useSignal(false);
  const far = progress(list);
  const words = html`
    <span class="row-text">${list.title}</span>
    <span class="row-second">${secondLine(list)}</span>
    ${far && list.deleted_at === null && html`<progress class="progress" max=${far.total} value=${far.done} aria-hidden="true"></progress>`}
  `;
  return html`
    <li class="list-row">
      ${list.deleted_at === null
        ? html`<a class="list-link" href=${`/list/${list.id}`} aria-current=${open ? "page" : undefined}>${words}</a>`
        : html`<div class="list-link">${words}</div>`}
      <button class="round" type="button" aria-label=${t("do.more", { name: list.title })} onClick=${() => (menu.value = true)}>
        <${Icon} name="more" />
      </button>
      ${menu.value && html`<${ListMenu} lists=${lists} list=${list} close=${() => (menu.value = false)} />`}
    </li>
  `;
}

/** @param {List} list */
function secondLine(list) {
  if (list.deleted_at) return t("lists.deleted_on", { time: moment(list.deleted_at) });
  const far = progress(list);
  return far ? t("lists.counts", far) : t("lists.nothing");
}
