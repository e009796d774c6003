/** What a list tells its reader in passing: the short notice above the bar to add. */

/** @import { Notices } from './notices.js' */
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { t } from "../shared/words.js";

/** The place of the notice is always there: only then is what comes into it read aloud. @param {{notices: Notices}} props */
export const Snackbar = ({ notices }) => html`<div class="snacks" role="status">${notices.snack.value && html`<${Snack} notices=${notices} />`}</div>`;

/** @param {{notices: Notices}} props */
function Snack({ notices }) {
  const snack = notices.snack.value;
  if (!snack) return null;
  const { text, undo, offer } = snack;
  const take = () => {
    if (undo) notices.undo();
    else notices.hide();
    offer?.take();
  };
  /** @param {PointerEvent} event */
  const over = (event) => event.pointerType === "mouse" && notices.keep(event.type === "pointerenter");
  /** @param {KeyboardEvent} event */
  const key = (event) => event.key === "Escape" && notices.hide();
  return html`
    <div class="snack" onPointerEnter=${over} onPointerLeave=${over} onFocusIn=${() => notices.keep(true)}
      onFocusOut=${() => notices.keep(false)} onKeyDown=${key}>
      <span class="snack-text">${text}</span>
      ${(undo || offer) && html`<button class="button quiet" type="button" onClick=${take}>${offer?.label ?? t("do.undo")}</button>`}
      <button class="round" type="button" aria-label=${t("do.close")} onClick=${() => notices.hide()}><${Icon} name="close" /></button>
    </div>
  `;
}

/** What others did, for a screen reader. @param {{notices: Notices}} props */
export const Said = ({ notices }) => html`<p class="unseen said" role="status" aria-live="polite">${notices.said.value}</p>`;
