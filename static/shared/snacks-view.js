/** The short notice at the foot of a page. */

/** @import { Snacks } from './snacks.js' */
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { t } from "./words.js";

/** The place of the notice is always there: only then is what comes into it read aloud. @param {{snacks: Snacks<any>}} props */
export const Snackbar = ({ snacks }) => html`<div class="snacks" role="status">${snacks.snack.value && html`<${One} snacks=${snacks} />`}</div>`;

/** @param {{snacks: Snacks}} props */
function One({ snacks }) {
  const snack = snacks.snack.value;
  if (!snack) return null;
  /** @param {PointerEvent} event */
  const over = (event) => event.pointerType === "mouse" && snacks.keep("pointer", event.type === "pointerenter");
  /** One press of Escape closes one thing. @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    snacks.hide();
  };
  return html`
    <div class="snack" onPointerEnter=${over} onPointerLeave=${over} onFocusIn=${() => snacks.keep("focus", true)}
      onFocusOut=${() => snacks.keep("focus", false)} onKeyDown=${key}>
      <span class="snack-text">${snack.text}</span>
      ${snack.take && html`<button class="button quiet" type="button" onClick=${() => snacks.take()}>${snack.label ?? t("do.undo")}</button>`}
      <button class="round" type="button" aria-label=${t("do.close")} onClick=${() => snacks.hide()}><${Icon} name="close" /></button>
    </div>
  `;
}
