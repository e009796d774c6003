/** Joins the security page: the second factor of an account, its devices and its programs. */

/** @import { User } from '../shared/shapes.js' */
/** @import { SecurityActions, Token } from './view.js' */
import { signal } from "@preact/signals";
import { render } from "preact";
import { call } from "../shared/api.js";
import { ApiLink, Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { holdToUser, knownUser } from "../shared/known.js";
import { Failure, Retry } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
import { askUser, meetUser, signInAddress } from "../shared/who.js";
import { t } from "../shared/words.js";
import { Security } from "./view.js";

/** @typedef {{user: User | null, tokens: readonly Token[] | null}} Known */

/** @param {HTMLElement} root */
export function start(root) {
  const known = signal(/** @type {Known} */ ({ user: knownUser(), tokens: null }));
  const error = signal(/** @type {unknown} */ (null));
  const actions = securityActions(known);
  holdToUser();

  const View = () => html`
    <${Page} title=${t("security.title")} back="/account" backTo=${t("nav.to_account")} side="" footer=${(known.value.tokens || error.value) && html`<${ApiLink} />`}>
      <${Failure} error=${error.value} />
      ${error.value && !known.value.tokens && html`<${Retry} />`}
      ${known.value.user && html`<${Security} user=${known.value.user} tokens=${known.value.tokens} actions=${actions} />`}
    <//>
  `;
  render(html`<${View} />`, root);
  meet(known).catch((failure) => (error.value = failure));
}

/** @param {{value: Known}} known */
async function meet(known) {
  const user = known.value.user ? await askUser() : await meetUser();
  if (user) known.value = { user, tokens: await readTokens() };
  else location.replace(signInAddress());
}

/** @returns {Promise<Token[]>} */
const readTokens = async () => (await call("tokens.list")).tokens;

/** What ended elsewhere meanwhile has ended. @param {unknown} failure */
function endedBefore(failure) {
  if (problemFrom(failure).code !== "not_found") throw failure;
}

/** @param {{value: Known}} known @returns {SecurityActions} */
function securityActions(known) {
  /** @template T @param {Promise<T>} asked @returns {Promise<T>} */
  const doing = (asked) =>
    asked.catch((failure) => {
      // Signed out from elsewhere while this page was open: nothing here is of any use before signing in.
      if (problemFrom(failure).code === "unauthenticated") location.replace(signInAddress());
      throw failure;
    });
  const meetAgain = async () => {
    const user = await askUser();
    if (user) known.value = { ...known.value, user };
  };
  const readAgain = async () => void (known.value = { ...known.value, tokens: await readTokens() });
  return {
    begin: () => doing(call("totp.begin")),
    confirm: async (code) => (await doing(call("totp.confirm", { code }))).recovery_codes,
    confirmed: meetAgain,
    disable: (password, totp) => doing(call("totp.disable", { password, totp }).then(meetAgain)),
    make: async (name, scopes) => (await doing(call("tokens.create", { name, scopes }))).token,
    readAgain: () => doing(readAgain()),
    end: (token) => doing(call("tokens.revoke", { id: token.id }).catch(endedBefore).then(readAgain)),
    endOthers: () => doing(call("tokens.revoke_others").then(readAgain)),
  };
}
