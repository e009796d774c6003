/** The account page of whoever is signed in: how they are seen, their address, password, looks, and the way out. */

/** @import { User } from '../shared/shapes.js' */
/** @import { DoorActions, Fields, Leave } from './door-view.js' */
import { useSignal } from "@preact/signals";
import { hapticsOn, setHaptics } from "../shared/haptics.js";
import { html } from "../shared/html.js";
import { Choice, Failure, Field, Form, fieldsOf } from "../shared/parts.js";
import { showTheme } from "../shared/theme.js";
import { t } from "../shared/words.js";
import { Address } from "./address-view.js";
import { NewPassword, SignOut } from "./door-view.js";
import { FoldedForm } from "./folded-view.js";
import { Ending, MyData } from "./leaving-view.js";

/**
 * @typedef {object} AccountActions
 * @property {(fields: Fields) => Promise<void>} update
 * @property {(email: string) => Promise<void>} changeEmail
 * @property {(code: string) => Promise<void>} verify
 * @property {() => Promise<void>} resend
 * @property {(fields: Fields) => Promise<void>} changePassword
 * @property {() => Promise<void>} exportAll
 * @property {(password: string) => Promise<void>} remove
 * @property {Leave} signOut
 */

/** @typedef {DoorActions & AccountActions} Actions */

/** @param {{user: User, actions: AccountActions}} props */
export const Account = ({ user, actions }) => html`
  <section class="card">
    <h2>${t("account.about_you")}</h2>
    <${AboutYou} user=${user} send=${actions.update} />
  </section>
  <section class="card"><${Address} user=${user} actions=${actions} /></section>
  <section class="card ways">
    <${Way} href="/account/security" title=${t("security.title")} text=${t(user.totp ? "security.with_totp" : "security.without_totp")} />
    ${user.role === "admin" && html`<${Way} href="/admin" title=${t("admin.title")} text=${t("admin.way")} />`}
  </section>
  <section class="card"><${Password} send=${actions.changePassword} email=${user.email} /></section>
  ${"vibrate" in navigator && html`<section class="card"><${Haptics} /></section>`}
  <section class="card"><${SignOut} signOut=${actions.signOut} /></section>
  <section class="card"><${MyData} exportAll=${actions.exportAll} /><${Ending} user=${user} remove=${actions.remove} /></section>
`;

/** @param {{href: string, title: string, text: string}} props */
const Way = ({ href, title, text }) => html`
  <a class="row way" href=${href}>
    <span class="row-main"><span class="row-text">${title}</span><span class="row-second">${text}</span></span>
  </a>
`;

/** @param {{user: User, send: AccountActions['update']}} props */
function AboutYou({ user, send }) {
  const themes = /** @type {const} */ (["auto", "light", "dark"]);
  const languages = /** @type {const} */ (["ru", "en"]);
  const saved = useSignal(false);
  const error = useSignal(/** @type {unknown} */ (null));
  /** @param {Record<string, string>} fields */
  const save = async (fields) => {
    saved.value = false;
    error.value = null;
    await send(fields);
    saved.value = true;
  };
  /** A choice is made at once, and the name as it is typed goes with it, but for one that is being typed anew. @param {any} event */
  const choose = ({ target }) => {
    if (target.name === "theme") showTheme(target.value);
    const fields = fieldsOf(target.form);
    const name = fields.name.trim() ? fields.name : user.name;
    return save({ ...fields, name }).catch((failure) => (error.value = failure));
  };
  return html`
    <${Form} send=${save} label=${t("do.save")}>
      ${(/** @type {Record<string, string>} */ wrong) => html`
        <${Field} label=${t("account.name")} name="name" autocomplete="name" maxlength="100" required value=${user.name} error=${wrong.name} />
        <${Choice} label=${t("account.language")} name="language" value=${user.language} onChange=${choose}
          options=${languages.map((value) => ({ value, label: t(`language.${value}`) }))} />
        <${Choice} label=${t("account.theme")} name="theme" value=${user.theme} onChange=${choose}
          options=${themes.map((value) => ({ value, label: t(`theme.${value}`) }))} />
        <${Failure} error=${error.value} />
      `}
    <//>
    ${saved.value && !error.value && html`<p class="muted" role="status">${t("state.kept")}</p>`}
  `;
}

/** This device's own choice, made at once. */
const Haptics = () => html`
  <h2>${t("account.this_device_title")}</h2>
  <label class="switch">
    <input type="checkbox" defaultChecked=${hapticsOn()} onChange=${(/** @type {any} */ event) => setHaptics(event.target.checked)} />
    <span>${t("account.haptics")}</span>
  </label>
`;

/** @param {{send: AccountActions['changePassword'], email: string}} props */
const Password = ({ send, email }) => html`
  <${FoldedForm} title=${t("account.change_password")} send=${send} done=${t("account.password_changed")}>
    ${(/** @type {Fields} */ wrong) => html`
      <input type="hidden" autocomplete="username" value=${email} />
      <${Field} label=${t("account.old_password")} name="password" type="password" autocomplete="current-password" required error=${wrong.password} />
      <${NewPassword} label=${t("account.new_password")} name="new_password" error=${wrong.new_password} />
    `}
  <//>
`;
