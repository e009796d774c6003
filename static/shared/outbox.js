/**
 * The outbox of an account: takes edits at once, keeps them on the device, and sends them in order until they are
 * stored or refused. It never waits for the network to show an edit, and never forgets one by itself.
 */

/** @import { Edit, Edited, Result } from './shapes.js' */
/** @import { Entry, Journal, Verdict } from './queue.js' */
/** @import { Store } from './store.js' */
import { batch, signal } from "@preact/signals";
import { problemFrom } from "./problem.js";
import { payloadOf, verdict } from "./queue.js";
import { PageStore } from "./store.js";

/** @typedef {(payload: ReturnType<typeof payloadOf>) => Promise<Edited>} Deliver throws a Problem */
/** @typedef {{account: string, results: Result[]}} News what a tab tells the others: whose queue is another, what was stored */
/** @typedef {{post: (news: News) => void, hear: (act: (news: News) => void) => void}} Tabs */

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
// Another tab's edits are its own to send; after this time we send what is still there.
const OTHERS_EDITS_MS = 2000;

export class Outbox {
  /**
   * @param {string} account
   * @param {Store} store
   * @param {Deliver} deliver
   * @param {Tabs} [tabs]
   * @param {Journal} [journal]
   */
  constructor(account, store, deliver, tabs, journal) {
    this.account = account;
    this.store = store;
    this.deliver = deliver;
    this.tabs = tabs;
    this.journal = journal;
    if (store instanceof PageStore) store.journal = journal;
    /** All edits of the account that wait or were set aside, oldest first: what the screen lays over its state. */
    this.entries = signal(/** @type {readonly Entry[]} */ ([]));
    /** Called with what was stored, in the same step in which it leaves `entries`. */
    this.onDone = (/** @type {Verdict['done']} */ _done) => {};
    this.onSignedOut = () => {};
    this.open = false;
    /** @type {Map<string, Entry>} not in the store yet */
    this.unkept = new Map();
    /** @type {Set<string>} edits that left, whatever an older read of the store says */
    this.left = new Set();
    /** @type {Set<string>} lists with a call in flight */
    this.busy = new Set();
    /** @type {Map<string, Promise<void>>} the latest call of each list */
    this.calls = new Map();
    /** @type {Set<string>} lists with something to send */
    this.wanted = new Set();
    /** @type {Map<string, {most?: number, pause: number}>} how careful to be with a list after failures */
    this.care = new Map();
    /** @type {Map<string, ReturnType<typeof setTimeout>>} lists that rest for a while, and what ends it */
    this.resting = new Map();
    this.reads = 0;
    tabs?.hear((news) => news.account === account && void this.fromTab(news.results));
  }

  /** Read what was kept, also what an earlier page could not bring into the store before its end, and send it. */
  async load() {
    // The page that made them may be there still, and send them as it has them: nothing folds into them any more.
    const left = (this.journal?.left(this.account) ?? []).map((entry) => ({ ...entry, sent: true }));
    if (left.length > 0) await this.keep((store) => store.append(left));
    this.handOver(left);
    await this.refresh();
    this.flush();
  }

  /** The connection is there and ours (or not): send, or wait. @param {boolean} open */
  ready(open) {
    this.open = open;
    if (!open) return;
    this.care.clear();
    // What would end a rest from before must not end the next one.
    for (const end of this.resting.values()) clearTimeout(end);
    this.resting.clear();
    this.flush();
  }

  /**
   * Take edits of a list. They are on `entries` when this returns; the promise is for tests.
   * @param {string} list
   * @param {string} epoch
   * @param {readonly Edit[]} edits
   */
  async push(list, epoch, edits) {
    await this.bring(edits.map((edit) => this.entryOf(list, epoch, edit)));
    this.flush();
  }

  /** Take back that edits were given up: they are set aside as before, in their old order. @param {readonly Entry[]} entries */
  async putBack(entries) {
    for (const { edit } of entries) this.left.delete(edit.id);
    await this.bring(entries);
  }

  /** @param {readonly Entry[]} news */
  async bring(news) {
    for (const entry of news) {
      this.unkept.set(entry.edit.id, entry);
      this.journal?.keep(entry);
    }
    this.entries.value = [...this.entries.value, ...news].sort((one, other) => (one.n ?? Infinity) - (other.n ?? Infinity) || 0);
    await this.keep((store) => store.append(news));
    for (const { edit } of news) this.unkept.delete(edit.id);
    this.handOver(news);
    await this.refresh();
    this.post();
  }

  /** Kept now, or folded into another; a store that lasts as long as the page keeps its own in the journal. @param {readonly Entry[]} entries */
  handOver(entries) {
    const { store } = this;
    const isHere = (/** @type {string} */ id) => store instanceof PageStore && store.has(id);
    for (const { edit } of entries) if (!isHere(edit.id)) this.journal?.forget(edit.id);
  }

  /** @param {string} list @param {string} epoch @param {Edit} edit @returns {Entry} */
  entryOf(list, epoch, edit) {
    return { account: this.account, list, epoch, edit, state: "waiting", sent: false };
  }

  /** Edits that the room told are stored. @param {readonly string[]} ids */
  async told(ids) {
    const ours = this.entries.value.filter(({ edit }) => ids.includes(edit.id)).map(({ edit }) => edit.id);
    if (ours.length) await this.leave(ours);
  }

  /** Give up an edit that was set aside. @param {string} id */
  async drop(id) {
    await this.leave([id]);
    this.post();
  }

  /**
   * Send an edit again that was set aside: an action of now, under its old id, should it have been stored after all.
   * @param {Entry} entry
   * @param {{at: string, seen: number}} now
   */
  async retry(entry, now) {
    // For a page that is left when the store has dropped the one and not yet taken the other.
    const edit = { ...entry.edit, ...now };
    this.journal?.keep(this.entryOf(entry.list, entry.epoch, edit));
    await this.leave([entry.edit.id]);
    this.left.delete(entry.edit.id);
    await this.push(entry.list, entry.epoch, [edit]);
  }

  flush() {
    // Not told of every later edit, whoever calls this once: it would send past what a list rests for.
    const waiting = this.entries.peek().filter((entry) => entry.state === "waiting");
    for (const list of new Set(waiting.map((entry) => entry.list))) {
      if (this.resting.has(list)) continue;
      this.wanted.add(list);
      void this.send(list);
    }
  }

  /** @param {string} list @param {number} pause ms */
  rest(list, pause) {
    clearTimeout(this.resting.get(list));
    const end = () => {
      this.resting.delete(list);
      this.flush();
    };
    this.resting.set(list, setTimeout(end, pause));
  }

  /** Send a list's edits, one call at a time: an edit may need the one before it. @param {string} list */
  async send(list) {
    if (this.busy.has(list)) return;
    this.busy.add(list);
    try {
      while (this.open && this.wanted.delete(list)) {
        const call = this.sendBatch(list);
        this.calls.set(list, call);
        await call;
      }
    } finally {
      this.busy.delete(list);
    }
  }

  /**
   * Ends when the list's call that is in flight was answered, or could not be. An edit whose first answer was lost may
   * be stored already: laid over a state that holds it, it would count twice until then.
   * @param {string} list
   */
  async answered(list) {
    if (this.busy.has(list)) await this.calls.get(list)?.catch(() => {});
  }

  /** @param {string} list */
  async sendBatch(list) {
    const taken = await this.keep((store) => store.take(this.account, list, this.care.get(list)?.most));
    const sending = taken.filter((entry) => !this.left.has(entry.edit.id));
    if (sending.length === 0) {
      // Another tab sent them, or the room was faster. Left in the store, these would hide the next ones.
      if (taken.length > 0) {
        await this.keep((store) => store.drop(taken.map((entry) => entry.edit.id)));
        this.wanted.add(list);
      }
      await this.refresh();
      return;
    }
    const answer = await this.deliver(payloadOf(sending)).catch(problemFrom);
    const found = verdict(sending, answer);
    await this.settle(found);
    if (found.pause) this.pause(list, found, sending.length);
    else {
      this.care.delete(list);
      this.wanted.add(list);
    }
  }

  /** @param {Verdict} found */
  async settle({ done, aside }) {
    if (done.length + aside.length === 0) return;
    const refused = aside.map(({ entry, problem }) => /** @type {Entry} */ ({ ...entry, state: "aside", problem }));
    const news = new Map(refused.map((entry) => [entry.edit.id, entry]));
    const stored = done.map(({ entry }) => entry.edit.id);
    batch(() => {
      this.onDone(done);
      this.forget(stored);
      this.entries.value = this.entries.value.map((entry) => news.get(entry.edit.id) ?? entry);
    });
    await this.keep(async (store) => {
      await store.drop(stored);
      await store.setAside(refused);
    });
    await this.refresh();
    this.post(done.map(({ result }) => result));
  }

  /** @param {string} list @param {Verdict} found @param {number} size */
  pause(list, found, size) {
    const before = this.care.get(list);
    if (found.pause === "signed_out") {
      this.open = false;
      this.onSignedOut();
    } else if (found.pause === "smaller") {
      this.care.set(list, { most: Math.floor(size / 2), pause: 0 });
      this.wanted.add(list);
    } else {
      const pause = Math.max(Math.min((before?.pause ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS), found.after);
      this.care.set(list, { ...before, pause });
      this.wanted.delete(list);
      this.rest(list, pause);
    }
  }

  /** Another tab changed the queue. What it stored stays on the screen until the room told it here too. @param {Result[]} results */
  async fromTab(results) {
    const stored = new Map(results.map((result) => [result.edit, result]));
    const done = this.entries.value.flatMap((entry) => {
      const result = stored.get(entry.edit.id);
      return result ? [{ entry, result }] : [];
    });
    const ids = done.map(({ entry }) => entry.edit.id);
    batch(() => {
      this.onDone(done);
      this.forget(ids);
    });
    // Where tabs have no store in common.
    if (ids.length > 0) await this.keep((store) => store.drop(ids));
    await this.refresh();
    setTimeout(() => this.flush(), OTHERS_EDITS_MS);
  }

  /** @param {Result[]} [results] */
  post(results = []) {
    this.tabs?.post({ account: this.account, results });
  }

  /** @param {readonly string[]} ids */
  async leave(ids) {
    this.forget(ids);
    await this.keep((store) => store.drop(ids));
  }

  /** @param {readonly string[]} ids */
  forget(ids) {
    for (const id of ids) this.left.add(id);
    this.entries.value = this.entries.value.filter((entry) => !this.left.has(entry.edit.id));
  }

  /** Show what the store holds, and after it what it does not hold yet. */
  async refresh() {
    const read = ++this.reads;
    const kept = await this.keep((store) => store.entries(this.account));
    if (read !== this.reads) return;
    const known = new Set(kept.map((entry) => entry.edit.id));
    const unkept = [...this.unkept.values()].filter((entry) => !known.has(entry.edit.id));
    this.entries.value = [...kept, ...unkept].filter((entry) => !this.left.has(entry.edit.id));
  }

  /**
   * Work on the store; if the browser's fails (full, broken, taken away), go on with one that lasts as long as the page.
   * @template T
   * @param {(store: Store) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async keep(work) {
    const { store } = this;
    try {
      return await work(store);
    } catch (error) {
      if (store instanceof PageStore) throw error;
    }
    try {
      // A full disk: copies of lists can be had again, edits cannot.
      await this.store.dropCopies();
      return await work(this.store);
    } catch {
      return work(await this.keepHere());
    }
  }

  /** @returns {Promise<Store>} the same for all that was under way as the browser's failed */
  async keepHere() {
    if (!(this.store instanceof PageStore)) {
      this.store = new PageStore(this.store, this.journal);
      // What was kept may be on its way by now, in this tab or another: nothing folds into it any more.
      await this.store.append(this.entries.value.map((entry) => (this.unkept.has(entry.edit.id) ? entry : { ...entry, sent: true })));
    }
    return this.store;
  }
}
