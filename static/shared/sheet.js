/** A sheet over the page: from the bottom of a phone's screen, in the middle of a wide one or in its right column. */

/** @import { ComponentChildren } from 'preact' */
/** @import { Close } from './sheets.js' */
import { useEffect, useId, useRef } from "preact/hooks";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { entered, left } from "./sheets.js";
import { pulls } from "./pull.js";
import { t } from "./words.js";
import { wide } from "./wide.js";

/**
 * Escape, a tap beside it, a pull downwards and the browser's "back" close it, and focus returns to where it was.
 * @param {{title: string, close: Close, pane?: boolean, kind?: string, titled?: boolean, children?: ComponentChildren}} props
 *   `pane`: with room for it, it stands in the right column, and the page beside it stays alive; `kind` is a class more;
 *   `titled` false leaves the focus to a field of its own
 */
export function Sheet({ title, close, pane = false, kind = "", titled = true, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const ends = useRef(close);
  ends.current = close;
  const id = useId();
  const beside = pane && wide.value;
  useEffect(() => {
    const opener = document.activeElement;
    return () => opener instanceof HTMLElement && opener.isConnected && opener.focus();
  }, []);
  useEffect(() => shown(/** @type {HTMLDialogElement} */ (dialog.current), beside, (replaced) => ends.current(replaced)), [beside]);
  const pull = useRef(pulls(dialog, () => ends.current())).current;
  /** @param {Event} event */
  const cancel = (event) => {
    event.preventDefault();
    close();
  };
  // Heard late: shown again in the other way it is open by now, and one that led to another is not there any more.
  const ended = () => dialog.current?.open === false && close();
  return html`
    <dialog class=${`sheet ${beside ? "pane" : ""} ${kind}`} ref=${dialog} aria-labelledby=${id} onCancel=${cancel} onClose=${ended}
      onClick=${(/** @type {Event} */ event) => event.target === dialog.current && !beside && close()}>
      <div class="sheet-inside">
        <div class="sheet-head" ...${beside ? {} : pull}>
          <h2 id=${id} dir="auto" tabindex="-1" autofocus=${titled}>${title}</h2>
          <button class="round" type="button" aria-label=${t("do.close")} onClick=${() => close()}><${Icon} name="close" /></button>
        </div>
        ${children}
      </div>
    </dialog>
  `;
}

/** @param {HTMLDialogElement} dialog @param {boolean} beside @param {Close} close */
function shown(dialog, beside, close) {
  if (beside) dialog.show();
  else dialog.showModal();
  const place = entered(dialog, beside, close);
  return () => {
    left(place);
    dialog.close();
  };
}
