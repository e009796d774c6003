/**
 * The list that a page has open: what the server confirmed, the waiting edits over it, and what the room tells.
 *
 * A tap changes `shown` at once; nothing that is read from the server can undo it, as edits lie over what is read.
 */

/** @import { Edit, ListChanged, Opened } from '../shared/shapes.js' */
/** @import { Session } from '../shared/session.js' */
/** @import { Verdict } from '../shared/queue.js' */
/** @import { Problem } from '../shared/problem.js' */
/** @import { State } from './model.js' */
import { batch, computed, effect, signal } from "@preact/signals";
import { newId } from "../shared/ids.js";
import * as model from "./model.js";

/** @typedef {Omit<Edit, 'id' | 'at' | 'seen'>} Wish an edit before it has an id and a time */
/** @typedef {'deleted' | 'removed' | 'revoked' | 'expired' | 'unknown'} GoneReason */

const KEEP_AFTER_MS = 300;
const ASK_AGAIN_MS = 2000;
const HOLD_MS = 1200;

export class OpenList {
  /** @param {Session} session @param {string} id */
  constructor(session, id) {
    this.session = session;
    this.id = id;
    this.confirmed = signal(/** @type {State | null} */ (null));
    this.gone = signal(/** @type {GoneReason | null} */ (null));
    /** Stored edits that the room has not told here yet. */
    this.landed = signal(/** @type {readonly {edit: Edit, revision: number}[]} */ ([]));
    /** Items just tapped, which stay where they are for a moment. */
    this.held = signal(/** @type {ReadonlyMap<string, 'open' | 'bought'>} */ (new Map()));
    this.own = computed(() => session.outbox.entries.value.filter((entry) => entry.list === id));
    this.aside = computed(() => this.own.value.filter((entry) => entry.state === "aside"));
    this.shown = computed(() => this.overlaid());
    this.asking = false;
    this.onOverruled = (/** @type {Edit} */ _edit) => {};
    this.onTold = (/** @type {ListChanged} */ _told) => {};
  }

  get copyKey() {
    return `list ${this.session.user.id} ${this.id}`;
  }

  /** Show this device's copy, then listen. */
  async start() {
    const { live, outbox, store } = this.session;
    this.confirmed.value = (await store.copy(this.copyKey).catch(() => null)) ?? null;
    outbox.onDone = (done) => this.done(done);
    live.on("list.changed", (told) => told.list === this.id && this.told(told));
    live.on("list.gone", (told) => told.list === this.id && this.isGone(told.reason));
    // Title, role and archive are the header's, which no change tells.
    live.on("lists.changed", () => this.open());
    effect(() => {
      if (live.state.value === "ready") this.open();
    });
    effect(() => this.keepCopyLater(this.confirmed.value));
  }

  // --- what is told ---

  /** Ask for what is missing and hear the room from then on: first load, reconnect and gap alike. */
  open() {
    if (this.asking) return;
    this.asking = true;
    this.session.live.ask("lists.open", model.question(this.confirmed.peek(), this.id), (problem, result) => {
      this.asking = false;
      if (problem) this.notOpened(problem);
      else this.opened(result);
    });
  }

  /** @param {Opened} answer */
  opened(answer) {
    batch(() => {
      this.gone.value = null;
      this.confirmed.value = model.opened(this.confirmed.peek(), answer);
    });
  }

  /** @param {Problem} problem */
  notOpened(problem) {
    const { live } = this.session;
    if (problem.code === "not_found") this.isGone("unknown");
    else if (problem.code === "gone") this.isGone("deleted");
    else if (live.state.peek() !== "ready") return;
    else if (problem.code === "unreachable") live.again();
    else setTimeout(() => this.open(), ASK_AGAIN_MS);
  }

  /** @param {ListChanged} told */
  told(told) {
    const known = this.confirmed.peek();
    if (!known || this.asking) return;
    const next = model.changed(known, told);
    if (!next) {
      this.open();
      return;
    }
    batch(() => {
      this.confirmed.value = next;
      void this.session.outbox.told(told.changes.map((change) => change.edit));
    });
    this.onTold(told);
  }

  /** @param {GoneReason} reason */
  isGone(reason) {
    this.gone.value = reason;
    this.session.store.dropCopy(this.copyKey).catch(() => {});
  }

  // --- what is edited ---

  /** Do something to the list: on the screen at once, on the server when it can be. @param {...Wish} wishes */
  edit(...wishes) {
    const known = this.confirmed.peek() ?? model.unknown(this.id);
    const seen = known.list.revision;
    const edits = wishes.map((wish) => ({ id: newId(), at: this.session.clock.at(), seen, ...wish }));
    void this.session.outbox.push(this.id, known.list.epoch, edits);
  }

  /** Keep an item in its part of the screen until a moment after the last tap. @param {string} item @param {'open' | 'bought'} part */
  hold(item, part) {
    if (!this.held.peek().has(item)) this.held.value = new Map(this.held.peek()).set(item, part);
    clearTimeout(this.holding);
    this.holding = setTimeout(() => (this.held.value = new Map()), HOLD_MS);
  }

  /** Edits left the queue. @param {Verdict['done']} done */
  done(done) {
    const ours = done.filter(({ entry }) => entry.list === this.id);
    for (const { entry, result } of ours) {
      const known = this.confirmed.peek();
      if (known) this.confirmed.value = model.acknowledged(known, entry.edit, result);
      if (result.status === "superseded") this.onOverruled(entry.edit);
    }
    const landed = ours.map(({ entry, result }) => ({ edit: entry.edit, revision: result.revision ?? 0 }));
    this.landed.value = [...this.landed.peek(), ...landed].filter(({ revision }) => revision > this.revision());
  }

  // --- what is shown ---

  /** @returns {State | null} */
  overlaid() {
    const waiting = this.own.value.filter((entry) => entry.state === "waiting").map((entry) => entry.edit);
    const known = this.confirmed.value ?? (waiting.length > 0 ? model.unknown(this.id) : null);
    if (!known) return null;
    const landed = this.landed.value.filter(({ revision }) => revision > known.list.revision).map(({ edit }) => edit);
    return model.overlaid(known, [...landed, ...waiting], this.session.user.id);
  }

  revision() {
    return this.confirmed.peek()?.list.revision ?? 0;
  }

  /** @param {State | null} state */
  keepCopyLater(state) {
    clearTimeout(this.keeping);
    if (!state || this.gone.peek()) return;
    this.keeping = setTimeout(() => this.session.store.keepCopy(this.copyKey, state).catch(() => {}), KEEP_AFTER_MS);
  }
}
