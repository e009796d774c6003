/** Joins the account page: who is signed in, and what their wishes do. */

/** @import { User } from '../shared/shapes.js' */
/** @import { Actions, Device } from './view.js' */
import { signal } from "@preact/signals";
import { render } from "preact";
import { call } from "../shared/api.js";
import { html } from "../shared/html.js";
import { journal } from "../shared/journal.js";
import { ApiLink, Page } from "../shared/frame.js";
import { Languages } from "../shared/languages-view.js";
import { Failure, Retry } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
import { askUser, knownUser, meetUser, rememberUser, signedIn, signedOut } from "../shared/session.js";
import { goTo } from "../shared/sheets.js";
import { openStore } from "../shared/store.js";
import { showTheme } from "../shared/theme.js";
import { language, t } from "../shared/words.js";
import { deviceOf, nextPage } from "./model.js";
import { Account, Door } from "./view.js";

/** What registering and signing in send besides the form: the language at first, and the device's name. */
function thisDevice() {
  const { browser, system } = deviceOf(navigator.userAgent);
  if (!browser || !system) return browser ?? system ?? t("account.device_unknown");
  return t("account.device", { browser, system });
}

/**
 * What the door of an account does, here and on the page of an invitation.
 * @param {(user: User) => void | Promise<void>} done
 * @param {{invitation?: string}} [more]
 * @returns {Pick<Actions, 'signIn' | 'register'>}
 */
export function doorActions(done, more = {}) {
  /** @param {string} operation @param {object} payload @returns {Promise<User>} */
  const enter = async (operation, payload) => {
    const { user } = await call(operation, payload);
    signedIn(user);
    return user;
  };
  /** @param {Record<string, string>} fields */
  const signIn = ({ email, password }) => enter("accounts.sign_in", { email: email.trim(), password, device: thisDevice() });
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

/** @param {HTMLElement} root */
export function start(root) {
  const user = signal(/** @type {User | null | undefined} */ (knownUser() ?? undefined));
  const devices = signal(/** @type {readonly Device[]} */ ([]));
  const error = signal(/** @type {unknown} */ (null));
  const actions = accountActions(user, devices);

  const View = () => html`
    <${Page} title=${t("nav.account")} side=${user.value ? undefined : ""} footer=${footerFor(user.value)}>
      <${Failure} error=${error.value} />
      ${error.value && !user.value && html`<${Retry} />`}
      ${user.value === null && html`<${Door} actions=${actions} newcomer=${location.hash === "#register"} />`}
      ${user.value && html`<${Account} user=${user.value} devices=${devices.value} actions=${actions} />`}
    <//>
  `;
  render(html`<${View} />`, root);
  void meet(user, devices, error);
}

/**
 * @param {{value: User | null | undefined}} user
 * @param {{value: readonly Device[]}} devices
 * @param {{value: unknown}} error
 */
async function meet(user, devices, error) {
  try {
    user.value = user.value ? await askUser() : await meetUser();
    if (user.value) devices.value = await readDevices();
  } catch (failure) {
    // Without an answer nobody is taken for a stranger: the form is for whom the server does not know.
    error.value = failure;
  }
}

/** @returns {Promise<Device[]>} */
const readDevices = async () => (await call("tokens.list")).tokens;

/**
 * @param {{value: User | null | undefined}} user
 * @param {{value: readonly Device[]}} devices
 * @returns {Actions}
 */
function accountActions(user, devices) {
  let wishes = 0;
  return {
    ...doorActions(() => location.replace(nextPage(location.search))),
    async update({ name, language: spoken, theme }) {
      const wish = (wishes += 1);
      const { user: updated } = await call("accounts.update", { name, language: spoken, theme });
      // What was chosen meanwhile is on the screen already.
      if (wish < wishes) return;
      rememberUser(updated);
      showTheme(updated.theme);
      if (spoken !== language()) location.reload();
      user.value = updated;
    },
    async changePassword({ password, new_password }) {
      await call("accounts.change_password", { password, new_password });
      devices.value = await readDevices();
    },
    async endDevice(device) {
      await call("tokens.revoke", { id: device.id });
      devices.value = await readDevices();
    },
    async endOthers() {
      await call("tokens.revoke_others");
      devices.value = await readDevices();
    },
    async signOut(anyway) {
      const waiting = await leaveDevice(user.value, anyway);
      if (waiting > 0) return waiting;
      void goTo("/account", true);
      return 0;
    },
  };
}

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
  const stored = (await store.entries(user.id)).filter((entry) => entry.state === "waiting");
  return new Set([...stored, ...journal.left(user.id)].map((entry) => entry.edit.id)).size;
}
