/** Short notices with something to do about them: each stays for its time, and as long as someone is at it. */
import { signal } from "@preact/signals";
import { uncovered } from "./presses.js";

/** @typedef {{text: string, label?: string, take?: () => void}} Snack what it tells, and what may be done about it */

export const SNACK_MS = 6000;

/** @template {Snack} [T=Snack] */
export class Snacks {
  constructor() {
    this.snack = signal(/** @type {T | null} */ (null));
    /** Who is at the notice. @type {Set<'pointer' | 'focus'>} */
    this.kept = new Set();
  }

  /** @param {T} snack */
  put(snack) {
    this.snack.value = snack;
    this.endLater();
  }

  hide() {
    clearTimeout(this.showing);
    this.kept.clear();
    this.snack.value = null;
    uncovered();
  }

  /** Do what the notice offers. */
  take() {
    const snack = this.snack.peek();
    this.hide();
    snack?.take?.();
  }

  /** While someone points at it or stands on it, it stays. @param {'pointer' | 'focus'} by @param {boolean} kept */
  keep(by, kept) {
    this.kept[kept ? "add" : "delete"](by);
    if (this.snack.peek()) this.endLater();
  }

  endLater() {
    clearTimeout(this.showing);
    // Told to a pocket, it would be told to nobody.
    const unseen = () => this.kept.size > 0 || globalThis.document?.visibilityState === "hidden";
    this.showing = setTimeout(() => (unseen() ? this.endLater() : this.hide()), SNACK_MS);
  }
}
