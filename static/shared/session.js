/** What the pages of whoever is signed in share: the connection, the clock, the store, the outbox. */

/** @import { Edited, User } from './shapes.js' */
/** @import { News, Tabs } from './outbox.js' */
/** @import { Store } from './store.js' */
import { effect } from "@preact/signals";
import { Clock } from "./clock.js";
import { journal } from "./journal.js";
import { Live } from "./live.js";
import { holdToUser, knownUser, rememberUser } from "./known.js";
import { mark, unmark } from "./marks.js";
import { onRemembered, recall, remember } from "./memory.js";
import { Outbox } from "./outbox.js";
import { problemFrom } from "./problem.js";
import { openStore } from "./store.js";
import { showTheme } from "./theme.js";
import { KEPT_USER, askUser, meetUser, signInAddress } from "./who.js";
import { holdVersion, look } from "../version/watch.js";

/** @typedef {(key: string, value: unknown) => Promise<void>} KeepCopy */
/** @typedef {{user: User, live: Live, clock: Clock, store: Store, outbox: Outbox, keepCopy: KeepCopy, guest?: boolean}} Session */

/**
 * Keeps copies for the next first paint, unless their account was signed out here: then none may come after those that
 * were dropped. One that cannot be kept is no loss.
 * @param {User} user @param {Store} store @returns {KeepCopy}
 */
export const copyKeeper = (user, store) => async (key, value) => {
  if (knownUser()?.id === user.id) await store.keepCopy(key, value).catch(() => {});
};

/**
 * The session of whoever is signed in; a stranger is sent to sign in, and the promise never ends.
 * @returns {Promise<Session>}
 */
export async function openSession() {
  const store = await openStore();
  const user = await meetUser(store);
  if (user) return sessionOf(user, store);
  location.replace(signInAddress());
  return new Promise(() => {});
}

/**
 * What the pages of a list stand on, whoever reads them. The outbox is not loaded yet, nor the connection begun.
 * @template {Live} L
 * @param {User} user @param {Store} store @param {(clock: Clock) => L} connect
 */
export function assembled(user, store, connect) {
  const clock = new Clock(Date.now, { read: () => recall("clock"), write: (text) => remember("clock", text) });
  const live = connect(clock);
  const outbox = new Outbox(user.id, store, (payload) => deliver(live, payload), otherTabs(), journal);
  effect(() => outbox.ready(live.state.value === "ready"));
  holdVersion(() => waitingIn(outbox));
  keepAlive(live);
  return { user, live, clock, store, outbox };
}

/** @param {User} user @param {Store} store @returns {Promise<Session>} */
async function sessionOf(user, store) {
  const session = assembled(user, store, (clock) => new Live(clock));
  const { live, outbox } = session;
  live.onGreeted = (greeted) => isOurs(user, greeted, store);
  outbox.onSignedOut = () => live.signedOut();
  effect(() => {
    if (live.state.value !== "ready") return;
    void look();
    void renewCookie();
  });
  effect(() => {
    if (live.state.value === "away" && waitingIn(outbox) > 0) void askToPersist();
  });
  holdToUser();
  onRemembered("signed_in", () => live.signedIn());
  await outbox.load();
  const keepCopy = copyKeeper(user, store);
  void keepCopy(KEPT_USER, user);
  live.start();
  return { ...session, keepCopy };
}

/** Phones put pages to sleep. @param {Live} live */
function keepAlive(live) {
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && live.check());
  addEventListener("online", () => live.check());
  addEventListener("pageshow", (event) => event.persisted && live.check());
}

/** @param {Outbox} outbox */
const waitingIn = (outbox) => outbox.entries.value.filter((entry) => entry.state === "waiting").length;

const RENEW_MS = 24 * 3_600_000;

/** Pages come from the worker's copies and calls go over the socket, but only an answer over HTTP renews the cookie. */
async function renewCookie() {
  const since = Date.now() - Number(recall("renewed") ?? 0);
  if (since < 0 || since > RENEW_MS) await askUser().catch(() => {});
}

let asked = false;

/** Once edits wait for a network, the browser should not clear them away; some ask their owner, so not before. */
async function askToPersist() {
  if (asked) return;
  asked = true;
  try {
    if (!(await navigator.storage.persisted())) await navigator.storage.persist();
  } catch {
    // Plain http, or an old browser.
  }
}

/** @param {Live} live @param {object} payload @returns {Promise<Edited>} */
async function deliver(live, payload) {
  try {
    return await live.call("lists.edit", payload);
  } catch (error) {
    // An answer that did not come in time says more about the line than about the edits.
    if (problemFrom(error).code === "unreachable" && live.state.peek() === "ready") live.again();
    throw error;
  }
}

/** The cookie became another's: this page's edits are not theirs, so it starts anew. @param {User} user @param {User} greeted @param {Store} store */
function isOurs(user, greeted, store) {
  const same = greeted.id === user.id;
  rememberUser(greeted);
  if (same) showTheme(greeted.theme);
  const anew = isNews(greeted.language, user.language) || !same;
  if (anew || greeted.language !== user.language) void startAs(greeted, store, anew);
  return same;
}

/** What is kept is what a page begins with where the browser remembers nothing else. @param {User} user @param {Store} store @param {boolean} now */
async function startAs(user, store, now) {
  await store.keepCopy(KEPT_USER, user).catch(() => store.dropCopy(KEPT_USER).catch(() => {}));
  if (now) location.reload();
}

const LOADED_FOR = "shoplist.language";

/** Whether to load the page again for a language: once for each, and never where that cannot be noted. @param {string} language @param {string} before */
function isNews(language, before) {
  if (language !== before) return mark(LOADED_FOR, language);
  unmark(LOADED_FOR);
  return false;
}

/** @returns {Tabs | undefined} */
function otherTabs() {
  if (typeof BroadcastChannel === "undefined") return undefined;
  const channel = new BroadcastChannel("shoplist");
  return {
    post: (news) => channel.postMessage(news),
    hear: (act) => {
      channel.onmessage = (/** @type {MessageEvent<News>} */ event) => act(event.data);
    },
  };
}

