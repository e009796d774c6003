/** Who shares a list: read while the connection is there, kept on the device for when it is not. */

/** @import { Role } from '../shared/shapes.js' */
/** @import { OpenList } from './open-list.js' */
import { effect, signal } from "@preact/signals";
import { namesStranger } from "./circle.js";

/** @typedef {{person: {id: string, name: string | null}, role: Exclude<Role, 'guest'>}} Member */

export class Members {
  /** @param {OpenList} list */
  constructor(list) {
    this.list = list;
    this.known = signal(/** @type {readonly Member[]} */ ([]));
  }

  get copyKey() {
    return `members ${this.list.session.user.id} ${this.list.id}`;
  }

  /** Show what this device kept, then read whenever it may have changed. */
  async start() {
    const { live, store } = this.list.session;
    const kept = await store.copy(this.copyKey).catch(() => null);
    this.known.value = Array.isArray(kept) ? kept : [];
    live.on("lists.changed", () => void this.read().catch(() => {}));
    // Who joins or leaves is told to themselves alone: others learn it by their first deed.
    live.on("list.changed", (told) => {
      if (told.list === this.list.id && namesStranger(this.known.peek(), told)) void this.read().catch(() => {});
    });
    effect(() => {
      if (live.state.value === "ready") void this.read().catch(() => {});
    });
  }

  /** Their rows are told how they are called by now. @throws {import("../shared/problem.js").Problem} */
  async read() {
    const { live, keepCopy } = this.list.session;
    const { members } = await live.call("members.list", { list: this.list.id });
    this.known.value = members;
    this.list.met(members.map((/** @type {Member} */ { person }) => person));
    await keepCopy(this.copyKey, members);
  }
}
