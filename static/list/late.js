/** The sheets of a list, loaded when somebody may soon open one: a first visit over a bad line is there to see and to tick. */

import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../shared/html.js";
import { Sheet } from "../shared/parts.js";
import { addWords, t } from "../shared/words.js";

/** @typedef {typeof import("./sheets.js")} Sheets */

/** Null until they have come. */
const sheets = signal(/** @type {Sheets | null} */ (null));

/** @type {Promise<void> | null} */
let asked = null;

/** Ask for them, once; where they cannot be had now, the next wish asks again. @returns {Promise<void>} rejected then */
export function loadSheets() {
  asked ??= load().catch((failure) => {
    asked = null;
    throw failure;
  });
  return asked;
}

async function load() {
  // A script of its own, which the build leaves beside this one, and the words that it alone needs.
  const [module] = await Promise.all([import(new URL("./sheets.js", import.meta.url).href), addWords("sheets")]);
  sheets.value = module;
}

/**
 * One of them, as soon as it is there.
 * @param {{sheet: keyof Sheets, close: (replaced?: boolean) => void, [more: string]: unknown}} props the others are the sheet's own
 */
export function Late({ sheet, ...props }) {
  const missing = useSignal(false);
  useEffect(() => void loadSheets().catch(() => (missing.value = true)), []);
  if (sheets.value) return html`<${sheets.value[sheet]} ...${props} />`;
  return missing.value && html`
    <${Sheet} title=${t("app.name")} close=${props.close}><p class="failure" role="alert">${t("problem.unreachable")}</p><//>
  `;
}
