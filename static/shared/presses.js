/** The second tap of a double one on a sheet or a notice that the first one closed: it is not for what lay beneath. */

const SECOND_MS = 350;
const SLIP_PX = 24;

/** @type {{x: number, y: number, over: boolean} | null} the last press, and whether it was on what lies over the page */
let last = null;
/** @type {{x: number, y: number, at: number} | null} the press that closed something, and when that was gone */
let closing = null;
let stray = false;

globalThis.addEventListener?.("pointerdown", pressed, true);
globalThis.addEventListener?.("click", clicked, true);

/** Something that lay over the page is gone. */
export function uncovered() {
  if (last?.over) closing = { x: last.x, y: last.y, at: performance.now() };
}

/** @param {PointerEvent} event */
function pressed(event) {
  const { clientX: x, clientY: y, timeStamp, target } = event;
  const sheet = target instanceof Element && target.closest("dialog");
  stray = !sheet && closing !== null && timeStamp - closing.at < SECOND_MS && Math.hypot(x - closing.x, y - closing.y) < SLIP_PX;
  if (stray) event.stopPropagation();
  last = { x, y, over: Boolean(sheet) || (target instanceof Element && target.closest(".snack") !== null) };
}

/** @param {MouseEvent} event */
function clicked(event) {
  if (!stray || event.detail === 0) return;
  event.preventDefault();
  event.stopPropagation();
}
