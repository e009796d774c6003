/** What the worker answers by itself: which request goes where, and which build's pages a device is shown. */

/** The shells of all pages, under addresses of their own: a list's shell is the same for every list. */
export const SHELLS = ["/", "/list", "/list/-", "/account", "/join/-", "/s/-"];

/** @type {readonly [RegExp, string][]} */
const PATHS = [
  [/^\/(list|account)?$/, "$&"],
  [/^\/list\/[^/]+$/, "/list/-"],
  [/^\/join\/[^/]+$/, "/join/-"],
  [/^\/s\/[^/]+$/, "/s/-"],
];

/** The shell that a page's path has; null where the page is none of ours to keep. @param {string} path */
export function shellOf(path) {
  const found = PATHS.find(([pattern]) => pattern.test(path));
  return found ? path.replace(...found) : null;
}

/**
 * Which of our copies may answer a request; null where it is the network's (calls, sockets, documentation, others' sites).
 * @param {{method: string, mode: string, url: string}} request
 * @param {string} origin
 * @returns {{shell: string} | {file: string} | null}
 */
export function wanted({ method, mode, url }, origin) {
  const { origin: asked, pathname } = new URL(url);
  if (method !== "GET" || asked !== origin) return null;
  if (/^\/static\/[^/]+\/./.test(pathname)) return { file: pathname };
  const shell = mode === "navigate" ? shellOf(pathname) : null;
  return shell === null ? null : { shell };
}

/** The addresses of a build's files that a shell names. @param {string} shell its HTML */
export const filesOf = (shell) => shell.match(/\/static\/[\w-]+\/[\w./-]+/g) ?? [];

/** Whether a page is a shell of this build. @param {string} shell its HTML @param {string} build */
export function isOfBuild(shell, build) {
  const files = filesOf(shell);
  return files.length > 0 && files.every((file) => file.startsWith(`/static/${build}/`));
}

/**
 * Whether an answer is the page that was asked for, and of this build: neither an error nor where a redirect led.
 * @param {{ok: boolean, redirected: boolean}} answer
 * @param {string} shell its HTML
 * @param {string} build
 */
export const mayKeep = ({ ok, redirected }, shell, build) => ok && !redirected && isOfBuild(shell, build);

const PREFIX = "shoplist ";

/** @param {string} build */
export const cacheOf = (build) => PREFIX + build;

/** The last build before this one that the device keeps. @param {readonly string[]} caches in the order of their making @param {string} own */
export const before = (caches, own) => caches.filter((name) => name.startsWith(PREFIX) && name !== own).at(-1);

/**
 * Caches of builds that nobody needs: all but our own and the one before it, whose pages may still be open.
 * @param {readonly string[]} caches
 * @param {string} own
 */
export function unneeded(caches, own) {
  const kept = [own, before(caches, own)];
  return caches.filter((name) => name.startsWith(PREFIX) && !kept.includes(name));
}
