/** The address of an account: confirmed or waiting for it, and changing it. */

/** @import { User } from '../shared/shapes.js' */
/** @import { AccountActions } from './view.js' */
import { useSignal } from "@preact/signals";
import { html } from "../shared/html.js";
import { Failure, Field, Form } from "../shared/parts.js";
import { sendsMail } from "../shared/shell.js";
import { t } from "../shared/words.js";
import { Code } from "./door-view.js";
import { FoldedForm } from "./folded-view.js";
import { addressWaiting } from "./model.js";

/** @param {{user: User, actions: AccountActions}} props */
export function Address({ user, actions }) {
  const waiting = addressWaiting(user, sendsMail());
  return html`
    <h2>${t("account.email")}</h2>
    <p class="wrap">${user.email}</p>
    ${waiting ? html`<${Waiting} email=${waiting} user=${user} actions=${actions} />` : user.email_verified && html`<p class="muted">${t("account.confirmed")}</p>`}
    <${FoldedForm} title=${t("account.change_email")} send=${(/** @type {Record<string, string>} */ { email }) => actions.changeEmail(email.trim())} key=${user.email}>
      ${(/** @type {Record<string, string>} */ wrong) => html`
        <${Field} label=${t("account.new_email")} name="email" type="email" inputmode="email" autocomplete="email" maxlength="254"
          autocapitalize="none" required hint=${t("account.new_email_hint")} error=${wrong.email} />
      `}
    <//>
  `;
}

/** A mail is on its way: its link or its code confirms the address. @param {{email: string, user: User, actions: AccountActions}} props */
function Waiting({ email, user, actions }) {
  const again = useSignal(false);
  const sending = useSignal(false);
  const error = useSignal(/** @type {unknown} */ (null));
  const resend = async () => {
    if (sending.value) return;
    sending.value = true;
    again.value = false;
    error.value = null;
    await actions.resend().then(() => (again.value = true), (failure) => (error.value = failure));
    sending.value = false;
  };
  return html`
    <div class="card warn waiting-address">
      <p>${t(sendsMail() ? "account.waiting_address" : "account.waiting_by_hand", { email })}</p>
      ${email !== user.email && html`<p>${t("account.old_address_stays", { email: user.email })}</p>`}
      <${Form} send=${(/** @type {Record<string, string>} */ { code }) => actions.verify(code.trim())} label=${t("account.confirm_address")}>
        ${(/** @type {Record<string, string>} */ wrong) => html`<${Code} label=${t("account.mail_code")} name="code" error=${wrong.code} />`}
      <//>
      <${Failure} error=${error.value} />
      <button class="button quiet" type="button" aria-disabled=${sending.value} onClick=${resend}>${t("account.send_again")}</button>
      <p class="muted" role="status">${again.value && t("account.sent_again")}</p>
    </div>
  `;
}
