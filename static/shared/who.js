/** Who is signed in on this device, for every page: those without a live connection need no more than this. */

/** @import { User } from './shapes.js' */
/** @import { Store } from './store.js' */
import { call } from "./api.js";
import { isEdit } from "./journal.js";
import { knownUser, rememberUser } from "./known.js";
import { forgetAllBut, remember } from "./memory.js";
import { problemFrom } from "./problem.js";
import { openStore } from "./store.js";

/** Somebody came in on this device, by signing in or registering: other tabs go on, or begin anew. @param {User} user */
export function signedIn(user) {
  rememberUser(user);
  remember("signed_in", String(Date.now()));
}

/** The device's own, whoever uses it. */
const KEPT_BY_THE_DEVICE = new Set(["clock", "language", "haptics"]);

/** Signed out: nothing of the account stays but edits that wait. @param {Store} store */
export async function signedOut(store) {
  await store.dropCopies().catch(() => {});
  forgetAllBut((name) => KEPT_BY_THE_DEVICE.has(name) || isEdit(name));
  rememberUser(null);
  // Other tabs learn it by now: what they kept in between goes too.
  await store.dropCopies().catch(() => {});
}

/** The user that the cookie speaks for, null for a stranger. @returns {Promise<User | null>} */
export async function askUser() {
  try {
    const told = await call("accounts.me");
    rememberUser(told.user);
    remember("renewed", String(Date.now()));
    return knownUser();
  } catch (error) {
    if (problemFrom(error).code === "unauthenticated") return null;
    throw error;
  }
}

/**
 * Who is signed in here, as a page's start asks. The shell says whether its reader came with a cookie that somebody has:
 * a stranger need not ask.
 * @param {Store} [store] where it is open already
 * @returns {Promise<User | null>}
 */
export async function meetUser(store) {
  const user = knownUser() ?? (await keptUser(store ?? (await openStore())));
  if (user) rememberUser(user);
  return user ?? (document.body.dataset.known === "no" ? null : askUser());
}

/** Where to sign in, and to come back from. */
export const signInAddress = () => `/account?next=${encodeURIComponent(location.pathname)}`;

export const KEPT_USER = "user";

/** Browsers write small things to the disk late: one that fell right after signing in has lost them. @param {Store} store @returns {Promise<User | undefined>} */
const keptUser = (store) => store.copy(KEPT_USER).catch(() => undefined);
