/** The links of a list, by which guests use it without an account: for its owner alone. */

/** @import { OpenList } from './open-list.js' */
import { signal } from "@preact/signals";
import { here } from "../shared/here.js";

/** @typedef {'view' | 'tick' | 'edit'} Right */
/** @typedef {{id: string, name: string | null, right: Right, url: string, expires_at: string | null, created_at: string, last_used: string | null}} Share */
/** @typedef {keyof typeof DAYS} Lasts */

const DAY_MS = 86_400_000;
/** How long a link serves; one without an end until it is withdrawn. */
export const DAYS = { never: 0, day: 1, week: 7, month: 30 };

export class Shares {
  /** @param {OpenList} list */
  constructor(list) {
    this.list = list;
    /** Those that serve, the oldest first, each under the address at which this reader reached the house; null before they were read. */
    this.known = signal(/** @type {readonly Share[] | null} */ (null));
    /** How often something was made or withdrawn here. */
    this.deeds = 0;
  }

  /** Never kept on the device: who holds a link needs nothing else. @throws {import("../shared/problem.js").Problem} */
  async read() {
    const { deeds } = this;
    const { shares } = await this.list.session.live.call("shares.list", { list: this.list.id });
    // Asked before that, it may not know of it.
    if (deeds === this.deeds) this.known.value = shares.map((/** @type {Share} */ one) => ({ ...one, url: here(one.url) }));
  }

  /**
   * @param {{right: Right, name: string, lasts: Lasts}} wish
   * @returns {Promise<string>} its id
   * @throws {import("../shared/problem.js").Problem}
   */
  async make({ right, name, lasts }) {
    const { live, clock } = this.list.session;
    const now = clock.now() + clock.ahead;
    const ends = DAYS[lasts] && new Date(now + DAYS[lasts] * DAY_MS).toISOString();
    const wish = { list: this.list.id, right, ...(name.trim() && { name: name.trim() }), ...(ends && { expires_at: ends }) };
    const { id, url } = await live.call("shares.create", wish);
    // Made is made, also where the others could not be read.
    const share = { id, name: wish.name ?? null, right, url: here(url), expires_at: ends || null, created_at: new Date(now).toISOString(), last_used: null };
    this.know([...this.without(id), share]);
    return id;
  }

  /** Its guests are out at once. @param {string} id @throws {import("../shared/problem.js").Problem} */
  async withdraw(id) {
    await this.list.session.live.call("shares.revoke", { list: this.list.id, id });
    this.know(this.without(id));
  }

  /** @param {string} id */
  without(id) {
    return (this.known.peek() ?? []).filter((one) => one.id !== id);
  }

  /** @param {readonly Share[]} shares */
  know(shares) {
    this.deeds += 1;
    this.known.value = shares;
  }
}
