/** The page of an invitation. */

/** @import { User } from '../shared/shapes.js' */
/** @import { DoorActions, Leave } from '../account/door-view.js' */
import { Door, SignOut } from "../account/door-view.js";
import { BrokenLink, Together } from "../shared/drawings.js";
import { html } from "../shared/html.js";
import { Failure, Form, Retry } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
import { t } from "../shared/words.js";
import { deadLink } from "./model.js";

/**
 * @typedef {object} Ways
 * @property {() => Promise<void>} accept
 * @property {Leave} leave
 * @property {DoorActions} door
 */

/** @param {{user: User | null | undefined, newcomer: boolean, error: unknown, ways: Ways}} props */
export function Invitation({ user, newcomer, error, ways }) {
  const dead = error ? deadLink(problemFrom(error).code) : null;
  if (dead) return html`<${Dead} word=${dead} user=${user} />`;
  return html`
    <section class="card invitation">
      <${Together} />
      <h2>${t("join.title")}</h2>
      <p>${user === null ? t("join.first") : t("join.text")}</p>
      <${Failure} error=${error} />
      ${error && user === undefined && html`<${Retry} />`}
      ${user && html`<${Member} user=${user} ways=${ways} />`}
    </section>
    ${user === null && html`<${Door} actions=${ways.door} newcomer=${newcomer} invited />`}
  `;
}

/** @param {{user: User, ways: Ways}} props */
const Member = ({ user, ways }) => html`
  <${Form} send=${ways.accept} label=${t("join.do", { name: user.name })} />
  <${SignOut} signOut=${ways.leave} label=${t("join.another")} quiet />
`;

/** @param {{word: 'join.expired' | 'join.unknown', user: User | null | undefined}} props */
const Dead = ({ word, user }) => html`
  <section class="card invitation">
    <${BrokenLink} />
    <p role="alert">${t(word)}</p>
    ${user
      ? html`<a class="button main" href="/list">${t("join.to_lists")}</a>`
      : html`<a class="button main" href="/account#register">${t("account.register")}</a><a class="button" href="/account">${t("account.sign_in")}</a>`}
  </section>
`;
