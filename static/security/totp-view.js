/** The second factor: turning it on with a picture for the authenticator, the recovery codes, turning it off. */

/** @import { User } from '../shared/shapes.js' */
/** @import { Begun, SecurityActions } from './view.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Code } from "../account/door-view.js";
import { FoldedForm } from "../account/folded-view.js";
import { copyText } from "../shared/copy.js";
import { html } from "../shared/html.js";
import { Field, Form } from "../shared/parts.js";
import { t } from "../shared/words.js";
import { fileOf, grouped, pictureOf } from "./model.js";

/** @typedef {Record<string, string>} Fields */

/** @param {{user: User, actions: SecurityActions}} props */
export function TwoFactor({ user, actions }) {
  const begun = useSignal(/** @type {Begun | null} */ (null));
  const codes = useSignal(/** @type {readonly string[] | null} */ (null));
  const begin = async () => void (begun.value = await actions.begin());
  /** @param {string} code */
  const confirm = async (code) => {
    codes.value = await actions.confirm(code);
    begun.value = null;
  };
  const kept = async () => {
    await actions.confirmed();
    codes.value = null;
  };
  if (codes.value) return html`<${RecoveryCodes} codes=${codes.value} kept=${kept} />`;
  if (begun.value) return html`<${Confirm} begun=${begun.value} confirm=${confirm} back=${() => (begun.value = null)} />`;
  return html`
    <h2>${t("totp.title")}</h2>
    ${user.totp ? html`<${On} email=${user.email} disable=${actions.disable} />` : html`<p class="muted">${t("totp.text")}</p><${Form} send=${begin} label=${t("totp.begin")} />`}
  `;
}

/** @param {{email: string, disable: SecurityActions['disable']}} props */
const On = ({ email, disable }) => html`
  <p>${t("totp.on")}</p>
  <${FoldedForm} title=${t("totp.disable")} send=${(/** @type {Fields} */ { password, totp }) => disable(password, totp.trim())} danger>
    ${(/** @type {Fields} */ wrong) => html`
      <input type="hidden" autocomplete="username" value=${email} />
      <${Field} label=${t("account.password")} name="password" type="password" autocomplete="current-password" required error=${wrong.password} />
      <${Field} label=${t("totp.code_or_recovery")} name="totp" autocomplete="one-time-code" autocapitalize="none" required error=${wrong.totp} />
    `}
  <//>
`;

/** @param {{begun: Begun, confirm: (code: string) => Promise<void>, back: () => void}} props */
function Confirm({ begun, confirm, back }) {
  const secret = useRef(/** @type {HTMLInputElement | null} */ (null));
  const says = useSignal("");
  const copy = async () => (says.value = t((await copyText(begun.secret, secret.current)) ? "state.copied" : "state.select_and_copy"));
  return html`
    <h2>${t("totp.title")}</h2>
    <p>${t("totp.scan")}</p>
    <img class="qr" src=${pictureOf(begun.qr)} alt=${t("totp.picture")} width="220" height="220" />
    <a class="button" href=${begun.uri}>${t("totp.open_app")}</a>
    <details class="folded">
      <summary>${t("totp.by_hand")}</summary>
      <label class="field">
        <span class="field-label">${t("totp.secret")}</span>
        <input ref=${secret} class="secret" value=${grouped(begun.secret)} readonly onFocus=${(/** @type {any} */ event) => event.target.select()} />
      </label>
      <div class="buttons"><button class="button" type="button" onClick=${copy}>${t("do.copy_text")}</button></div>
      <p class="muted" role="status">${says.value}</p>
    </details>
    <${Form} send=${(/** @type {Fields} */ { code }) => confirm(code.trim())} label=${t("totp.confirm")}>
      ${(/** @type {Fields} */ wrong) => html`<${Code} label=${t("code.totp")} name="code" hint=${t("totp.then_code")} error=${wrong.code} />`}
    <//>
    <button class="button quiet" type="button" onClick=${back}>${t("do.cancel")}</button>
  `;
}

/** Shown this once: nobody leaves them behind without saying that they are kept. @param {{codes: readonly string[], kept: () => Promise<void>}} props */
function RecoveryCodes({ codes, kept }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const says = useSignal("");
  useEffect(() => {
    heading.current?.focus();
    /** @param {BeforeUnloadEvent} event */
    const ask = (event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
  const text = fileOf(t("totp.file_title"), codes);
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const copy = async () => (says.value = t((await copyText(text, field.current)) ? "state.copied" : "state.select_and_copy"));
  return html`
    <h2 ref=${heading} tabindex="-1">${t("totp.codes_title")}</h2>
    <p>${t("totp.codes_text")}</p>
    <ul class="plain codes">${codes.map((code) => html`<li key=${code}>${code}</li>`)}</ul>
    <textarea class="unseen" ref=${field} tabindex="-1" aria-hidden="true" readonly value=${text}></textarea>
    <div class="buttons">
      <button class="button" type="button" onClick=${copy}>${t("do.copy_text")}</button>
      <a class="button" href=${`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download="recovery-codes.txt">${t("totp.save_file")}</a>
    </div>
    <p class="muted" role="status">${says.value}</p>
    <${Form} send=${kept} label=${t("totp.kept")} />
  `;
}
