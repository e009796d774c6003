/** The pages of a forgotten password. */

/** @import { State } from './page.js' */
import { Email, NewPassword } from "../account/door-view.js";
import { BrokenLink } from "../shared/drawings.js";
import { html } from "../shared/html.js";
import { Form } from "../shared/parts.js";
import { sendsMail } from "../shared/shell.js";
import { t } from "../shared/words.js";

/** @typedef {Record<string, string>} Fields */
/** @typedef {{ask: (email: string) => Promise<void>, set: (password: string) => Promise<void>, again: () => void}} Actions */

/** @param {{state: State, email: string, actions: Actions}} props */
export function Reset({ state, email, actions }) {
  if (state === "ask") return html`<${Ask} send=${actions.ask} />`;
  if (state === "set") return html`<${SetAnew} send=${actions.set} />`;
  if (state === "asked")
    return html`
      <section class="card">
        <h2>${t(sendsMail() ? "reset.asked" : "reset.asked_by_hand")}</h2>
        <p role="status">${t(sendsMail() ? "reset.asked_text" : "reset.asked_by_hand_text", { email })}</p>
        ${sendsMail() && html`<p class="muted">${t("reset.asked_hint")}</p>`}
        <button class="button quiet" type="button" onClick=${actions.again}>${t("reset.again")}</button>
      </section>
    `;
  if (state === "done")
    return html`
      <section class="card">
        <div role="status"><h2>${t("reset.done")}</h2></div>
        <p>${t("reset.done_text")}</p>
        <a class="button main" href="/account">${t("account.sign_in")}</a>
      </section>
    `;
  return html`
    <section class="card invitation">
      <${BrokenLink} />
      <p role="alert">${t(`reset.${state}`)}</p>
      <button class="button main" type="button" onClick=${actions.again}>${t("reset.new_mail")}</button>
    </section>
  `;
}

/** @param {{send: Actions['ask']}} props */
const Ask = ({ send }) => html`
  <section class="card">
    <h2>${t("reset.title")}</h2>
    <p class="muted">${t(sendsMail() ? "reset.text" : "reset.text_without_mail")}</p>
    <${Form} send=${(/** @type {Fields} */ { email }) => send(email.trim())} label=${t(sendsMail() ? "reset.send" : "reset.make")}>
      ${(/** @type {Fields} */ wrong) => html`<${Email} error=${wrong.email} />`}
    <//>
  </section>
`;

/** @param {{send: Actions['set']}} props */
const SetAnew = ({ send }) => html`
  <section class="card">
    <h2>${t("reset.set")}</h2>
    <p class="muted">${t("reset.set_text")}</p>
    <${Form} send=${(/** @type {Fields} */ { password }) => send(password)} label=${t("do.save")}>
      ${(/** @type {Fields} */ wrong) => html`<${NewPassword} label=${t("account.new_password")} name="password" error=${wrong.password} />`}
    <//>
  </section>
`;
