/** Joins the account page: who is signed in, and what their wishes do. */

/** @import { User } from '../shared/shapes.js' */
/** @import { Actions } from './view.js' */
import { signal } from "@preact/signals";
import { render } from "preact";
import { call } from "../shared/api.js";
import { html } from "../shared/html.js";
import { Page } from "../shared/frame.js";
import { holdToUser, knownUser, rememberUser } from "../shared/known.js";
import { Pauses } from "../shared/later.js";
import { onRemembered } from "../shared/memory.js";
import { Failure, Retry } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
import { goTo } from "../shared/sheets.js";
import { openStore } from "../shared/store.js";
import { showTheme } from "../shared/theme.js";
import { askUser, meetUser, signedOut } from "../shared/who.js";
import { isWord, language, t } from "../shared/words.js";
import { Door } from "./door-view.js";
import { doorActions, footerFor, leaveDevice } from "./door.js";
import { nextPage, ownPath } from "./model.js";
import { Account } from "./view.js";

/** @param {HTMLElement} root */
export function start(root) {
  const user = signal(/** @type {User | null | undefined} */ (knownUser() ?? undefined));
  const error = signal(/** @type {unknown} */ (null));
  const actions = accountActions(user);
  holdToUser(beginAnew);
  onRemembered("signed_in", () => user.value === null && beginAnew());
  const why = `signed_out.${new URLSearchParams(location.search).get("why")}`;

  const View = () => html`
    <${Page} title=${t("nav.account")} side=${user.value ? undefined : ""} footer=${footerFor(user.value)}>
      <${Failure} error=${error.value} />
      ${error.value && !user.value && html`<${Retry} />`}
      ${user.value === null && isWord(why) && html`<p class="card" role="status">${t(why)}</p>`}
      ${user.value === null && html`<${Door} actions=${actions} newcomer=${location.hash === "#register"} />`}
      ${user.value && html`<${Account} user=${user.value} actions=${actions} />`}
    <//>
  `;
  render(html`<${View} />`, root);
  void meet(user, error);
}

/** Somebody else is there by now: whoever was sent here to sign in goes on to where they came from. */
function beginAnew() {
  if (knownUser() && new URLSearchParams(location.search).has("next")) location.replace(nextPage(location.search));
  else location.reload();
}

/**
 * @param {{value: User | null | undefined}} user
 * @param {{value: unknown}} error
 */
async function meet(user, error) {
  const pauses = new Pauses();
  for (;;) {
    try {
      user.value = user.value ? await askUser() : await meetUser();
      error.value = null;
      return;
    } catch (failure) {
      // Without an answer nobody is taken for a stranger: the form is for whom the server does not know.
      error.value = failure;
      if (problemFrom(failure).code !== "unreachable") return;
    }
    await pauses.next();
  }
}

/**
 * @param {{value: User | null | undefined}} user
 * @returns {Actions}
 */
function accountActions(user) {
  let wishes = 0;
  /** @param {string} operation @param {object} payload */
  const changed = async (operation, payload) => {
    const told = await call(operation, payload);
    rememberUser(told.user);
    user.value = told.user;
  };
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
    changeEmail: (email) => changed("accounts.update", { email }),
    async verify(code) {
      await call("accounts.verify_email", { code });
      user.value = await askUser();
    },
    resend: () => call("accounts.resend_verification"),
    changePassword: ({ password, new_password }) => call("accounts.change_password", { password, new_password }),
    async exportAll() {
      const { url } = await call("accounts.export");
      location.assign(ownPath(url));
    },
    async remove(password) {
      await call("accounts.delete", { password });
      await signedOut(await openStore());
      void goTo("/account?why=deleted", true);
    },
    async signOut(anyway) {
      const waiting = await leaveDevice(user.value, anyway);
      if (waiting > 0) return waiting;
      void goTo("/account", true);
      return 0;
    },
  };
}
