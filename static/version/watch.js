/**
 * Keeps a page from growing old: learns of a newer build of the site, and loads the page again when that disturbs nobody.
 *
 * The worker is registered here too, where the browser has one; plain http on a LAN does without.
 */

import { mark, unmark } from "../shared/marks.js";
import { buildOf, isTyped, mayTake } from "./model.js";

const OWN = buildOf(import.meta.url);
const TRIED = "shoplist.build";
const WORKER_AFTER_MS = 2000;
const WORKER_ANSWERS_MS = 2000;
const LOOK_MS = 5000;
const TRY_MS = 5000;

/** @type {string | null} the build that the server has and this page is not of */
let newer = null;
/** @type {Promise<ServiceWorkerRegistration | undefined>} */
let registered = Promise.resolve(undefined);
let countWaiting = () => 0;
let watching = false;
/** A first visit has better things to load. */
let started = false;
let looked = -LOOK_MS;
let touched = 0;
let pressed = false;
/** Without network an answer may be long in coming. */
let trying = false;
/** @type {WeakMap<ServiceWorker, string>} */
const builds = new WeakMap();

/** The page is usable: from now on look for newer builds, now and whenever someone comes back to the page. */
export function watchVersion() {
  if (OWN === null || watching) return;
  watching = true;
  setTimeout(() => {
    registered = registerWorker();
    started = true;
    void look();
  }, WORKER_AFTER_MS);
  for (const name of ["pointerdown", "pointerup", "pointercancel", "keydown", "scroll"])
    addEventListener(name, touch, { capture: true, passive: true });
  document.addEventListener("visibilitychange", () => (document.hidden ? tryToTake() : look()));
  setInterval(tryToTake, TRY_MS);
}

/** A session says how many edits wait. @param {() => number} count */
export function holdVersion(count) {
  countWaiting = count;
}

/** Ask the server for its build: on coming back, and when the connection is there again, as a server was renewed then. */
export async function look() {
  if (!started || performance.now() - looked < LOOK_MS) return;
  looked = performance.now();
  try {
    const build = await served();
    if (!build) return;
    newer = build === OWN ? null : build;
    if (newer) await (await registered)?.update();
    else unmark(TRIED);
  } catch {
    // Without network there is nothing new.
  }
}

/** The build that the server has now, null where it does not say. @returns {Promise<string | null>} fails without network */
async function served() {
  const answer = await fetch("/static/build.json", { cache: "no-cache" });
  return answer.ok ? (await answer.json()).build : null;
}

/** @returns {Promise<ServiceWorkerRegistration | undefined>} */
async function registerWorker() {
  try {
    return await navigator.serviceWorker?.register("/sw.js", { updateViaCache: "none" });
  } catch {
    return undefined;
  }
}

/** @param {Event} event */
function touch(event) {
  touched = performance.now();
  if (event.type.startsWith("pointer")) pressed = event.type === "pointerdown";
}

const now = () => ({
  waiting: countWaiting(),
  typed: [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input, textarea"))].some(isTyped),
  open: document.querySelector("dialog[open]") !== null,
  pressed,
  hidden: document.hidden,
  quiet: performance.now() - touched,
});

async function tryToTake() {
  if (!newer || trying || !mayTake(now())) return;
  trying = true;
  const there = await isThere(newer);
  trying = false;
  // Once only: two servers of different builds behind one address would have pages load for ever.
  if (there && mayTake(now()) && mark(TRIED, newer)) location.reload();
}

/** Whether loading this page again brings that build: from the worker, or where there is none from the server, if that can be reached. @param {string} build */
async function isThere(build) {
  const worker = (await registered)?.active;
  if (!worker) return (await served().catch(() => null)) === build;
  return (await buildOfWorker(worker)) === build && (await tellWorker(worker, "take")) === build;
}

/**
 * Which build's worker it is. Each is asked once: a message wakes one that is to go, and its successor takes over only when
 * nothing has woken it for half a minute (or, in Chromium, after five).
 * @param {ServiceWorker} worker
 */
async function buildOfWorker(worker) {
  const build = builds.get(worker) ?? (await tellWorker(worker, "which"));
  if (build) builds.set(worker, build);
  return build;
}

/** @param {ServiceWorker} worker @param {"which" | "take"} what @returns {Promise<string | null>} its build */
function tellWorker(worker, what) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data.build);
    setTimeout(() => resolve(null), WORKER_ANSWERS_MS);
    worker.postMessage(what, [port2]);
  });
}
