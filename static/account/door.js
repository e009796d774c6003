/** What the door of an account does, on its own page and on that of an invitation. */

/** @import { User } from '../shared/shapes.js' */
/** @import { DoorActions } from './door-view.js' */
import { call } from "../shared/api.js";
import { html } from "../shared/html.js";
import { ApiLink } from "../shared/frame.js";
import { journal } from "../shared/journal.js";
import { Languages } from "../shared/languages-view.js";
import { problemFrom } from "../shared/problem.js";
import { openStore } from "../shared/store.js";
import { signedIn, signedOut } from "../shared/who.js";
import { language, t } from "../shared/words.js";
import { deviceOf } from "./model.js";

/** What registering and signing in send besides the form: the language at first, and the device's name. */
function thisDevice() {
  const { browser, system } = deviceOf(navigator.userAgent);
  if (!browser || !system) return browser ?? system ?? t("account.device_unknown");
  return t("account.device", { browser, system });
}

/**
 * @param {(user: User) => void | Promise<void>} done
 * @param {{invitation?: string}} [more]
 * @returns {DoorActions}
 */
export function doorActions(done, more = {}) {
  /** @param {string} operation @param {object} payload @returns {Promise<User>} */
  const enter = async (operation, payload) => {
    const { user } = await call(operation, payload);
    signedIn(user);
    return user;
  };
  /** @param {Record<string, string>} fields */
  const signIn = ({ email, password, totp }) =>
    enter("accounts.sign_in", { email: email.trim(), password, device: thisDevice(), ...(totp ? { totp: totp.trim() } : {}) });
  /** @param {Record<string, string>} fields */
  const register = ({ name, email, password }) =>
    enter("accounts.register", { name, email: email.trim(), password, language: language(), device: thisDevice(), ...more });
  return {
    signIn: async (fields) => done(await signIn(fields)),
    register: async (fields) => done(await register(fields).catch((failure) => registeredBefore(failure, () => signIn(fields)))),
  };
}

/**
 * An address that is known may be one's own, from a first try whose answer was lost: then the same words open it.
 * @param {unknown} failure
 * @param {() => Promise<User>} signIn
 */
async function registeredBefore(failure, signIn) {
  if (problemFrom(failure).code !== "conflict") throw failure;
  return signIn().catch(() => {
    throw failure;
  });
}

/** None before it is known who is there: whatever comes then would push it down. @param {User | null | undefined} user */
export const footerFor = (user) => user !== undefined && html`${user === null && html`<${Languages} />`}<${ApiLink} />`;

/**
 * Signs out, here and at the server; edits that wait hold it up, unless it is to be anyway.
 * @param {User | null | undefined} user
 * @param {boolean} anyway
 * @returns {Promise<number>} how many edits hold it up
 */
export async function leaveDevice(user, anyway) {
  const store = await openStore();
  const waiting = user ? await waitingOf(user, store) : 0;
  if (waiting > 0 && !anyway) return waiting;
  await call("accounts.sign_out").catch((failure) => {
    if (problemFrom(failure).code !== "unauthenticated") throw failure;
  });
  await signedOut(store);
  return 0;
}

/** @param {User} user @param {import('../shared/store.js').Store} store */
async function waitingOf(user, store) {
  const kept = [...(await store.entries(user.id)), ...journal.left(user.id)];
  return new Set(kept.filter((entry) => entry.state === "waiting").map((entry) => entry.edit.id)).size;
}
