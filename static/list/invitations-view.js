/** Inviting others to a list, by a link or by a mail, and the invitations by which somebody may still join. */

/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../shared/html.js";
import { Choice, Failure, Field, Form, sentence } from "../shared/parts.js";
import { day, t } from "../shared/words.js";
import { again } from "./again.js";
import { Link, Unseen, useCopy } from "./link-view.js";

/** @typedef {{id: string, role: 'editor' | 'viewer', email: string | null, url: string | null, expires_at: string}} Invitation */

const LINK_LASTS_MS = 7 * 86_400_000;

/** @param {{screen: Screen, title: string, away: boolean}} props */
export function Invite({ screen, title, away }) {
  const link = useSignal(/** @type {{url: string, says: string} | null} */ (null));
  const mailed = useSignal("");
  const sent = useSignal(0);
  const { pending, error, read } = usePending(screen, away);
  const roles = [
    { value: "editor", label: t("members.may_edit") },
    { value: "viewer", label: t("members.may_look") },
  ];
  /** @param {Record<string, string>} typed */
  const make = async ({ role }) => {
    const url = await screen.invite(role);
    const until = day(new Date(Date.now() + LINK_LASTS_MS).toISOString());
    link.value = { url, says: t(role === "viewer" ? "members.link_looks" : "members.link_edits", { day: until }) };
    void read();
  };
  /** @param {Record<string, string>} typed */
  const mail = async ({ role, email }) => {
    mailed.value = "";
    await screen.inviteByMail(role, email.trim());
    mailed.value = email.trim();
    sent.value += 1;
    void read();
  };
  return html`
    <h3>${t("members.invite")}</h3>
    <p class="muted">${t("members.invite_text")}</p>
    <${Form} label=${t("members.make_link")} send=${make} quiet=${link.value !== null}>
      <${Choice} label=${t("members.by_link")} name="role" value="editor" options=${roles} />
    <//>
    ${link.value && html`
      <${Link} key=${link.value.url} url=${link.value.url} title=${t("members.share_title", { title })}>
        <p class="muted">${link.value.says}</p>
      <//>
    `}
    <h3>${t("members.invite_by_mail")}</h3>
    <p class="muted">${t("members.mail_text")}</p>
    <${Form} key=${sent.value} label=${t("members.send_mail")} send=${mail} quiet>
      ${(/** @type {Record<string, string>} */ wrong) => html`
        <${Field} label=${t("account.email")} name="email" type="email" required maxlength="254" autocomplete="off" error=${wrong.email} />
        <${Choice} label=${t("members.by_mail")} name="role" value="editor" options=${roles} />
      `}
    <//>
    <p class="muted" role="status">${mailed.value && t("members.mailed", { email: mailed.value })}</p>
    <${Failure} error=${error.value} />
    ${pending.value.length > 0 && html`
      <h3>${t("members.pending")}</h3>
      <ul class="plain">
        ${pending.value.map((one) => html`<${Pending} key=${one.id} one=${one} withdraw=${() => screen.uninvite(one.id).then(read)} />`)}
      </ul>
    `}
  `;
}

/** What is open, read again with everything that is done to it, here or elsewhere. @param {Screen} screen @param {boolean} away */
function usePending(screen, away) {
  const pending = useSignal(/** @type {readonly Invitation[]} */ ([]));
  const error = useSignal(/** @type {unknown} */ (null));
  const read = async () => {
    try {
      pending.value = await screen.invitations();
      error.value = null;
    } catch (failure) {
      error.value = failure;
    }
  };
  useEffect(() => (away ? undefined : again(read)), [screen.list.id, away]);
  return { pending, error, read };
}

/** @param {{one: Invitation, withdraw: () => Promise<void>}} props */
function Pending({ one: { role, email, url, expires_at }, withdraw }) {
  const { field, says, copy } = useCopy(url ?? "");
  const name = email ?? t("members.a_link");
  const end = () => withdraw().catch((failure) => (says.value = sentence(failure)));
  return html`
    <li class="row member">
      <div class="row-main">
        <span class="invited">${name}</span>
        <span class="row-second">${t(`role.${role}`)} · ${t("members.until", { day: day(expires_at) })}</span>
        <span class="row-second" role="status">${says.value}</span>
        ${url && html`<${Unseen} text=${url} field=${field} />`}
      </div>
      <div class="member-deeds">
        ${url && html`<button class="button quiet" type="button" onClick=${copy}>${t("members.copy_again")}</button>`}
        <button class="button quiet danger" type="button" aria-label=${t("members.withdraw_what", { name })} onClick=${end}>${t("members.withdraw")}</button>
      </div>
    </li>
  `;
}
