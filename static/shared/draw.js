/** Draws a page for the first time, in place of the grey rows that its shell has shown meanwhile. */
import { render } from "preact";

let seen = false;

/** Whether those are seen until this drawing is done: what takes their place comes without a pause. */
export const rowsAreSeen = () => seen;

/** @param {import("preact").ComponentChild} view @param {HTMLElement} root */
export function draw(view, root) {
  const rows = document.querySelector(".coming-rows");
  seen = rows !== null && getComputedStyle(rows).opacity === "1";
  render(view, root);
  seen = false;
}
