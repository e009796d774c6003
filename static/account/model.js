/** An account on this device: where to go after signing in, and what a device calls itself. */

/**
 * The page that someone came from, as far as it is one of ours: never another site's.
 * @param {string} search of the address
 */
export function nextPage(search) {
  const wanted = new URLSearchParams(search).get("next") ?? "";
  // Browsers read a backslash as a slash: "/\host" would leave the house as "//host" does.
  return /^\/(?![/\\])[\w\-/]*$/.test(wanted) ? wanted : "/list";
}

/**
 * A link that the server made, under this page's own origin: it may know itself by another address than its reader.
 * @param {string} url
 */
export function ownPath(url) {
  const { pathname, search } = new URL(url, "http://here");
  return pathname + search;
}

/**
 * The address that is to be confirmed by a mail; null where nothing waits. A server that sends none asks it of nobody but
 * for a new address.
 * @param {Pick<import("../shared/shapes.js").User, "email" | "email_verified" | "new_email">} user
 * @param {boolean} mails whether the server sends mail
 */
export const addressWaiting = ({ email, email_verified, new_email }, mails) => new_email ?? (email_verified || !mails ? null : email);

const BROWSERS = /** @type {const} */ ([
  ["Firefox", /Firefox|FxiOS/],
  ["Edge", /Edg(e|A|iOS)?\//],
  ["Opera", /OPR\//],
  ["Yandex Browser", /YaBrowser\//],
  ["Samsung Internet", /SamsungBrowser/],
  ["Chrome", /Chrome|CriOS/],
  ["Safari", /Safari/],
]);
const SYSTEMS = /** @type {const} */ ([
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Android", /Android/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux|CrOS/],
]);

/**
 * How a browser is named in the list of devices, so that its owner knows it again.
 * @param {string} agent the user agent
 * @returns {{browser: string | null, system: string | null}}
 */
export function deviceOf(agent) {
  const browser = BROWSERS.find(([, sign]) => sign.test(agent));
  const system = SYSTEMS.find(([, sign]) => sign.test(agent));
  return { browser: browser?.[0] ?? null, system: system?.[0] ?? null };
}
