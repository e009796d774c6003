/** The programs of an account: what each may do, making a token for another, and ending one. */

/** @import { Scope, SecurityActions, Token } from './view.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { FoldedForm } from "../account/folded-view.js";
import { copyText } from "../shared/copy.js";
import { html } from "../shared/html.js";
import { Choice, Failure, Field, Form } from "../shared/parts.js";
import { moment, t } from "../shared/words.js";
import { rightsOf } from "./model.js";

/** @typedef {Record<string, string>} Fields */

/** @type {Record<string, readonly Scope[]>} */
const SCOPES = { read: ["read"], write: ["read", "write"] };

/** @param {{programs: readonly Token[], actions: SecurityActions}} props */
export function Programs({ programs, actions }) {
  const made = useSignal(/** @type {{name: string, secret: string} | null} */ (null));
  const error = useSignal(/** @type {unknown} */ (null));
  const title = useRef(/** @type {HTMLElement | null} */ (null));
  const kept = () => {
    made.value = null;
    title.current?.focus();
  };
  /** Its secret is shown even where the list cannot be read again. @param {Fields} fields */
  const make = async ({ name, may }) => {
    made.value = { name, secret: await actions.make(name, SCOPES[may]) };
    error.value = null;
    void actions.readAgain().catch((failure) => (error.value = failure));
  };
  return html`
    <h2 ref=${title} tabindex="-1">${t("programs.title")}</h2>
    <p class="muted">${t("programs.text")}</p>
    ${programs.length > 0 && html`
      <ul class="plain">
        ${programs.map((program) => html`<${ProgramRow} key=${program.id} program=${program} end=${() => actions.end(program)} />`)}
      </ul>
    `}
    <${Failure} error=${error.value} />
    ${made.value
      ? html`<${Secret} ...${made.value} kept=${kept} />`
      : html`
        <${FoldedForm} title=${t("programs.new")} label=${t("programs.make")} send=${make}>
          ${(/** @type {Fields} */ wrong) => html`
            <${Field} label=${t("programs.name")} name="name" maxlength="100" autocomplete="off" required error=${wrong.name} />
            <${Choice} label=${t("programs.may")} name="may" value="read"
              options=${Object.keys(SCOPES).map((value) => ({ value, label: t(value === "read" ? "programs.may_read" : "programs.may_write") }))} />
          `}
        <//>
      `}
    <a class="button quiet" href="/swagger">${t("programs.how")}</a>
  `;
}

/** @param {{program: Token, end: () => Promise<void>}} props */
function ProgramRow({ program, end }) {
  const asks = useSignal(false);
  const { name, scopes, created_at, last_seen } = program;
  const used = last_seen === created_at ? t("programs.unused") : t("programs.used", { time: moment(last_seen) });
  return html`
    <li>
      <div class="row account">
        <div class="row-main">
          <span class="row-text">${name}</span>
          <span class="row-second">${t(rightsOf(scopes))}</span>
          <span class="row-second">${t("programs.since", { time: moment(created_at) })} · ${used}</span>
        </div>
        ${!asks.value && html`
          <button class="button quiet danger" type="button" aria-label=${t("programs.end_which", { name })} onClick=${() => (asks.value = true)}>
            ${t("programs.end")}
          </button>
        `}
      </div>
      ${asks.value && html`
        <div class="asks">
          <p>${t("programs.end_ask", { name })}</p>
          <${Form} label=${t("programs.end_which", { name })} danger send=${end} />
          <button class="button" type="button" onClick=${() => (asks.value = false)}>${t("do.cancel")}</button>
        </div>
      `}
    </li>
  `;
}

/** Shown this once. @param {{name: string, secret: string, kept: () => void}} props */
function Secret({ name, secret, kept }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const says = useSignal("");
  useEffect(() => heading.current?.focus(), []);
  const copy = async () => (says.value = t((await copyText(secret, field.current)) ? "state.copied" : "state.select_and_copy"));
  return html`
    <h3 ref=${heading} tabindex="-1">${t("programs.made", { name })}</h3>
    <p>${t("programs.made_text")}</p>
    <label class="field">
      <span class="field-label">${t("programs.token")}</span>
      <textarea ref=${field} class="secret" rows="1" value=${secret} readonly onFocus=${(/** @type {any} */ event) => event.target.select()} />
    </label>
    <div class="buttons">
      <button class="button main" type="button" onClick=${copy}>${t("do.copy_text")}</button>
      <button class="button" type="button" onClick=${kept}>${t("programs.kept")}</button>
    </div>
    <p class="muted" role="status">${says.value}</p>
  `;
}
