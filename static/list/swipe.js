/** A row that is swiped to the left: behind it appears what that does, and from a third of the width on it is done. */
import { EASING, MOVE_MS, calm } from "./motion.js";

const ENOUGH = 0.35;

export class Swipe {
  /** @param {HTMLElement} root @param {HTMLElement} row @param {() => void} act */
  constructor(root, row, act) {
    this.row = row;
    this.act = act;
    this.width = row.offsetWidth;
    this.x = 0;
    this.ground = /** @type {HTMLElement} */ (root.querySelector(".swipe-ground"));
    this.ground.style.top = `${row.getBoundingClientRect().top - root.getBoundingClientRect().top}px`;
    this.ground.style.height = `${row.offsetHeight}px`;
    this.ground.hidden = false;
    row.classList.add("swiped");
  }

  /** @param {number} x */
  move(x) {
    this.x = Math.min(0, x);
    this.row.style.transform = `translateX(${this.x}px)`;
    this.ground.classList.toggle("enough", this.isEnough());
  }

  isEnough() {
    return -this.x >= this.width * ENOUGH;
  }

  end() {
    if (!this.isEnough()) this.back();
    else this.slide(-this.width, this.actOnce());
  }

  /** When the row is out of sight, or before that the page is. */
  actOnce() {
    const acting = new AbortController();
    const act = () => {
      if (acting.signal.aborted) return;
      acting.abort();
      this.act();
    };
    addEventListener("pagehide", act, acting);
    document.addEventListener("visibilitychange", act, acting);
    return act;
  }

  back() {
    this.slide(0, () => {});
  }

  /** @param {number} to @param {() => void} then */
  slide(to, then) {
    const { row } = this;
    const path = [{ transform: `translateX(${this.x}px)` }, { transform: `translateX(${to}px)` }];
    const sliding = row.animate(path, { duration: calm() ? 0 : MOVE_MS, easing: EASING, fill: "forwards" });
    sliding.onfinish = () => {
      then();
      this.ground.hidden = true;
      this.ground.classList.remove("enough");
      row.classList.remove("swiped");
      row.style.transform = "";
      sliding.cancel();
    };
  }
}
