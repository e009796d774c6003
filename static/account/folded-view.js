/** A form that is folded away until it is wanted, and again once it is done. */

/** @import { ComponentChildren } from 'preact' */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { Form } from "../shared/parts.js";

/**
 * @param {{title: string, label?: string, done?: string, danger?: boolean, send: (fields: Record<string, string>) => Promise<unknown>,
 *   children: (wrong: Record<string, string>) => ComponentChildren}} props
 *   `label` stands on the button, else the title; `done` is told once it was sent
 */
export function FoldedForm({ title, label = title, done, danger = false, send, children }) {
  const fold = useRef(/** @type {HTMLDetailsElement | null} */ (null));
  const times = useSignal(0);
  /** @param {Record<string, string>} fields */
  const sent = async (fields) => {
    await send(fields);
    times.value += 1;
    const details = fold.current;
    if (!details) return;
    details.open = false;
    details.querySelector("summary")?.focus();
  };
  return html`
    <details class="folded" ref=${fold}>
      <summary><h2>${title}</h2></summary>
      <${Form} send=${sent} label=${label} quiet=${!danger} danger=${danger} key=${times.value}>${children}<//>
    </details>
    ${done && times.value > 0 && html`<p class="muted" role="status">${done}</p>`}
  `;
}
