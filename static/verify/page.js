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
  const error = signal(/** @type {unknown} */ (null));
  const View = () => html`
    <${Page} title=${t("verify.page")} side="">
      <${Verified} state=${state.value} error=${error.value} />
    <//>
  `;
  render(html`<${View} />`, root);
  verify(codeOf(location.pathname)).then(
    (found) => (state.value = found),
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
    return (await isConfirmed()) ? "done" : code === "gone" ? "expired" : "unknown";
  }
  await isConfirmed();
  return "done";
}

/** A link that was used before has done its work, perhaps in this browser a moment ago. It also makes the account known here as it is now. */
async function isConfirmed() {
  const user = await askUser().catch(() => null);
  return user !== null && user.email_verified && !user.new_email;
}
