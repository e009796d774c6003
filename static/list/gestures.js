/**
 * What a finger or a mouse does to rows: a tap ticks, a swipe to the left removes, a long press lifts to be moved.
 *
 * A tap means the row on which the finger came down, whatever is drawn before it goes up.
 */

/** @import { Screen } from './screen.js' */
/** @import { Motion } from './motion.js' */
import { buzz } from "../shared/haptics.js";
import { Drag } from "./drag.js";
import { itemOf } from "./motion.js";
import { Swipe } from "./swipe.js";

const SLOP_PX = 10;
const LIFT_MS = 350;
// At the sides a swipe is the browser's: back and forward.
const EDGE_PX = 24;
// A click that follows a touch comes within this time; later ones are another's, a screen reader's say.
const CLICK_MS = 700;

/**
 * @typedef {object} Press a finger on a row
 * @property {HTMLElement} row
 * @property {boolean} control it is on a button of the row, whose tap is the button's own
 * @property {boolean} touch
 * @property {number} x
 * @property {number} y
 * @property {'still' | 'off' | Swipe | Drag} doing off: scrolling, or given up
 * @property {ReturnType<typeof setTimeout>} [lifting]
 */

export class Gestures {
  /** @param {HTMLElement} root @param {Screen} screen @param {Motion} motion */
  constructor(root, screen, motion) {
    this.root = root;
    this.screen = screen;
    this.motion = motion;
    /** @type {Map<number, Press>} */
    this.presses = new Map();
    this.spent = -Infinity;
    this.ending = new AbortController();
    const { signal } = this.ending;
    /** @param {EventTarget} target @param {string} name @param {(event: any) => void} hear @param {AddEventListenerOptions} [more] */
    const on = (target, name, hear, more) => target.addEventListener(name, hear, { signal, ...more });
    on(root, "pointerdown", (event) => this.down(event));
    on(root, "touchstart", (event) => this.freeze(event), { passive: true });
    on(root, "touchmove", (event) => this.isMoving() && event.preventDefault(), { passive: false });
    on(root, "contextmenu", (event) => this.presses.size > 0 && event.preventDefault());
    on(root, "click", (event) => this.click(event), { capture: true });
    on(root, "change", (event) => this.changed(event));
    on(window, "pointermove", (event) => this.move(event));
    on(window, "pointerup", (event) => this.up(event));
    on(window, "pointercancel", (event) => this.cancel(event));
    on(document, "keydown", (event) => event.key === "Escape" && this.putBack());
    on(document, "visibilitychange", () => document.hidden && this.thaw());
  }

  end() {
    this.ending.abort();
    this.putBack();
    this.thaw();
  }

  // --- what holds still meanwhile ---

  /** Nothing moves while a finger is down, which the browser keeps telling by touches when it scrolls. @param {TouchEvent} event */
  freeze(event) {
    this.screen.list.press();
    const hearing = new AbortController();
    /** A finger beside the rows holds nothing, and its end is not told here. @param {Event} end */
    const hear = (end) => {
      if ([.../** @type {TouchEvent} */ (end).touches].some(({ target }) => this.root.contains(/** @type {Node} */ (target)))) return;
      hearing.abort();
      this.thaw();
    };
    // On the element itself: one that leaves the page meanwhile still hears it.
    for (const name of ["touchend", "touchcancel"]) event.target?.addEventListener(name, hear, hearing);
  }

  thaw() {
    this.screen.list.release();
  }

  // --- the course of a press ---

  /** @param {PointerEvent} event */
  down(event) {
    const target = /** @type {Element} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest("[data-item]"));
    const touch = event.pointerType !== "mouse";
    this.spent = -Infinity;
    // The end of another button's press may be the system's own menu's, and is not told.
    if (event.button !== 0) return;
    if (!touch) this.screen.list.press();
    if (!row || target.closest(".stepper")) return;
    /** @type {Press} */
    const press = { row, control: target.closest("button") !== null, touch, x: event.clientX, y: event.clientY, doing: "still" };
    this.presses.set(event.pointerId, press);
    if (touch && this.presses.size === 1) press.lifting = setTimeout(() => this.lift(press), LIFT_MS);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const press = this.presses.get(event.pointerId);
    if (!press || press.doing === "off") return;
    const [x, y] = [event.clientX - press.x, event.clientY - press.y];
    if (press.doing === "still") {
      if (Math.hypot(x, y) <= SLOP_PX) return;
      this.begin(press, x, y);
      if (typeof press.doing === "object") this.root.setPointerCapture(event.pointerId);
    }
    if (press.doing instanceof Swipe) press.doing.move(x);
    if (press.doing instanceof Drag) press.doing.move(event.clientY);
  }

  /** A finger that was still begins to move. @param {Press} press @param {number} x @param {number} y */
  begin(press, x, y) {
    clearTimeout(press.lifting);
    const within = !press.touch || (press.x > EDGE_PX && press.x < innerWidth - EDGE_PX);
    press.doing = "off";
    if (!this.mayEdit() || this.presses.size > 1) return;
    if (x < 0 && -x > Math.abs(y)) {
      if (within) press.doing = new Swipe(this.root, press.row, () => this.remove(press.row));
    } else if (!press.touch && Math.abs(y) > Math.abs(x)) this.lift(press);
  }

  /** @param {Press} press */
  lift(press) {
    if (!this.mayEdit() || press.row.closest(".bought") || this.presses.size > 1 || !press.row.isConnected) return;
    if (press.touch) buzz(8);
    press.doing = new Drag(press.row, press.y, this.motion, (place) => this.screen.place(itemOf(press.row), place));
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (event.pointerType === "mouse") this.thaw();
    const press = this.take(event);
    if (!press) return;
    if (press.control && press.doing === "still") return;
    this.spent = event.timeStamp;
    if (press.doing === "still") this.tap(press);
    else if (press.doing !== "off") press.doing.end();
  }

  /** @param {PointerEvent} event */
  cancel(event) {
    if (event.pointerType === "mouse") this.thaw();
    const press = this.take(event);
    if (press && typeof press.doing === "object") press.doing.back();
  }

  /** @param {PointerEvent} event */
  take({ pointerId }) {
    const press = this.presses.get(pointerId);
    this.presses.delete(pointerId);
    clearTimeout(press?.lifting);
    return press;
  }

  /** Whatever a finger carries returns to its place. */
  putBack() {
    for (const press of this.presses.values()) {
      clearTimeout(press.lifting);
      if (typeof press.doing === "object") press.doing.back();
      press.doing = "off";
    }
  }

  isMoving() {
    return [...this.presses.values()].some(({ doing }) => typeof doing === "object");
  }

  // --- what comes of it ---

  /** @param {Press} press */
  tap({ row, touch }) {
    if (!this.mayTick()) return;
    if (touch) buzz(10);
    this.toggle(row);
  }

  /** The browser's own click after a press that was heard does nothing more; from a keyboard or a screen reader it ticks. @param {MouseEvent} event */
  click(event) {
    if (event.detail > 0 && event.timeStamp - this.spent < CLICK_MS) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** @param {Event} event */
  changed({ target }) {
    const row = /** @type {Element} */ (target).closest("[data-item]");
    if (row) this.toggle(/** @type {HTMLElement} */ (row));
  }

  /** @param {HTMLElement} row */
  toggle(row) {
    const item = this.item(row);
    if (item) this.screen.toggle(item);
  }

  /** @param {HTMLElement} row */
  remove(row) {
    const item = this.item(row);
    if (item) this.screen.remove([item]);
  }

  /** @param {HTMLElement} row */
  item(row) {
    return this.screen.list.shown.peek()?.items.get(itemOf(row));
  }

  mayEdit() {
    return this.screen.list.shown.peek()?.list.right === "edit";
  }

  mayTick() {
    return this.screen.list.shown.peek()?.list.right !== "view";
  }
}
