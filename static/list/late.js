/** The sheets of a list, which come after the page. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../shared/html.js";
import { Later, script } from "../shared/later.js";
import { Sheet } from "../shared/parts.js";
import { addWords, t } from "../shared/words.js";

/** @typedef {typeof import("./sheets.js")} Sheets */

const MOMENT_MS = 400;

/** With the words that they alone need. @type {Later<Sheets>} */
export const sheets = new Later(async (tries) => (await Promise.all([script("sheets.js", tries), addWords("sheets")]))[0]);

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
