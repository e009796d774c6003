/** Inviting others to a list, by a link or by a mail, and the invitations by which somebody may still join. */

/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { copyText } from "../shared/copy.js";
import { html } from "../shared/html.js";
import { Choice, Failure, Field, Form, sentence } from "../shared/parts.js";
import { day, t } from "../shared/words.js";

/** @typedef {{id: string, role: 'editor' | 'viewer', email: string | null, url: string | null, expires_at: string}} Invitation */

const LINK_LASTS_MS = 7 * 86_400_000;

/** @param {{screen: Screen, title: string, away: boolean}} props */
export function Invite({ screen, title, away }) {
  const link = useSignal(/** @type {{url: string, role: string} | null} */ (null));
  const mailed = useSignal("");
  const sent = useSignal(0);
  const { pending, error, read } = usePending(screen, away);
  const roles = [
    { value: "editor", label: t("members.may_edit") },
    { value: "viewer", label: t("members.may_look") },
  ];
  /** @param {Record<string, string>} typed */
  const make = async ({ role }) => {
    link.value = { url: await screen.invite(role), role };
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
    ${link.value && html`<${Link} ...${link.value} title=${title} />`}
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

/** What is open, read again with everything that is done to it. @param {Screen} screen @param {boolean} away */
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
  useEffect(() => {
    if (!away) void read();
  }, [screen.list.id, away]);
  return { pending, error, read };
}

/** @param {{one: Invitation, withdraw: () => Promise<void>}} props */
function Pending({ one: { role, email, url, expires_at }, withdraw }) {
  const says = useSignal("");
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const name = email ?? t("members.a_link");
  const copy = async () => (says.value = t((await copyText(url ?? "", field.current)) ? "state.copied" : "state.select_and_copy"));
  const end = () => withdraw().catch((failure) => (says.value = sentence(failure)));
  return html`
    <li class="row member">
      <div class="row-main">
        <span class="invited">${name}</span>
        <span class="row-second">${t(`role.${role}`)} · ${t("members.until", { day: day(expires_at) })}</span>
        <span class="row-second" role="status">${says.value}</span>
        ${url && html`<textarea class="unseen" ref=${field} value=${url} readonly tabindex="-1" aria-hidden="true"></textarea>`}
      </div>
      ${url && html`<button class="button quiet" type="button" onClick=${copy}>${t("members.copy_again")}</button>`}
      <button class="button quiet danger" type="button" aria-label=${t("members.withdraw_what", { name })} onClick=${end}>${t("members.withdraw")}</button>
    </li>
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
