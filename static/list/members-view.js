/** The sheet of a list's members: who they are and what each may do, inviting another, handing over, taking one off, leaving. */

/** @import { List } from '../shared/shapes.js' */
/** @import { Member } from './members.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../shared/html.js";
import { Choice, Failure, Form, Sheet } from "../shared/parts.js";
import { t } from "../shared/words.js";
import { again } from "./again.js";
import { initials } from "./circle.js";
import { Invite } from "./invitations-view.js";

/** @param {{screen: Screen, list: List, close: () => void}} props */
export function MembersSheet({ screen, list, close }) {
  const error = useSignal(/** @type {unknown} */ (null));
  const away = screen.session.live.state.value === "away";
  const read = () => screen.circle.read().then(() => (error.value = null), (failure) => (error.value = failure));
  useEffect(() => (away ? undefined : again(read)), [list.id, away]);
  const owns = list.role === "owner";
  return html`
    <${Sheet} title=${t("members.title")} pane close=${close}>
      ${away ? html`<p class="muted" role="status">${t("members.offline")}</p>` : html`<${Failure} error=${error.value} />`}
      <fieldset class="bare" disabled=${away}>
        <ul class="plain">
          ${screen.members.value.map((member) => html`<${MemberRow} key=${member.person.id} screen=${screen} member=${member} owns=${owns} />`)}
        </ul>
        ${owns ? html`<${Invite} screen=${screen} title=${list.title} away=${away} />` : html`<${Leave} screen=${screen} title=${list.title} />`}
      </fieldset>
    <//>
  `;
}

/** @typedef {'' | 'choice' | 'hand' | 'remove'} Asks what is asked beneath a member */

/** @param {{screen: Screen, member: Member, owns: boolean}} props */
function MemberRow({ screen, member: { person, role }, owns }) {
  const asks = useSignal(/** @type {Asks} */ (""));
  const me = person.id === screen.session.user.id;
  const name = person.name ?? t("list.someone");
  const { id } = person;
  const cancel = () => (asks.value = "");
  return html`
    <li>
      <div class="row member">
        <span class="initials" aria-hidden="true">${initials(person.name)}</span>
        <div class="row-main">
          <span class="row-text">${name}</span>
          <span class="row-second">${t(`role.${role}`)}${me && ` · ${t("members.you")}`}</span>
        </div>
        ${owns && !me && !asks.value && html`
          <div class="member-deeds">
            <button class="button quiet" type="button" aria-label=${t("members.role_of", { name })} onClick=${() => (asks.value = "choice")}>
              ${t("members.role")}
            </button>
            <button class="button quiet danger" type="button" aria-label=${t("members.remove_who", { name })} onClick=${() => (asks.value = "remove")}>
              ${t("members.remove")}
            </button>
          </div>
        `}
      </div>
      ${asks.value === "choice" && html`<${ChoosingRole} screen=${screen} id=${id} name=${name} role=${role} asks=${asks} />`}
      ${asks.value === "hand" && html`
        <${Asking} text=${t("members.hand_over_ask", { name })} label=${t("members.hand_over", { name })} cancel=${cancel}
          send=${() => screen.setRole(id, "owner").then(cancel)} />
      `}
      ${asks.value === "remove" && html`
        <${Asking} text=${t("members.remove_ask", { name })} label=${t("members.remove_who", { name })} danger cancel=${cancel}
          send=${() => screen.removeMember(id)} />
      `}
    </li>
  `;
}

/** @param {{screen: Screen, id: string, name: string, role: string, asks: {value: Asks}}} props */
function ChoosingRole({ screen, id, name, role, asks }) {
  const roles = [
    { value: "editor", label: t("members.may_edit") },
    { value: "viewer", label: t("members.may_look") },
    { value: "owner", label: t("members.may_own") },
  ];
  /** @param {Record<string, string>} typed */
  const send = async ({ role: wanted }) => {
    if (wanted !== "owner") await screen.setRole(id, wanted);
    asks.value = wanted === "owner" ? "hand" : "";
  };
  return html`
    <div class="asks">
      <${Form} label=${t("do.save")} send=${send}>
        <${Choice} label=${t("members.role_of", { name })} name="role" value=${role} options=${roles} />
      <//>
      <button class="button" type="button" onClick=${() => (asks.value = "")}>${t("do.cancel")}</button>
    </div>
  `;
}

/** Asks before someone else loses the list, or oneself the say over it. @param {{text: string, label: string, danger?: boolean, send: () => Promise<unknown>, cancel: () => void}} props */
export const Asking = ({ text, label, danger, send, cancel }) => html`
  <div class="asks">
    <p>${text}</p>
    <${Form} label=${label} danger=${danger} send=${send} />
    <button class="button" type="button" onClick=${cancel}>${t("do.cancel")}</button>
  </div>
`;

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
