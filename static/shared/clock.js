/** The time of edits: this device's clock, corrected by the server's, and always growing. */

/** @typedef {{read: () => string | null, write: (text: string) => void}} Kept */

export class Clock {
  /**
   * @param {() => number} now this device's clock, ms since 1970
   * @param {Kept} [kept] remembers the correction for a start without network, and the last time given away
   */
  constructor(now = Date.now, kept) {
    this.now = now;
    this.kept = kept;
    const [ahead, last] = (kept?.read() ?? "").split(" ").map(Number);
    this.ahead = Number.isFinite(ahead) ? ahead : 0;
    this.last = Number.isFinite(last) ? last : 0;
    /** The round trip that the correction was learned from; what was kept is of another time. */
    this.trip = Infinity;
  }

  /**
   * Learn from an answer that named the server's time; half of the round trip had passed by then, or none of it, or all.
   * One that was longer in coming than an earlier one counts only where that one's correction cannot be right.
   * @param {string} serverTime @param {number} asked when the question left, by this device's clock
   */
  heard(serverTime, asked) {
    const heard = Date.parse(serverTime);
    if (!Number.isFinite(heard)) return;
    const now = this.now();
    const trip = now - asked;
    const ahead = Math.round(heard - now + Math.max(trip, 0) / 2);
    if (trip > this.trip && Math.abs(ahead - this.ahead) <= trip / 2) return;
    // Where the clock was set back meanwhile, nobody knows how long it took.
    [this.ahead, this.trip] = [ahead, trip < 0 ? Infinity : trip];
    this.keep();
  }

  /** The time of a new edit: later than that of every edit before, by 1 ms at least. @returns {string} */
  at() {
    this.last = Math.max(Math.round(this.now()) + this.ahead, this.last + 1);
    this.keep();
    return new Date(this.last).toISOString();
  }

  keep() {
    this.kept?.write(`${this.ahead} ${this.last}`);
  }
}
