/** The sheet of a list's members: who they are, inviting another by link, taking one off, leaving. */

/** @import { List } from '../shared/shapes.js' */
/** @import { Member } from './members.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { copyText } from "../shared/copy.js";
import { html } from "../shared/html.js";
import { Choice, Failure, Form, Sheet } from "../shared/parts.js";
import { day, t } from "../shared/words.js";
import { initials } from "./circle.js";

const LINK_LASTS_MS = 7 * 86_400_000;

/** @param {{screen: Screen, list: List, close: () => void}} props */
export function MembersSheet({ screen, list, close }) {
  const error = useSignal(/** @type {unknown} */ (null));
  const away = screen.session.live.state.value === "away";
  useEffect(() => {
    if (!away) screen.circle.read().then(() => (error.value = null), (failure) => (error.value = failure));
  }, [list.id, away]);
  const owns = list.role === "owner";
  return html`
    <${Sheet} title=${t("members.title")} pane close=${close}>
      ${away ? html`<p class="muted" role="status">${t("members.offline")}</p>` : html`<${Failure} error=${error.value} />`}
      <fieldset class="bare" disabled=${away}>
        <ul class="plain">
          ${screen.members.value.map((member) => html`<${MemberRow} key=${member.person.id} screen=${screen} member=${member} owns=${owns} />`)}
        </ul>
        ${owns ? html`<${Invite} screen=${screen} title=${list.title} />` : html`<${Leave} screen=${screen} title=${list.title} />`}
      </fieldset>
    <//>
  `;
}

/** @param {{screen: Screen, member: Member, owns: boolean}} props */
function MemberRow({ screen, member: { person, role }, owns }) {
  const asks = useSignal(false);
  const me = person.id === screen.session.user.id;
  const name = person.name ?? t("list.someone");
  return html`
    <li>
      <div class="row member">
        <span class="initials" aria-hidden="true">${initials(person.name)}</span>
        <div class="row-main">
          <span class="row-text">${name}</span>
          <span class="row-second">${t(`role.${role}`)}${me && ` · ${t("members.you")}`}</span>
        </div>
        ${owns && !me && !asks.value && html`
          <button class="button quiet danger" type="button" aria-label=${t("members.remove_who", { name })} onClick=${() => (asks.value = true)}>
            ${t("members.remove")}
          </button>
        `}
      </div>
      ${asks.value && html`<${Removing} screen=${screen} id=${person.id} name=${name} cancel=${() => (asks.value = false)} />`}
    </li>
  `;
}

/** Asks before someone else loses the list. @param {{screen: Screen, id: string, name: string, cancel: () => void}} props */
const Removing = ({ screen, id, name, cancel }) => html`
  <div class="asks">
    <p>${t("members.remove_ask", { name })}</p>
    <${Form} label=${t("members.remove_who", { name })} danger send=${() => screen.removeMember(id)} />
    <button class="button" type="button" onClick=${cancel}>${t("do.cancel")}</button>
  </div>
`;

/** @param {{screen: Screen, title: string}} props */
function Invite({ screen, title }) {
  const link = useSignal(/** @type {{url: string, role: string} | null} */ (null));
  const roles = [
    { value: "editor", label: t("members.may_edit") },
    { value: "viewer", label: t("members.may_look") },
  ];
  /** @param {Record<string, string>} typed */
  const make = async ({ role }) => {
    link.value = { url: await screen.invite(role), role };
  };
  return html`
    <h3>${t("members.invite")}</h3>
    <p class="muted">${t("members.invite_text")}</p>
    <${Form} label=${t("members.make_link")} send=${make} quiet=${link.value !== null}>
      <${Choice} label=${t("members.by_link")} name="role" value="editor" options=${roles} />
    <//>
    ${link.value && html`<${Link} ...${link.value} title=${title} />`}
  `;
}

/** What it gives and until when is said beside it, as it is what one tells others. @param {{url: string, role: string, title: string}} props */
function Link({ url, role, title }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const says = useSignal("");
  const until = useRef(day(new Date(Date.now() + LINK_LASTS_MS).toISOString())).current;
  const copy = async () => (says.value = t((await copyText(url, field.current)) ? "state.copied" : "state.select_and_copy"));
  // Only secure addresses can share, and whoever thinks better of it has done nothing wrong.
  const share = "share" in navigator && (() => void navigator.share({ title: t("members.share_title", { title }), url }).catch(() => {}));
  return html`
    <label class="field">
      <span class="field-label">${t("members.link")}</span>
      <input ref=${field} value=${url} readonly onFocus=${(/** @type {any} */ event) => event.target.select()} />
    </label>
    <p class="muted">${t(role === "viewer" ? "members.link_looks" : "members.link_edits", { day: until })}</p>
    <div class="buttons">
      <button class="button main" type="button" onClick=${copy}>${t("members.copy")}</button>
      ${share && html`<button class="button" type="button" onClick=${share}>${t("members.share")}</button>`}
    </div>
    <p class="muted" role="status">${says.value}</p>
  `;
}

/** @param {{screen: Screen, title: string}} props */
function Leave({ screen, title }) {
  const asks = useSignal(false);
  if (!asks.value)
    return html`<button class="button danger" type="button" onClick=${() => (asks.value = true)}>${t("members.leave")}</button>`;
  return html`
    <p>${t("members.leave_ask", { title })}</p>
    <${Form} label=${t("members.leave")} quiet send=${() => screen.leave()} />
    <button class="button" type="button" onClick=${() => (asks.value = false)}>${t("do.cancel")}</button>
  `;
}
