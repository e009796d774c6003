/** What became of an address that was to be confirmed. */

/** @import { State } from './page.js' */
import { BrokenLink, Home } from "../shared/drawings.js";
import { html } from "../shared/html.js";
import { Failure, Retry } from "../shared/parts.js";
import { t } from "../shared/words.js";

/** @param {{state: State, confirmed: string | null, error: unknown}} props */
export function Verified({ state, confirmed, error }) {
  if (error) return html`<section class="card invitation"><${Failure} error=${error} /><${Retry} /></section>`;
  if (state === "waiting") return html`<p class="empty" role="status">${t("verify.waiting")}</p>`;
  if (state === "done")
    return html`
      <section class="card invitation">
        <${Home} />
        <div role="status"><h2>${t("verify.done")}</h2></div>
        <a class="button main" href="/list">${t("join.to_lists")}</a>
      </section>
    `;
  return html`
    <section class="card invitation">
      <${BrokenLink} />
      <p role="alert">${t(`verify.${state}`)}</p>
      ${state === "expired" && confirmed && html`<p>${t("verify.confirmed", { email: confirmed })}</p>`}
      <a class="button main" href="/account">${t("verify.to_account")}</a>
    </section>
  `;
}
