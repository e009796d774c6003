/** What someone takes along, and the end of an account. */

/** @import { User } from '../shared/shapes.js' */
/** @import { AccountActions } from './view.js' */
import { useSignal } from "@preact/signals";
import { html } from "../shared/html.js";
import { Field, Form, Sheet } from "../shared/parts.js";
import { t } from "../shared/words.js";

/** @param {{exportAll: AccountActions['exportAll']}} props */
export function MyData({ exportAll }) {
  const begun = useSignal(false);
  const take = async () => {
    begun.value = false;
    await exportAll();
    begun.value = true;
  };
  return html`
    <h2>${t("account.data")}</h2>
    <p class="muted">${t("account.data_text")}</p>
    <${Form} send=${take} label=${t("account.export")} quiet />
    <p class="muted" role="status">${begun.value && t("account.export_begun")}</p>
  `;
}

/** Asks for the password: it is the one thing here that nothing brings back. @param {{user: User, remove: AccountActions['remove']}} props */
export function Ending({ user, remove }) {
  const asks = useSignal(false);
  return html`
    <button class="button quiet danger" type="button" onClick=${() => (asks.value = true)}>${t("account.delete")}</button>
    ${asks.value && html`
      <${Sheet} title=${t("account.delete_ask")} close=${() => (asks.value = false)}>
        <p>${t("account.delete_text")}</p>
        <p>${t("account.delete_others")}</p>
        <${Form} send=${(/** @type {Record<string, string>} */ { password }) => remove(password)} label=${t("account.delete_do")} danger>
          ${(/** @type {Record<string, string>} */ wrong) => html`
            <input type="hidden" autocomplete="username" value=${user.email} />
            <${Field} label=${t("account.password")} name="password" type="password" autocomplete="current-password" required error=${wrong.password} />
          `}
        <//>
        <button class="button" type="button" onClick=${() => (asks.value = false)}>${t("do.cancel")}</button>
      <//>
    `}
  `;
}
