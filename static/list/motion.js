/** How rows move: they glide from where they were to where they are, and light up when they are news. */

export const MOVE_MS = 220;
export const EASING = "cubic-bezier(0.2, 0.8, 0.2, 1)";
const GLOW_MS = 1200;
// Rows under the bar at the top are not seen.
const BAR_PX = 52;

/** @typedef {ReadonlyMap<string, number>} Tops where rows are seen, from the top of the window, by item */

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** @param {ParentNode} root @returns {HTMLElement[]} */
export const rowsIn = (root) => [...root.querySelectorAll(/** @type {"li"} */ ("[data-item]"))];

/** @param {HTMLElement} row */
export const itemOf = (row) => row.dataset.item ?? "";

/** An item lights up for a moment. @param {Element | null} row */
export function glow(row) {
  row?.classList.add("glowing");
  setTimeout(() => row?.classList.remove("glowing"), GLOW_MS);
}

export class Motion {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Tops | null} where a finger let go of rows, to be counted from when they are drawn next */
    this.left = null;
    /** @type {Animation[]} */
    this.running = [];
  }

  /** @returns {Tops} */
  tops() {
    return this.left ?? new Map(rowsIn(this.root).map((row) => [itemOf(row), row.getBoundingClientRect().top]));
  }

  /** A finger let go of rows, which are then drawn in a new order, or return. @param {Tops} tops */
  letGo(tops) {
    this.left = tops;
    setTimeout(() => this.left && this.glide(this.left));
  }

  /** Let rows glide from where they were; those that come in appear. @param {Tops} before */
  glide(before) {
    this.left = null;
    for (const animation of this.running.splice(0)) animation.cancel();
    if (!CSS.supports("overflow-anchor", "auto")) this.keepPlace(before);
    const moves = rowsIn(this.root).flatMap((row) => {
      const { top, height } = row.getBoundingClientRect();
      const from = before.get(itemOf(row));
      const seen = isSeen(top, height) || (from !== undefined && isSeen(from, height));
      return seen && from !== top ? { row, by: from === undefined ? null : from - top } : [];
    });
    this.running = moves.map(({ row, by }) => row.animate(by === null || calm() ? APPEAR : [{ transform: `translateY(${by}px)` }, {}], TIMING));
  }

  /** What comes in above moves nothing of what is seen: for browsers that do not see to it themselves. @param {Tops} before */
  keepPlace(before) {
    if (scrollY === 0) return;
    const stays = rowsIn(this.root).find((row) => (before.get(itemOf(row)) ?? 0) > BAR_PX);
    if (stays) scrollBy(0, stays.getBoundingClientRect().top - (before.get(itemOf(stays)) ?? 0));
  }
}

const TIMING = { duration: MOVE_MS, easing: EASING };
const APPEAR = [{ opacity: 0 }, { opacity: 1 }];

/** @param {number} top @param {number} height */
const isSeen = (top, height) => height > 0 && top < innerHeight && top + height > BAR_PX;
