/** A row that is lifted and moved among those to buy; at the edges of the screen the list scrolls. */

/** @import { Motion } from './motion.js' */

const EDGE_PX = 64;
// Of the window, the bars at the top and at the bottom are no place to drop.
const TOP_PX = 52;
const FOOT_PX = 56;
const FASTEST_PX_A_MS = 0.9;

export class Drag {
  /** @param {HTMLElement} row @param {number} y @param {Motion} motion @param {(place: number) => void} drop */
  constructor(row, y, motion, drop) {
    this.row = row;
    this.motion = motion;
    this.drop = drop;
    const rows = /** @type {HTMLElement[]} */ ([...(row.parentElement?.children ?? [])]);
    this.others = rows.filter((other) => other !== row);
    this.from = this.to = rows.indexOf(row);
    this.start = y + scrollY;
    this.y = y;
    this.height = row.offsetHeight;
    this.then = performance.now();
    row.classList.add("lifted");
    row.parentElement?.classList.add("making-room");
    this.show();
    this.frame = requestAnimationFrame((now) => this.scroll(now));
  }

  /** @param {number} y */
  move(y) {
    this.y = y;
    this.show();
  }

  end() {
    const { from, to } = this;
    this.letGo();
    if (to !== from) this.drop(to);
  }

  back() {
    this.letGo();
  }

  show() {
    const by = this.within(this.y + scrollY - this.start);
    this.row.style.transform = `translateY(${by}px) scale(1.02)`;
    this.makeRoom(this.placeAt(this.row.offsetTop + by));
  }

  /** It stays among the others. @param {number} by */
  within(by) {
    const { row, others } = this;
    const last = others.at(-1);
    if (!last) return 0;
    const least = Math.min(0, others[0].offsetTop - row.offsetTop);
    const most = Math.max(0, last.offsetTop + last.offsetHeight - row.offsetTop - this.height);
    return Math.max(least, Math.min(most, by));
  }

  /** The place among the others of which it covers the half. @param {number} top */
  placeAt(top) {
    let place = this.from;
    while (place < this.others.length && top + this.height > middle(this.others[place])) place++;
    if (place > this.from) return place;
    while (place > 0 && top < middle(this.others[place - 1])) place--;
    return place;
  }

  /** @param {number} to */
  makeRoom(to) {
    const [first, end] = [Math.min(to, this.to), Math.max(to, this.to)];
    this.to = to;
    for (let place = first; place < end; place++) this.others[place].style.transform = this.shiftOf(place);
  }

  /** @param {number} place */
  shiftOf(place) {
    if (place >= this.from && place < this.to) return `translateY(${-this.height}px)`;
    if (place < this.from && place >= this.to) return `translateY(${this.height}px)`;
    return "";
  }

  /** @param {number} now ms */
  scroll(now) {
    const up = TOP_PX + EDGE_PX - this.y;
    const down = this.y - (innerHeight - FOOT_PX - EDGE_PX);
    const deep = Math.min(1, Math.max(up, down, 0) / EDGE_PX) * (up > down ? -1 : 1);
    const before = scrollY;
    if (deep !== 0) scrollBy(0, deep * FASTEST_PX_A_MS * Math.min(50, now - this.then));
    if (scrollY !== before) this.show();
    this.then = now;
    this.frame = requestAnimationFrame((next) => this.scroll(next));
  }

  /** All rows are where the layout has them, and glide there from where they are seen. */
  letGo() {
    cancelAnimationFrame(this.frame);
    const seen = this.motion.tops();
    this.row.classList.remove("lifted");
    this.row.parentElement?.classList.remove("making-room");
    for (const row of [this.row, ...this.others]) row.style.transform = "";
    this.motion.letGo(seen);
  }
}

/** @param {HTMLElement} row */
const middle = (row) => row.offsetTop + row.offsetHeight / 2;
