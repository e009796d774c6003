/**
 * The list that a page has open: what the server confirmed, the waiting edits over it, and what the room tells.
 *
 * A tap changes `shown` at once; nothing that is read from the server can undo it, as edits lie over what is read.
 * While a finger is on the rows the screen stands on what was confirmed before, with own edits over it.
 */

/** @import { Edit, Item, ListChanged, Opened } from '../shared/shapes.js' */
/** @import { Session } from '../shared/session.js' */
/** @import { Entry, Verdict } from '../shared/queue.js' */
/** @import { Problem } from '../shared/problem.js' */
/** @import { Held, Landed, State } from './model.js' */
/** @import { Items } from './steps.js' */
import { batch, computed, effect, signal } from "@preact/signals";
import { newId } from "../shared/ids.js";
import * as model from "./model.js";
import { Steps, apt } from "./steps.js";

/** @typedef {Omit<Edit, 'id' | 'at' | 'seen'>} Wish an edit before it has an id and a time */
/** @typedef {'deleted' | 'removed' | 'revoked' | 'expired' | 'ended' | 'unknown'} GoneReason `ended`: a link, nobody knows how */

/** @type {readonly Entry[]} the same each time, so that nobody takes it for news */
const NONE = [];
const KEEP_AFTER_MS = 300;
const ASK_AGAIN_MS = 2000;
const HOLD_MS = 1200;
const CALM_MS = 400;
// So long a list is not opened for the sake of edits in doubt.
const MOST_DOUBT_MS = 2000;

/** @param {number} ms */
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class OpenList {
  /** @param {Session} session @param {string} id */
  constructor(session, id) {
    this.session = session;
    this.id = id;
    this.confirmed = signal(/** @type {State | null} */ (null));
    this.gone = signal(/** @type {GoneReason | null} */ (null));
    /** How the server put it that a link has ended. */
    this.goneSays = "";
    /** What the screen stands on while a finger is on its rows, whatever the server confirms meanwhile. */
    this.frozen = signal(/** @type {{state: State | null, aside: ReadonlySet<string>} | null} */ (null));
    /** Stored edits that what the screen stands on does not have yet. */
    this.landed = signal(/** @type {readonly Landed[]} */ ([]));
    /** Items just tapped, which stay where they are for a moment. */
    this.held = signal(/** @type {ReadonlyMap<string, Held>} */ (new Map()));
    this.own = computed(() => session.outbox.entries.value.filter((entry) => entry.list === id));
    this.aside = computed(() => {
      const aside = this.own.value.filter((entry) => this.isAside(entry));
      return aside.length > 0 ? aside : NONE;
    });
    /** @type {{known: State, edits: string, state: State} | null} what `overlaid` answered last, and from what */
    this.last = null;
    this.shown = computed(() => this.overlaid());
    /** Own steps and their opposites, the last one last. */
    this.steps = new Steps();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.keeping = undefined;
    this.opening = false;
    this.asking = false;
    this.pressed = false;
    this.onOverruled = (/** @type {Edit} */ _edit) => {};
    this.onTold = (/** @type {ListChanged} */ _told) => {};
  }

  get copyKey() {
    return `list ${this.session.user.id} ${this.id}`;
  }

  /** Show this device's copy, then listen. */
  async start() {
    const { live, outbox } = this.session;
    this.confirmed.value = await this.kept();
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

  /** This device's copy, which would grow for years by what was removed. @returns {Promise<State | null>} */
  async kept() {
    const { clock, store } = this.session;
    const state = await store.copy(this.copyKey).catch(() => null);
    if (!model.isState(state)) return null;
    return model.withoutOld(state, clock.now() + clock.ahead, this.own.peek().map(({ edit }) => edit));
  }

  // --- what is told ---

  /** Ask for what is missing and hear the room from then on: first load, reconnect and gap alike. */
  async open() {
    if (this.opening) return;
    this.opening = true;
    await Promise.race([this.session.outbox.answered(this.id), later(MOST_DOUBT_MS)]);
    this.opening = false;
    this.ask();
  }

  ask() {
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
    const known = this.confirmed.peek();
    batch(() => {
      this.gone.value = null;
      // Revisions of another epoch say nothing about this one: a restored backup does not have those edits.
      if (known && known.list.epoch !== answer.list.epoch) this.landed.value = [];
      this.confirmed.value = model.opened(known, answer);
    });
  }

  /** @param {readonly {id: string, name: string | null}[]} people as they are called by now */
  met(people) {
    const known = this.confirmed.peek();
    if (known) this.confirmed.value = model.met(known, people);
  }

  /** @param {Problem} problem */
  notOpened(problem) {
    const { live } = this.session;
    // An address that is no list's id is invalid.
    if (problem.code === "not_found" || problem.code === "invalid") this.isGone("unknown");
    else if (problem.code === "gone") this.isGone(this.session.guest ? "ended" : "deleted", problem.message);
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
    const revisions = new Map(told.changes.map((change) => [change.edit, change.revision]));
    const ours = this.own.peek().map(({ edit }) => ({ edit, revision: revisions.get(edit.id) ?? 0 }));
    batch(() => {
      this.confirmed.value = next;
      this.land(ours.filter(({ revision }) => revision > 0));
      void this.session.outbox.told([...revisions.keys()]);
    });
    this.onTold(told);
  }

  /** What was seen last stays on the device until the person leaves the page that tells it. @param {GoneReason} reason @param {string} [says] */
  isGone(reason, says = "") {
    this.goneSays = says;
    // Asked again, the server says no more than that there is no such list or link; what the room told says why.
    if ((reason !== "unknown" && reason !== "ended") || !this.gone.peek()) this.gone.value = reason;
  }

  // --- what is edited ---

  /** Do something to the list: on the screen at once, on the server when it can be. @param {...Wish} wishes */
  edit(...wishes) {
    const before = this.shown.peek();
    this.push(wishes);
    this.steps.take(before, wishes, this.shown.peek());
  }

  /** Take back what was done, by opposite edits, which are no step of their own. @param {readonly Wish[]} wishes @param {Items} [left] how the doing left the items: what is another since then is let be */
  takeBack(wishes, left) {
    this.steps.drop(wishes);
    const state = this.shown.peek();
    const still = left && state ? apt(state, wishes, left) : wishes;
    if (still.length > 0) this.push(still);
  }

  /** @param {readonly Wish[]} wishes */
  push(wishes) {
    const known = this.confirmed.peek() ?? model.unknown(this.id);
    const seen = known.list.revision;
    const edits = wishes.map((wish) => ({ id: newId(), at: this.session.clock.at(), seen, ...wish }));
    void this.session.outbox.push(this.id, known.list.epoch, edits);
  }

  /** Edits left the queue. @param {Verdict['done']} done */
  done(done) {
    const ours = done.filter(({ entry }) => entry.list === this.id);
    for (const { entry, result } of ours) {
      const known = this.confirmed.peek();
      if (known) this.confirmed.value = model.acknowledged(known, entry.edit, result);
      if (result.status === "superseded") this.onOverruled(entry.edit);
    }
    // One that the room told before its answer came has left the queue already.
    const shown = new Set(this.own.peek().map(({ edit }) => edit.id));
    const leaving = ours.filter(({ entry }) => shown.has(entry.edit.id));
    this.land(leaving.map(({ entry, result }) => ({ edit: entry.edit, revision: result.revision ?? 0 })));
  }

  /** Keep stored edits on the screen until what it stands on has them. @param {readonly Landed[]} news */
  land(news) {
    // Whatever leaves the queue under a finger stays, even what the screen had counted twice.
    const has = this.frozen.peek() ? -1 : this.revision();
    this.landed.value = model.landed([...this.landed.peek(), ...news], has);
  }

  // --- what holds still ---

  /** A finger is on the rows: what others do waits, so that nothing moves beneath it. */
  press() {
    clearTimeout(this.calming);
    this.calming = undefined;
    this.pressed = true;
    if (this.frozen.peek()) return;
    const aside = new Set(this.aside.peek().map((entry) => entry.edit.id));
    this.land([]);
    this.frozen.value = { state: this.confirmed.peek(), aside };
  }

  /** The finger is gone; the next one may be on its way. */
  release() {
    if (!this.pressed) return;
    this.pressed = false;
    this.calming = setTimeout(() => {
      this.calming = undefined;
      this.settle();
    }, CALM_MS);
  }

  /** Keep an item in its place on the screen until a moment after the last tap. @param {Item} item */
  hold({ id, ticked, updated_at }) {
    const known = this.held.peek();
    if (!known.has(id)) this.held.value = new Map(known).set(id, { part: ticked ? "bought" : "open", at: updated_at });
    clearTimeout(this.holding);
    this.holding = setTimeout(() => {
      this.holding = undefined;
      this.settle();
    }, HOLD_MS);
  }

  /** What others did and what was tapped go where they belong, all together: after the last finger and the last tap. */
  settle() {
    if (this.pressed || this.calming !== undefined || this.holding !== undefined) return;
    batch(() => {
      this.frozen.value = null;
      this.land([]);
      if (this.held.peek().size > 0) this.held.value = new Map();
    });
  }

  /** Whether someone removed an item while a finger held the screen still. @param {string} id */
  isTaken(id) {
    const frozen = this.frozen.peek();
    return frozen?.state?.items.get(id)?.removed === false && this.confirmed.peek()?.items.get(id)?.removed === true;
  }

  // --- what is shown ---

  /** Refused while a finger is on the rows, an edit is still shown as if it waited. @param {Entry} entry */
  isAside({ state, edit }) {
    const frozen = this.frozen.value;
    return state === "aside" && (!frozen || frozen.aside.has(edit.id));
  }

  /** @returns {State | null} */
  overlaid() {
    const waiting = this.own.value.filter((entry) => !this.isAside(entry)).map((entry) => entry.edit);
    const frozen = this.frozen.value;
    const base = frozen ? frozen.state : this.confirmed.value;
    const known = base ?? (waiting.length + this.landed.value.length > 0 ? model.unknown(this.id) : null);
    if (!known) return null;
    const landed = model.landed(this.landed.value, frozen ? -1 : known.list.revision).map(({ edit }) => edit);
    // In the order in which they were made: an edit whose answer was lost still waits after a later one has landed.
    const own = [...landed, ...waiting].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
    // Storing an edit and sending it change nothing on the screen, which is drawn again for another state only.
    const edits = JSON.stringify(own);
    if (this.last?.known !== known || this.last.edits !== edits)
      this.last = { known, edits, state: model.overlaid(known, own, this.session.user.id) };
    return this.last.state;
  }

  revision() {
    return this.confirmed.peek()?.list.revision ?? 0;
  }

  /** @param {State | null} state */
  keepCopyLater(state) {
    if (state && !this.gone.peek()) this.keeping ??= setTimeout(() => this.keepCopyNow(), KEEP_AFTER_MS);
  }

  keepCopyNow() {
    this.keeping = undefined;
    const state = this.confirmed.peek();
    if (state && !this.gone.peek()) void this.session.keepCopy(this.copyKey, state);
  }
}
