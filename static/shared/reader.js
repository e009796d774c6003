/** The reader of typed text, which comes after the page: with its words it is a fifth of a list's page. */

import { effect } from "@preact/signals";
import { Later, script } from "./later.js";

const PATIENCE_MS = 1500;
const IDLE_MS = 4000;

/** @type {Later<typeof import("./text.js")>} */
export const reader = new Later((tries) => script("text.js", tries));

/** Wait for it as long as nobody minds: a moment, and not beyond the page's end. */
export const readerSoon = () =>
  Promise.race([
    reader.load(),
    new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)),
    new Promise((resolve) => addEventListener("pagehide", resolve, { once: true })),
  ]);

/**
 * Bring what comes after the page once the list is there, at the first touch, or soon after the start all the same:
 * then it is there without network.
 * @param {() => boolean} isThere by signals
 * @param {...Later<any>} more besides the reader
 */
export function loadSoon(isThere, ...more) {
  const load = () => void [reader, ...more].forEach((one) => void (one.asked ?? one.load()));
  for (const name of ["pointerdown", "keydown", "focusin"]) addEventListener(name, load, { once: true, passive: true });
  setTimeout(load, IDLE_MS);
  effect(() => {
    if (isThere()) setTimeout(load);
  });
}
