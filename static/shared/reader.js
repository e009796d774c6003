/**
 * The reader of typed text, loaded when somebody is about to type: with its words it is a fifth of a list's page, and a
 * first visit over a bad line is there to see and to tick.
 */

import { signal } from "@preact/signals";

const PATIENCE_MS = 1500;

/** Null until it has come. */
export const reader = signal(/** @type {typeof import("./text.js") | null} */ (null));

/** @type {Promise<void> | null} */
let asked = null;

/** Ask for it, once; where it cannot be had now, the next wish asks again. */
export function loadReader() {
  // A script of its own, which the build leaves beside this one.
  asked ??= import(new URL("./text.js", import.meta.url).href).then(
    (module) => void (reader.value = module),
    () => void (asked = null),
  );
  return asked;
}

/** Wait for it as long as nobody minds: a moment, and not beyond the page's end. */
export const readerSoon = () =>
  Promise.race([
    loadReader(),
    new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)),
    new Promise((resolve) => addEventListener("pagehide", resolve, { once: true })),
  ]);

const IDLE_MS = 4000;

/**
 * Ask for it at the first touch of the page, and soon after its start all the same: then it is there without network.
 * @param {() => Promise<void>} next what else is to come then
 */
export function loadReaderSoon(next) {
  const load = () => void loadReader().then(next).catch(() => {});
  for (const name of ["pointerdown", "keydown", "focusin"]) addEventListener(name, load, { once: true, passive: true });
  setTimeout(load, IDLE_MS);
}
