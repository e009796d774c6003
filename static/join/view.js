/** The page of an invitation. */

/** @import { User } from '../shared/shapes.js' */
/** @import { Actions } from '../account/view.js' */
import { Door } from "../account/view.js";
import { html } from "../shared/html.js";
import { Failure, Retry } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
import { t } from "../shared/words.js";

/**
 * @param {{user: User | null | undefined, error: unknown, accept: () => void, door: Pick<Actions, 'signIn' | 'register'>}} props
 */
export function Invitation({ user, error, accept, door }) {
  const dead = error ? deadLink(problemFrom(error).code) : null;
  if (dead) return html`<section class="card"><p>${dead}</p><a class="button" href="/list">${t("nav.lists")}</a></section>`;
  return html`
    <section class="card">
      <p>${user === null ? t("join.first") : t("join.text")}</p>
      <${Failure} error=${error} />
      ${error && user === undefined && html`<${Retry} />`}
      ${user && html`<button class="button main" type="button" onClick=${accept}>${t("join.do")}</button>`}
    </section>
    ${user === null && html`<section class="card"><${Door} actions=${door} newcomer /></section>`}
  `;
}

/** @param {string} code */
function deadLink(code) {
  if (code === "gone") return t("join.expired");
  return code === "not_found" ? t("join.unknown") : null;
}
