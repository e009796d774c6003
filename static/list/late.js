/** The sheets of a list, which come after the page, and what stands beside it where there is room. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../shared/html.js";
import { Later, script } from "../shared/later.js";
import { Sheet } from "../shared/parts.js";
import { addWords, t } from "../shared/words.js";

/** @typedef {typeof import("./sheets.js")} Sheets */
/** @typedef {typeof import("./pane.js")} Pane */

const MOMENT_MS = 400;

/** A script with the words that it alone needs. @param {string} name */
const later = (name) => new Later(async (tries) => (await Promise.all([script(`${name}.js`, tries), addWords(name)]))[0]);

/** @type {Later<Sheets>} */
export const sheets = later("sheets");
/** @type {Later<Pane>} */
export const pane = later("pane");

/**
 * One of them, as soon as it is there.
 * @param {{sheet: keyof Sheets, close: (replaced?: boolean) => void, [more: string]: unknown}} props the others are the sheet's own
 */
export function Late({ sheet, ...props }) {
  const slow = useSignal(false);
  useEffect(() => {
    void sheets.load();
    const timer = setTimeout(() => (slow.value = true), MOMENT_MS);
    return () => clearTimeout(timer);
  }, []);
  if (sheets.here.value) return html`<${sheets.here.value[sheet]} ...${props} />`;
  return (slow.value || sheets.missing.value) && html`
    <${Sheet} title=${t("app.name")} close=${props.close}><p role="status">${t(sheets.missing.value ? "state.no_sheet" : "state.coming")}</p><//>
  `;
}
