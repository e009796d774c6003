/** The door of an account: registering, signing in with or without a second factor, signing out. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { Failure, Field, Form, Sheet, fieldsOf } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
import { letsRegister, registration } from "../shared/shell.js";
import { t } from "../shared/words.js";

/** @typedef {Record<string, string>} Fields */
/** @typedef {{signIn: (fields: Fields) => Promise<void>, register: (fields: Fields) => Promise<void>}} DoorActions */
/** @typedef {(anyway: boolean) => Promise<number>} Leave answers how many edits hold it up */

/**
 * Two forms, one at a time: an address typed into one is in the other too.
 * @param {{actions: DoorActions, newcomer?: boolean, invited?: boolean}} props `invited`: with an invitation in hand
 */
export function Door({ actions, newcomer = false, invited = false }) {
  const door = useRef(/** @type {HTMLElement | null} */ (null));
  const open = letsRegister(invited);
  const registers = useSignal(newcomer && open);
  const email = useSignal("");
  const known = useSignal(false);
  const asked = useSignal(/** @type {Fields | null} */ (null));
  const form = () => /** @type {HTMLFormElement} */ (door.current?.querySelector("form"));
  const turn = () => {
    email.value = fieldsOf(form()).email;
    known.value = false;
    registers.value = !registers.value;
  };
  useEffect(() => {
    if (email.value) [...form().querySelectorAll("input")].find((field) => field.value === "")?.focus();
  }, [registers.value]);
  /** @param {Fields} fields */
  const register = (fields) =>
    actions.register(fields).catch((failure) => {
      known.value = problemFrom(failure).code === "conflict";
      throw failure;
    });
  /** @param {Fields} fields */
  const signIn = (fields) =>
    actions.signIn(fields).catch((failure) => {
      if (problemFrom(failure).code !== "totp_required") throw failure;
      email.value = fields.email;
      asked.value = fields;
    });
  if (asked.value) return html`<${SecondFactor} send=${actions.signIn} typed=${asked.value} back=${() => (asked.value = null)} />`;
  return html`
    <section class="card" ref=${door}>
      ${registers.value ? html`<${Register} send=${register} email=${email.value} />` : html`<${SignIn} send=${signIn} email=${email.value} />`}
      ${!registers.value && html`<a class="button quiet" href="/reset">${t("account.forgotten")}</a>`}
      ${open
        ? html`<button class=${known.value ? "button" : "button quiet"} type="button" onClick=${turn}>${t(wayOn(registers.value, known.value))}</button>`
        : html`<p class="muted">${t(registration() === "closed" ? "account.registration.closed" : "account.registration.invitation")}</p>`}
    </section>
  `;
}

/** What leads to the other form. @param {boolean} registers @param {boolean} known */
function wayOn(registers, known) {
  if (known) return "account.sign_in_instead";
  return registers ? "account.have_one" : "account.need_one";
}

/** @param {{send: DoorActions['signIn'], email: string}} props */
const SignIn = ({ send, email }) => html`
  <h2>${t("account.sign_in")}</h2>
  <${Form} send=${send} label=${t("account.sign_in")} key="sign-in">
    ${(/** @type {Fields} */ wrong) => html`
      <${Email} value=${email} error=${wrong.email} />
      <${Field} label=${t("account.password")} name="password" type="password" autocomplete="current-password" required error=${wrong.password} />
    `}
  <//>
`;

/** The password was right: now the code, or one of the codes kept for a lost phone. @param {{send: DoorActions['signIn'], typed: Fields, back: () => void}} props */
function SecondFactor({ send, typed, back }) {
  const lost = useSignal(false);
  const card = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => card.current?.querySelector("input")?.focus(), [lost.value]);
  return html`
    <section class="card" ref=${card}>
      <h2>${t("account.second_factor")}</h2>
      <${Form} send=${(/** @type {Fields} */ { totp }) => send({ ...typed, totp })} label=${t("account.sign_in")} key=${String(lost.value)}>
        ${(/** @type {Fields} */ wrong) =>
          lost.value
            ? html`<${RecoveryCode} error=${wrong.totp} />`
            : html`<${Code} label=${t("code.totp")} name="totp" hint=${t("code.totp_hint")} error=${wrong.totp} />`}
      <//>
      <button class="button quiet" type="button" onClick=${() => (lost.value = !lost.value)}>${t(lost.value ? "code.use_totp" : "code.use_recovery")}</button>
      <button class="button quiet" type="button" onClick=${back}>${t("account.other_account")}</button>
    </section>
  `;
}

/** @param {{error?: string}} props */
const RecoveryCode = ({ error }) => html`
  <${Field} label=${t("code.recovery")} name="totp" autocomplete="off" autocapitalize="none" spellcheck=${false} required hint=${t("code.recovery_hint")} error=${error} />
`;

/** Six digits. @param {{label: string, name: string, hint?: string, error?: string}} props */
export const Code = (props) => html`<${Field} ...${props} inputmode="numeric" autocomplete="one-time-code" maxlength="20" required />`;

/** @param {{send: DoorActions['register'], email: string}} props */
const Register = ({ send, email }) => html`
  <h2>${t("account.register")}</h2>
  <${Form} send=${send} label=${t("account.register")} key="register">
    ${(/** @type {Fields} */ wrong) => html`
      <${Field} label=${t("account.name")} name="name" autocomplete="name" maxlength="100" required hint=${t("account.name_rule")} error=${wrong.name} />
      <${Email} value=${email} error=${wrong.email} />
      <${NewPassword} label=${t("account.password")} name="password" error=${wrong.password} />
    `}
  <//>
`;

/** @param {{value?: string, error?: string}} props */
export const Email = ({ value, error }) => html`
  <${Field} label=${t("account.email")} name="email" type="email" inputmode="email" autocomplete="username" maxlength="254"
    autocapitalize="none" required value=${value} error=${error} />
`;

/** @param {{label: string, name: string, error?: string}} props */
export const NewPassword = ({ label, name, error }) => html`
  <${Field} label=${label} name=${name} type="password" autocomplete="new-password" minlength="8" maxlength="200" required
    hint=${t("account.password_rule")} error=${error} />
`;

/** @param {{signOut: Leave, label?: string, quiet?: boolean}} props */
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
