/** All lists of an account on this device: kept for the next visit, read again when told that they changed. */

/** @import { List } from '../shared/shapes.js' */
/** @import { Session } from '../shared/session.js' */
/** @import { Lists as Parts } from './model.js' */
import { computed, effect, signal } from "@preact/signals";
import { newId } from "../shared/ids.js";
import { goTo } from "../shared/sheets.js";
import { recall, remember } from "../shared/memory.js";
import { Snacks } from "../shared/snacks.js";
import { t } from "../shared/words.js";
import { renamed, withList } from "./model.js";

/** @typedef {{id: string, title: string}} Deleted */

const DELETED = "deleted";

export class Lists {
  /** @param {Session} session @param {Snacks} [snacks] the page's own notices, where it has some */
  constructor(session, snacks = new Snacks()) {
    this.session = session;
    this.parts = signal(/** @type {Parts | null} */ (null));
    this.shown = computed(() => this.parts.value && renamed(this.parts.value, session.outbox.entries.value));
    this.error = signal(/** @type {unknown} */ (null));
    /** Ids of lists whose making was not answered yet: trying again makes no second one. @type {Map<string, string>} */
    this.tried = new Map();
    this.snacks = snacks;
    this.started = false;
  }

  get copyKey() {
    return `lists ${this.session.user.id}`;
  }

  /** Show this device's copy, then read and hear; once is enough. */
  async start() {
    if (this.started) return;
    this.started = true;
    const { live, store } = this.session;
    const kept = await store.copy(this.copyKey).catch(() => null);
    this.parts.value = [kept?.now, kept?.archived, kept?.deleted].every(Array.isArray) ? kept : null;
    live.on("lists.changed", () => this.read());
    effect(() => {
      if (live.state.value === "ready") void this.read();
    });
    // Counts are not told: whoever comes back to the page sees them as they are now.
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.read());
  }

  async read() {
    const { live, keepCopy } = this.session;
    try {
      this.parts.value = await this.asked();
      this.error.value = null;
      await keepCopy(this.copyKey, this.parts.value);
    } catch (failure) {
      if (live.state.peek() === "ready") this.error.value = failure;
    }
  }

  /** @returns {Promise<Parts>} */
  async asked() {
    const { live } = this.session;
    const [now, archived, deleted] = await Promise.all([
      live.call("lists.index"),
      live.call("lists.index", { archived: true }),
      live.call("lists.index", { deleted: true }),
    ]);
    return { now: now.lists, archived: archived.lists, deleted: deleted.lists };
  }

  // --- what a reader does with a list ---

  /** @param {string} title */
  async make(title) {
    const { list } = await this.session.live.call("lists.create", { title, id: this.idFor(`make ${title}`) });
    this.tried.clear();
    void goTo(`/list/${list.id}`);
  }

  /** The name of a list is an edit like any other: it waits for the network. @param {List} list @param {string} title */
  async rename(list, title) {
    const { clock, outbox } = this.session;
    const edit = { id: newId(), kind: /** @type {const} */ ("rename"), title, at: clock.at(), seen: list.revision };
    await outbox.push(list.id, list.epoch, [edit]);
    this.show({ ...list, title });
  }

  /** @param {List} list */
  async copy(list) {
    const told = await this.session.live.call("lists.copy", { list: list.id, id: this.idFor(`copy ${list.id}`) });
    this.tried.clear();
    this.show(told.list);
  }

  /** @param {List} list @param {boolean} archived */
  async archive(list, archived) {
    this.show((await this.session.live.call("lists.archive", { list: list.id, archived })).list);
  }

  /** Whether others use it too, and must be asked about. @param {List} list @returns {Promise<boolean>} */
  async isShared(list) {
    return (await this.session.live.call("members.list", { list: list.id })).members.length > 1;
  }

  /** @param {List} list */
  async remove(list) {
    await this.session.live.call("lists.delete", { list: list.id });
    this.show({ ...list, deleted_at: new Date().toISOString() });
  }

  /** @param {{id: string}} list */
  async restore(list) {
    this.show((await this.session.live.call("lists.restore", { list: list.id })).list);
  }

  /** What was just deleted, with a way back. @param {Deleted | null} list */
  offerBack(list) {
    if (!list) return;
    const take = () => this.restore(list).catch((failure) => (this.error.value = failure));
    this.snacks.put({ text: t("lists.deleted_one", { title: list.title }), take });
  }

  // --- within ---

  /** @param {List} list */
  show(list) {
    if (this.parts.value) this.parts.value = withList(this.parts.value, list);
  }

  /** @param {string} wish */
  idFor(wish) {
    const id = this.tried.get(wish) ?? newId();
    this.tried.set(wish, id);
    return id;
  }
}

/** A list was deleted on its own page: the page of all lists offers the way back. @param {Deleted} list */
export const rememberDeleted = (list) => remember(DELETED, JSON.stringify(list));

/** @returns {Deleted | null} once */
export function takeDeleted() {
  const kept = recall(DELETED);
  remember(DELETED, null);
  return kept ? JSON.parse(kept) : null;
}
