/** Scripts that come after the page: a first visit over a bad line is there to see and to tick. */

import { signal } from "@preact/signals";
import { inTime } from "./in-time.js";

const PATIENCE_MS = 15_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 16_000;

/** @template T */
export class Later {
  /** @param {(tries: number) => Promise<T>} bring asked again, with how often it was before, until it brings */
  constructor(bring) {
    this.bring = bring;
    /** Null until it has come. */
    this.here = signal(/** @type {T | null} */ (null));
    /** Whether it was asked for in vain: it comes as soon as there is a network. */
    this.missing = signal(false);
    /** @type {Promise<void> | null} */
    this.asked = null;
    this.pauses = new Pauses();
  }

  /** Ask until it is there; at once where that waits for another try. */
  load() {
    if (!this.asked) this.asked = this.ask();
    else this.pauses.end();
    return this.asked;
  }

  async ask() {
    for (let tries = 0; this.here.peek() === null; tries += 1) {
      try {
        this.here.value = await inTime(this.bring(tries), PATIENCE_MS);
      } catch {
        this.missing.value = true;
        await this.pauses.next();
      }
    }
  }
}

/** Between tries: each twice as long as the one before, ended by the return of the network. */
export class Pauses {
  constructor() {
    this.ms = FIRST_PAUSE_MS;
    this.end = () => {};
    globalThis.addEventListener?.("online", () => this.end());
  }

  /** @returns {Promise<void>} */
  next() {
    const { ms } = this;
    this.ms = Math.min(ms * 2, LONGEST_PAUSE_MS);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/**
 * A script that the build leaves beside this one. A browser may keep what once failed under the same address.
 * @param {string} file @param {number} tries
 */
export const script = (file, tries) => import(new URL(`./${file}${tries ? `?${tries}` : ""}`, import.meta.url).href);
