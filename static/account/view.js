/** The account page: signing in or registering, and for whoever is signed in their name, password and devices. */

/** @import { User } from '../shared/shapes.js' */
import { useSignal } from "@preact/signals";
import { hapticsOn, setHaptics } from "../shared/haptics.js";
import { html } from "../shared/html.js";
import { Choice, Failure, Field, Form, Sheet } from "../shared/parts.js";
import { showTheme } from "../shared/theme.js";
import { moment, t } from "../shared/words.js";

/** @typedef {{id: string, name: string, last_seen: string, current: boolean}} Device */

/**
 * @typedef {object} Actions
 * @property {(fields: Record<string, string>) => Promise<void>} signIn
 * @property {(fields: Record<string, string>) => Promise<void>} register
 * @property {(fields: Record<string, string>) => Promise<void>} update
 * @property {(fields: Record<string, string>) => Promise<void>} changePassword
 * @property {(device: Device) => Promise<void>} endDevice
 * @property {() => Promise<void>} endOthers
 * @property {(anyway: boolean) => Promise<number>} signOut answers how many edits hold it up
 */

/** Two forms, one at a time. @param {{actions: Pick<Actions, 'signIn' | 'register'>, newcomer?: boolean}} props */
export function Door({ actions, newcomer = false }) {
  const registers = useSignal(newcomer);
  const turn = () => (registers.value = !registers.value);
  return html`
    ${registers.value ? html`<${Register} send=${actions.register} />` : html`<${SignIn} send=${actions.signIn} />`}
    <button class="button quiet" type="button" onClick=${turn}>
      ${registers.value ? t("account.have_one") : t("account.need_one")}
    </button>
  `;
}

/** @param {{send: Actions['signIn']}} props */
const SignIn = ({ send }) => html`
  <h2>${t("account.sign_in")}</h2>
  <${Form} send=${send} label=${t("account.sign_in")} key="sign-in">
    ${(/** @type {Record<string, string>} */ wrong) => html`
      <${Email} error=${wrong.email} />
      <${Field} label=${t("account.password")} name="password" type="password" autocomplete="current-password" required error=${wrong.password} />
    `}
  <//>
`;

/** @param {{send: Actions['register']}} props */
const Register = ({ send }) => html`
  <h2>${t("account.register")}</h2>
  <${Form} send=${send} label=${t("account.register")} key="register">
    ${(/** @type {Record<string, string>} */ wrong) => html`
      <${Field} label=${t("account.name")} name="name" autocomplete="name" maxlength="100" required hint=${t("account.name_rule")} error=${wrong.name} />
      <${Email} error=${wrong.email} />
      <${NewPassword} label=${t("account.password")} name="password" error=${wrong.password} />
    `}
  <//>
`;

/** @param {{error?: string}} props */
const Email = ({ error }) => html`
  <${Field} label=${t("account.email")} name="email" type="email" inputmode="email" autocomplete="username" maxlength="254"
    autocapitalize="none" required error=${error} />
`;

/** @param {{label: string, name: string, error?: string}} props */
const NewPassword = ({ label, name, error }) => html`
  <${Field} label=${label} name=${name} type="password" autocomplete="new-password" minlength="8" maxlength="200" required
    hint=${t("account.password_rule")} error=${error} />
`;

/** @param {{user: User, devices: readonly Device[], actions: Actions}} props */
export const Account = ({ user, devices, actions }) => html`
  <section class="card">
    <h2>${t("account.about_you")}</h2>
    <p class="muted wrap">${user.email}</p>
    <${AboutYou} user=${user} send=${actions.update} />
  </section>
  ${"vibrate" in navigator && html`<section class="card"><${Haptics} /></section>`}
  <section class="card"><${Password} send=${actions.changePassword} email=${user.email} /></section>
  <section class="card"><${Devices} devices=${devices} actions=${actions} /></section>
  <section class="card"><${SignOut} signOut=${actions.signOut} /></section>
`;

/** @param {{user: User, send: Actions['update']}} props */
function AboutYou({ user, send }) {
  const themes = /** @type {const} */ (["auto", "light", "dark"]);
  const languages = /** @type {const} */ (["ru", "en"]);
  const saved = useSignal(false);
  /** @param {Record<string, string>} fields */
  const save = async (fields) => {
    saved.value = false;
    await send(fields);
    saved.value = true;
  };
  const preview = (/** @type {any} */ event) => showTheme(event.target.value);
  return html`
    <${Form} send=${save} label=${t("do.save")}>
      ${(/** @type {Record<string, string>} */ wrong) => html`
        <${Field} label=${t("account.name")} name="name" autocomplete="name" maxlength="100" required value=${user.name} error=${wrong.name} />
        <${Choice} label=${t("account.language")} name="language" value=${user.language}
          options=${languages.map((value) => ({ value, label: t(`language.${value}`) }))} />
        <${Choice} label=${t("account.theme")} name="theme" value=${user.theme}
          options=${themes.map((value) => ({ value, label: t(`theme.${value}`) }))} onChange=${preview} />
      `}
    <//>
    ${saved.value && html`<p class="muted" role="status">${t("state.kept")}</p>`}
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

/** @param {{send: Actions['changePassword'], email: string}} props */
function Password({ send, email }) {
  const times = useSignal(0);
  /** @param {Record<string, string>} fields */
  const change = async (fields) => {
    await send(fields);
    times.value += 1;
  };
  return html`
    <h2>${t("account.change_password")}</h2>
    <${Form} send=${change} label=${t("account.change_password")} quiet key=${times.value}>
      ${(/** @type {Record<string, string>} */ wrong) => html`
        <input type="hidden" autocomplete="username" value=${email} />
        <${Field} label=${t("account.old_password")} name="password" type="password" autocomplete="current-password" required error=${wrong.password} />
        <${NewPassword} label=${t("account.new_password")} name="new_password" error=${wrong.new_password} />
      `}
    <//>
    ${times.value > 0 && html`<p class="muted" role="status">${t("account.password_changed")}</p>`}
  `;
}

/** @param {{devices: readonly Device[], actions: Actions}} props */
function Devices({ devices, actions }) {
  const error = useSignal(/** @type {unknown} */ (null));
  /** @param {() => Promise<void>} act */
  const doing = (act) => () => act().then(() => (error.value = null), (failure) => (error.value = failure));
  return html`
    <h2>${t("account.devices")}</h2>
    <ul class="plain">
      ${devices.map((device) => html`
        <li class="row" key=${device.id}>
          <div class="row-main">
            <span class="row-text">${device.name}</span>
            <span class="row-second">
              ${device.current ? t("account.this_device") : t("account.last_seen", { time: moment(device.last_seen) })}
            </span>
          </div>
          ${!device.current && html`
            <button class="button quiet" type="button" aria-label=${t("account.end_session", { name: device.name })} onClick=${doing(() => actions.endDevice(device))}>
              ${t("account.end")}
            </button>
          `}
        </li>
      `)}
    </ul>
    <${Failure} error=${error.value} />
    ${devices.length > 1 && html`
      <button class="button" type="button" onClick=${doing(actions.endOthers)}>${t("account.end_others")}</button>
    `}
  `;
}

/** @param {{signOut: Actions['signOut'], label?: string, quiet?: boolean}} props */
export function SignOut({ signOut, label = t("account.sign_out"), quiet = false }) {
  const waiting = useSignal(0);
  const error = useSignal(/** @type {unknown} */ (null));
  /** @param {boolean} anyway */
  const leave = (anyway) => signOut(anyway).then((count) => (waiting.value = count), (failure) => (error.value = failure));
  return html`
    <${Failure} error=${error.value} />
    <button class=${quiet ? "button quiet" : "button"} type="button" onClick=${() => leave(false)}>${label}</button>
    ${waiting.value > 0 && html`
      <${Sheet} title=${t("account.waiting_title", { count: waiting.value })} close=${() => (waiting.value = 0)}>
        <p>${t("account.waiting_text")}</p>
        <button class="button danger" type="button" onClick=${() => leave(true)}>${t("account.sign_out_anyway")}</button>
        <button class="button" type="button" onClick=${() => (waiting.value = 0)}>${t("do.cancel")}</button>
      <//>
    `}
  `;
}
