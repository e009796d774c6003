/** Pieces that every page is made of: notices, forms, fields. */

/** @import { ComponentChildren } from 'preact' */
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { rowsAreSeen } from "./draw.js";
import { html } from "./html.js";
import { Problem, problemFrom } from "./problem.js";
import { isWord, t } from "./words.js";

export { Sheet } from "./sheet.js";

/** What to tell the reader about a failure, in their language. @param {unknown} error */
export function sentence(error) {
  const problem = problemFrom(error);
  const minutes = Math.ceil((problem.retryAfter ?? 0) / 60);
  if (problem.message) return minutes > 1 ? `${problem.message} ${t("problem.wait", { count: minutes })}` : problem.message;
  const word = `problem.${problem.code}`;
  return isWord(word) ? t(word) : t("problem.other");
}

/**
 * What is typed is the reader's until it is sent: drawn again, for a mistake say, a field keeps it.
 * @param {{label: string, name: string, type?: string, value?: string, error?: string, hint?: string, lines?: boolean,
 *   [attribute: string]: unknown}} props
 */
export function Field({ label, name, value, error, hint, lines, ...rest }) {
  const id = useId();
  const says = error ?? hint;
  return html`
    <div class="field">
      <label class="field-label" for=${id}>${label}</label>
      <${lines ? "textarea" : "input"} id=${id} name=${name} rows=${lines ? 1 : undefined} defaultValue=${value} aria-invalid=${error ? "true" : undefined} aria-describedby=${says && `${id}-says`} ...${rest} />
      ${says && html`<span id=${`${id}-says`} class=${error ? "field-error" : "field-hint"}>${says}</span>`}
    </div>
  `;
}

/** @param {{label: string, name: string, value: string, options: readonly {value: string, label: string}[], onChange?: (event: Event) => void}} props */
export function Choice({ label, name, value, options, onChange }) {
  return html`
    <label class="field">
      <span class="field-label">${label}</span>
      <select name=${name} onChange=${onChange}>
        ${options.map((option) => html`<option value=${option.value} selected=${option.value === value}>${option.label}</option>`)}
      </select>
    </label>
  `;
}

/** A failure, told where it happened. @param {{error: unknown}} props */
export const Failure = ({ error }) => (error ? html`<p class="failure" role="alert">${sentence(error)}</p>` : null);

/**
 * A form that knows whether it is being sent and what went wrong. Its button keeps the focus meanwhile, as a disabled one would not.
 * @param {{send: (fields: Record<string, string>) => Promise<unknown>, label: string, quiet?: boolean, danger?: boolean,
 *   children?: ComponentChildren | ((wrong: Record<string, string>) => ComponentChildren)}} props
 */
export function Form({ send, label, quiet, danger, children }) {
  const sending = useSignal(false);
  const error = useSignal(/** @type {unknown} */ (null));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => {
    /** @type {HTMLElement | null | undefined} */ (form.current?.querySelector("[aria-invalid=true]"))?.focus();
  }, [error.value]);
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    if (sending.value) return;
    sending.value = true;
    error.value = null;
    try {
      await send(fieldsOf(/** @type {HTMLFormElement} */ (event.target)));
    } catch (failure) {
      error.value = failure;
    } finally {
      sending.value = false;
    }
  };
  const wrong = error.value ? problemFrom(error.value).fields : {};
  return html`
    <form class="form" ref=${form} onSubmit=${submit}>
      ${typeof children === "function" ? children(wrong) : children}
      <${Failure} error=${error.value} />
      <button class=${`button ${danger ? "danger" : quiet ? "" : "main"}`} type="submit" aria-disabled=${sending.value}>${label}</button>
    </form>
  `;
}

/** @param {HTMLFormElement} form @returns {Record<string, string>} */
export const fieldsOf = (form) =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));

/**
 * Six grey rows in place of what is not read yet; the stylesheet shows them only if it takes longer than a moment, or
 * where those of the page's shell are seen already.
 */
export function WaitingRows() {
  const already = useRef(/** @type {boolean | null} */ (null));
  already.current ??= rowsAreSeen();
  return html`
    <ul class=${`plain waiting ${already.current ? "already" : ""}`} aria-hidden="true">
      ${Array.from({ length: 6 }, (_, place) => html`<li class="row" key=${place}></li>`)}
    </ul>
  `;
}

/** In place of a page that could not even start: for what nobody told, no server is to blame. @param {{error: unknown}} props */
export const NotStarted = ({ error }) => html`
  <main class="middle">
    <${Failure} error=${error instanceof Problem ? error : new Problem({ code: "other" })} />
    <${Retry} />
  </main>
`;

export const Retry = () => html`<button class="button" type="button" onClick=${() => location.reload()}>${t("do.retry")}</button>`;
