/**
 * The service worker: pages open without network, and at once on a bad line, from copies of one build.
 *
 * A new build's worker takes over as soon as it has all copies, but goes on showing the pages of the build before for as
 * long as an edit waits, or until a page says that now is a good time. Docs: docs/adr/0008.
 */

import { editsWait } from "../shared/store.js";
import { SHELLS, before, cacheOf, filesOf, mayKeep, unneeded, wanted } from "./model.js";

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const OWN = cacheOf(BUILD);
/** What a shell does not name: the words of the other language, the reader of typed text, the sheets of a list, what stands beside it. */
const UNNAMED = ["list.en.json", "list.ru.json", "pages.en.json", "pages.ru.json", "text.js", "focus.js", "sheets.js", "sheets.en.json", "sheets.ru.json", "pane.js", "pane.en.json", "pane.ru.json"].map((file) => `/static/${BUILD}/${file}`);
/** Marks that this build's pages were shown: from then on there is no way back to the ones before. */
const TAKEN = "/taken";
let taken = false;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const found = wanted(event.request, worker.location.origin);
  if (!found) return;
  if ("shell" in found) event.respondWith(page(event, found.shell));
  else event.respondWith(file(event.request));
});
worker.addEventListener("message", (event) => event.waitUntil(answer(event)));

async function install() {
  await fill();
  await (await caches.open(OWN)).delete(TAKEN);
  await worker.skipWaiting();
}

async function activate() {
  await worker.clients.claim();
  for (const name of unneeded(await caches.keys(), OWN)) await caches.delete(name);
}

/** A page asks which build's worker this is, or has found the time for it. @param {ExtendableMessageEvent} event */
async function answer({ data, ports }) {
  if (data === "take") await take();
  ports[0]?.postMessage({ build: BUILD });
}

/** Copy all shells, and the files that they name. Files first: a shell is never there without them. */
async function fill() {
  const shells = await Promise.all(SHELLS.map(async (shell) => /** @type {const} */ ([shell, await fetchShell(shell)])));
  const copies = await caches.open(OWN);
  await copies.addAll([...new Set([...UNNAMED, ...shells.flatMap(([, { files }]) => files)])]);
  for (const [shell, { answer }] of shells) await copies.put(shell, answer);
}

/** @param {string} shell */
async function fetchShell(shell) {
  const fresh = await fetch(shell, { cache: "no-cache", credentials: "same-origin" });
  const text = await fresh.text();
  if (!mayKeep(fresh, text, BUILD)) throw new Error(`${shell} is not there, or of another build`);
  const headers = new Headers(fresh.headers);
  // The body is unpacked already.
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  return { files: filesOf(text), answer: new Response(text, { headers }) };
}

/** @param {FetchEvent} event @param {string} shell */
async function page(event, shell) {
  try {
    const name = await shown();
    const copy = await (await caches.open(name)).match(shell, { ignoreVary: true });
    if (copy) {
      if (name === OWN) event.waitUntil(refresh(shell));
      return copy;
    }
  } catch {
    // The browser took the copies away, or refuses them: then the network has the page.
  }
  event.waitUntil(fill().catch(() => {}));
  return fetch(event.request);
}

/** The copies that pages are shown from now. */
async function shown() {
  if (taken) return OWN;
  const older = before(await caches.keys(), OWN);
  const held = older && !(await (await caches.open(OWN)).match(TAKEN)) && (await editsWait());
  if (held) return older;
  await take();
  return OWN;
}

async function take() {
  taken = true;
  await (await caches.open(OWN)).put(TAKEN, new Response());
}

/** Behind the answer, so that the next start has the reader's new language and colours. @param {string} shell */
async function refresh(shell) {
  try {
    const { answer } = await fetchShell(shell);
    await (await caches.open(OWN)).put(shell, answer);
  } catch {
    // No network, or the server has a new build: the browser looks for its worker by itself.
  }
}

/** @param {Request} request */
async function file(request) {
  const copy = await caches.match(request, { ignoreVary: true }).catch(() => undefined);
  return copy ?? fetch(request);
}
