/** The sheet of a list's members: who they are, inviting another by link, leaving. */

/** @import { List } from '../shared/shapes.js' */
/** @import { Member } from './members.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { copyText } from "../shared/copy.js";
import { html } from "../shared/html.js";
import { Choice, Failure, Form, Sheet } from "../shared/parts.js";
import { t } from "../shared/words.js";
import { initials } from "./circle.js";

/** @param {{screen: Screen, list: List, close: () => void}} props */
export function MembersSheet({ screen, list, close }) {
  const error = useSignal(/** @type {unknown} */ (null));
  useEffect(() => {
    screen.circle.read().then(
      () => (error.value = null),
      (failure) => (error.value = failure),
    );
  }, [list.id]);
  return html`
    <${Sheet} title=${t("members.title")} pane close=${close}>
      <ul class="plain">
        ${screen.members.value.map((member) => html`<${MemberRow} key=${member.person.id} member=${member} me=${screen.session.user.id} />`)}
      </ul>
      <${Failure} error=${error.value} />
      ${list.role === "owner" ? html`<${Invite} screen=${screen} title=${list.title} />` : html`<${Leave} screen=${screen} title=${list.title} />`}
    <//>
  `;
}

/** @param {{member: Member, me: string}} props */
const MemberRow = ({ member: { person, role }, me }) => html`
  <li class="row member">
    <span class="initials" aria-hidden="true">${initials(person.name)}</span>
    <div class="row-main">
      <span class="row-text">${person.name ?? t("list.someone")}</span>
      <span class="row-second">${t(`role.${role}`)}${person.id === me && ` · ${t("members.you")}`}</span>
    </div>
  </li>
`;

/** @param {{screen: Screen, title: string}} props */
function Invite({ screen, title }) {
  const link = useSignal("");
  const roles = [
    { value: "editor", label: t("members.may_edit") },
    { value: "viewer", label: t("members.may_look") },
  ];
  /** @param {Record<string, string>} typed */
  const make = async ({ role }) => {
    link.value = await screen.invite(role);
  };
  return html`
    <h3>${t("members.invite")}</h3>
    <p class="muted">${t("members.invite_text")}</p>
    <${Form} label=${t("members.make_link")} send=${make} quiet=${link.value !== ""}>
      <${Choice} label=${t("members.invite")} name="role" value="editor" options=${roles} />
    <//>
    ${link.value && html`<${Link} url=${link.value} title=${title} />`}
  `;
}

/** @param {{url: string, title: string}} props */
function Link({ url, title }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const says = useSignal("");
  const copy = async () => (says.value = t((await copyText(url, field.current)) ? "state.copied" : "state.select_and_copy"));
  // Only secure addresses can share, and whoever thinks better of it has done nothing wrong.
  const share = "share" in navigator && (() => void navigator.share({ title: t("members.share_title", { title }), url }).catch(() => {}));
  return html`
    <label class="field">
      <span class="field-label">${t("members.link")}</span>
      <input ref=${field} value=${url} readonly onFocus=${(/** @type {any} */ event) => event.target.select()} />
    </label>
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
