/** The account page: signing in or registering, and for whoever is signed in their name, password and devices. */

/** @import { User } from '../shared/shapes.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { hapticsOn, setHaptics } from "../shared/haptics.js";
import { html } from "../shared/html.js";
import { Choice, Failure, Field, Form, Sheet, fieldsOf } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
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

/** Two forms, one at a time: an address typed into one is in the other too. @param {{actions: Pick<Actions, 'signIn' | 'register'>, newcomer?: boolean}} props */
export function Door({ actions, newcomer = false }) {
  const door = useRef(/** @type {HTMLElement | null} */ (null));
  const registers = useSignal(newcomer);
  const email = useSignal("");
  const known = useSignal(false);
  const form = () => /** @type {HTMLFormElement} */ (door.current?.querySelector("form"));
  const turn = () => {
    email.value = fieldsOf(form()).email;
    known.value = false;
    registers.value = !registers.value;
  };
  useEffect(() => {
    if (email.value) [...form().querySelectorAll("input")].find((field) => field.value === "")?.focus();
  }, [registers.value]);
  /** @param {Record<string, string>} fields */
  const register = (fields) =>
    actions.register(fields).catch((failure) => {
      known.value = problemFrom(failure).code === "conflict";
      throw failure;
    });
  return html`
    <section class="card" ref=${door}>
      ${registers.value ? html`<${Register} send=${register} email=${email.value} />` : html`<${SignIn} send=${actions.signIn} email=${email.value} />`}
      <button class=${known.value ? "button" : "button quiet"} type="button" onClick=${turn}>${t(wayOn(registers.value, known.value))}</button>
    </section>
  `;
}

/** What leads to the other form. @param {boolean} registers @param {boolean} known */
function wayOn(registers, known) {
  if (known) return "account.sign_in_instead";
  return registers ? "account.have_one" : "account.need_one";
}

/** @param {{send: Actions['signIn'], email: string}} props */
const SignIn = ({ send, email }) => html`
  <h2>${t("account.sign_in")}</h2>
  <${Form} send=${send} label=${t("account.sign_in")} key="sign-in">
    ${(/** @type {Record<string, string>} */ wrong) => html`
      <${Email} value=${email} error=${wrong.email} />
      <${Field} label=${t("account.password")} name="password" type="password" autocomplete="current-password" required error=${wrong.password} />
    `}
  <//>
`;

/** @param {{send: Actions['register'], email: string}} props */
const Register = ({ send, email }) => html`
  <h2>${t("account.register")}</h2>
  <${Form} send=${send} label=${t("account.register")} key="register">
    ${(/** @type {Record<string, string>} */ wrong) => html`
      <${Field} label=${t("account.name")} name="name" autocomplete="name" maxlength="100" required hint=${t("account.name_rule")} error=${wrong.name} />
      <${Email} value=${email} error=${wrong.email} />
      <${NewPassword} label=${t("account.password")} name="password" error=${wrong.password} />
    `}
  <//>
`;

/** @param {{value: string, error?: string}} props */
const Email = ({ value, error }) => html`
  <${Field} label=${t("account.email")} name="email" type="email" inputmode="email" autocomplete="username" maxlength="254"
    autocapitalize="none" required value=${value} error=${error} />
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
  <section class="card"><${SignOut} signOut=${actions.signOut} /></section>
  ${devices.length > 0 && html`<section class="card"><${Devices} devices=${devices} actions=${actions} /></section>`}
`;

/** @param {{user: User, send: Actions['update']}} props */
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
  /** A choice is made at once, and the name as it is typed goes with it. @param {any} event */
  const choose = ({ target }) => {
    if (target.name === "theme") showTheme(target.value);
    return save(fieldsOf(target.form)).catch((failure) => (error.value = failure));
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

/** Folded away until it is wanted. @param {{send: Actions['changePassword'], email: string}} props */
function Password({ send, email }) {
  const fold = useRef(/** @type {HTMLDetailsElement | null} */ (null));
  const times = useSignal(0);
  /** @param {Record<string, string>} fields */
  const change = async (fields) => {
    await send(fields);
    times.value += 1;
    const details = /** @type {HTMLDetailsElement} */ (fold.current);
    details.open = false;
    details.querySelector("summary")?.focus();
  };
  return html`
    <details class="folded" ref=${fold}>
      <summary><h2>${t("account.change_password")}</h2></summary>
      <${Form} send=${change} label=${t("account.change_password")} quiet key=${times.value}>
        ${(/** @type {Record<string, string>} */ wrong) => html`
          <input type="hidden" autocomplete="username" value=${email} />
          <${Field} label=${t("account.old_password")} name="password" type="password" autocomplete="current-password" required error=${wrong.password} />
          <${NewPassword} label=${t("account.new_password")} name="new_password" error=${wrong.new_password} />
        `}
      <//>
    </details>
    ${times.value > 0 && html`<p class="muted" role="status">${t("account.password_changed")}</p>`}
  `;
}

/** Whoever signs in by the API need not name a device. @param {Device} device */
const nameOf = (device) => device.name || t("account.device_unnamed");

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
            <span class="row-text">${nameOf(device)}</span>
            <span class="row-second">
              ${device.current ? t("account.this_device") : t("account.last_seen", { time: moment(device.last_seen) })}
            </span>
          </div>
          ${!device.current && html`
            <button class="button quiet" type="button" aria-label=${t("account.end_session", { name: nameOf(device) })} onClick=${doing(() => actions.endDevice(device))}>
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
  const leave = async (anyway) => void (waiting.value = await signOut(anyway));
  const start = () => {
    error.value = null;
    return leave(false).catch((failure) => (error.value = failure));
  };
  return html`
    <${Failure} error=${error.value} />
    <button class=${quiet ? "button quiet" : "button"} type="button" onClick=${start}>${label}</button>
    ${waiting.value > 0 && html`
      <${Sheet} title=${t("account.waiting_title", { count: waiting.value })} close=${() => (waiting.value = 0)}>
        <p>${t("account.waiting_text")}</p>
        <${Form} label=${t("account.sign_out_anyway")} danger send=${() => leave(true)} />
        <button class="button" type="button" onClick=${() => (waiting.value = 0)}>${t("do.cancel")}</button>
      <//>
    `}
  `;
}
