/** Whom this device knows as signed in, and that a page which was drawn for one account never acts for another. */

/** @import { User } from './shapes.js' */
import { onRemembered, recall, remember } from "./memory.js";

/** The account that this page is about, none for a stranger's. @type {string | undefined} */
let ours;
/** @type {(() => void) | null} what begins the page anew; null on pages that are nobody's, as a guest's */
let beginAnew = null;

/** Whom this device knows as signed in; the server has the last word. @returns {User | null} */
export function knownUser() {
  try {
    return JSON.parse(recall("user") ?? "null");
  } catch {
    return null;
  }
}

/** What this page itself learns of its account is no other's doing. @param {User | null} user */
export function rememberUser(user) {
  remember("user", user && JSON.stringify(user));
  ours = user?.id;
}

/**
 * The page is about whoever is known now: when another tab signs somebody out or in, it begins anew.
 * @param {() => void} [anew]
 */
export function holdToUser(anew = () => location.reload()) {
  ours = knownUser()?.id;
  beginAnew = anew;
  onRemembered("user", isOthers);
  addEventListener("pageshow", (event) => event.persisted && isOthers());
}

/** Whether somebody else is signed in here by now, though the browser may not have told yet: then the page begins anew. */
export function isOthers() {
  if (!beginAnew || knownUser()?.id === ours) return false;
  beginAnew();
  return true;
}
