/** The page of all lists. */

/** @import { List } from '../shared/shapes.js' */
/** @import { Session } from '../shared/session.js' */
/** @import { Lists } from './model.js' */
import { useSignal } from "@preact/signals";
import { Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { Connection, Failure, Sheet } from "../shared/parts.js";
import { moment, t } from "../shared/words.js";
import { powers, progress } from "./model.js";

/**
 * @typedef {object} Actions
 * @property {(title: string) => Promise<void>} make
 * @property {(list: List) => Promise<void>} copy
 * @property {(list: List, archived: boolean) => Promise<void>} archive
 * @property {(list: List) => Promise<void>} remove
 * @property {(list: List) => Promise<void>} restore
 */

/** @param {{session: Session, lists: Lists | null, error: unknown, actions: Actions}} props */
export const ListsPage = ({ session, lists, error, actions }) => html`
  <${Page} title=${t("lists.title")} side=${html`<${AccountLink} />`} below=${html`<${Connection} session=${session} />`}>
    <${Failure} error=${error} />
    ${lists?.now.length === 0 && html`<p class="empty">${t("lists.empty")}</p>`}
    ${lists && html`
      <ul class="plain">${lists.now.map((list) => html`<${Row} key=${list.id} list=${list} actions=${actions} />`)}</ul>
      <${Folded} word=${t("lists.archived")} lists=${lists.archived} actions=${actions} />
      <${Folded} word=${t("lists.deleted")} lists=${lists.deleted} actions=${actions} />
    `}
  <//>
  <footer><${NewList} make=${actions.make} /></footer>
`;

const AccountLink = () => html`
  <a class="round" href="/account" aria-label=${t("nav.account")}><${Icon} name="account" /></a>
`;

/** @param {{word: string, lists: readonly List[], actions: Actions}} props */
const Folded = ({ word, lists, actions }) =>
  lists.length > 0 &&
  html`
    <details class="folded">
      <summary>${word} · ${lists.length}</summary>
      <ul class="plain">${lists.map((list) => html`<${Row} key=${list.id} list=${list} actions=${actions} />`)}</ul>
    </details>
  `;

/** @param {{list: List, actions: Actions}} props */
function Row({ list, actions }) {
  const opened = useSignal(false);
  const text = html`
    <span class="row-text">${list.title}</span>
    <span class="row-second">${secondLine(list)}</span>
  `;
  return html`
    <li class="row">
      ${list.deleted_at === null
        ? html`<a class="row-main" href=${`/list/${list.id}`}>${text}</a>`
        : html`<div class="row-main">${text}</div>`}
      <button class="round" type="button" aria-label=${t("do.more", { name: list.title })} onClick=${() => (opened.value = true)}>
        <${Icon} name="more" />
      </button>
      ${opened.value && html`<${Menu} list=${list} actions=${actions} close=${() => (opened.value = false)} />`}
    </li>
  `;
}

/** @param {List} list */
function secondLine(list) {
  if (list.deleted_at) return t("lists.deleted_on", { time: moment(list.deleted_at) });
  const far = progress(list);
  return far ? t("lists.counts", far) : t("lists.nothing");
}

/** @param {{list: List, actions: Actions, close: () => void}} props */
function Menu({ list, actions, close }) {
  const asks = useSignal(false);
  const error = useSignal(/** @type {unknown} */ (null));
  const { own, restore } = powers(list);
  /** @param {(list: List) => Promise<void>} act */
  const doing = (act) => () => act(list).then(close, (failure) => (error.value = failure));
  /** @param {string} label @param {() => void} act @param {string} [kind] */
  const button = (label, act, kind = "") => html`<button class="button ${kind}" type="button" onClick=${act}>${label}</button>`;
  if (asks.value)
    return html`
      <${Sheet} title=${list.title} close=${close}>
        <p>${t("lists.delete_ask", { title: list.title })}</p>
        <${Failure} error=${error.value} />
        ${button(t("lists.delete"), doing(actions.remove), "danger")} ${button(t("do.cancel"), close)}
      <//>
    `;
  return html`
    <${Sheet} title=${list.title} close=${close}>
      <${Failure} error=${error.value} />
      ${list.deleted_at !== null
        ? restore && button(t("lists.restore"), doing(actions.restore))
        : html`
            ${button(t("lists.copy"), doing(actions.copy))}
            ${own && button(list.archived ? t("lists.unarchive") : t("lists.archive"), doing((one) => actions.archive(one, !one.archived)))}
            ${own && button(t("lists.delete"), () => (asks.value = true), "danger")}
          `}
    <//>
  `;
}

/** @param {{make: Actions['make']}} props */
function NewList({ make }) {
  const title = useSignal("");
  const error = useSignal(/** @type {unknown} */ (null));
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (title.value.trim()) make(title.value.trim()).catch((failure) => (error.value = failure));
  };
  return html`
    <form class="add-bar" onSubmit=${submit}>
      <div class="add-bar-inside">
        <${Failure} error=${error.value} />
        <div class="add-bar-line">
          <input class="add-field" aria-label=${t("lists.new")} placeholder=${t("lists.new_example")} maxlength="200" autocomplete="off"
            enterkeyhint="done" value=${title.value} onInput=${(/** @type {any} */ event) => (title.value = event.target.value)} />
          <button class="round main" type="submit" aria-label=${t("lists.make")}><${Icon} name="add" /></button>
        </div>
      </div>
    </form>
  `;
}
