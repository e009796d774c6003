/** The page that a mail's link opens to confirm an address: it does so by itself, and says what became of it. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { codeOf } from "../join/model.js";
import { call } from "../shared/api.js";
import { Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { problemFrom } from "../shared/problem.js";
import { askUser } from "../shared/who.js";
import { t } from "../shared/words.js";
import { Verified } from "./view.js";

/** @typedef {'waiting' | 'done' | 'expired' | 'unknown'} State */

/** @param {HTMLElement} root */
export function start(root) {
  const state = signal(/** @type {State} */ ("waiting"));
  const confirmed = signal(/** @type {string | null} */ (null));
  const error = signal(/** @type {unknown} */ (null));
  const View = () => html`
    <${Page} title=${t("verify.page")} side="">
      <${Verified} state=${state.value} confirmed=${confirmed.value} error=${error.value} />
    <//>
  `;
  render(html`<${View} />`, root);
  verify(codeOf(location.pathname)).then(
    async (found) => {
      state.value = found;
      confirmed.value = await confirmedHere();
    },
    (failure) => (error.value = failure),
  );
}

/** @param {string} token @returns {Promise<State>} */
async function verify(token) {
  try {
    await call("accounts.verify_email", { token });
  } catch (failure) {
    const { code } = problemFrom(failure);
    if (code !== "gone" && code !== "not_found") throw failure;
    return code === "gone" ? "expired" : "unknown";
  }
  return "done";
}

/**
 * The address of whoever is signed in here, if it is confirmed and no other one waits: it need not be the link's, of which the
 * server tells nothing. It also makes the account known here as it is now.
 */
async function confirmedHere() {
  const user = await askUser().catch(() => null);
  return user !== null && user.email_verified && !user.new_email ? user.email : null;
}
