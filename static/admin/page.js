/** Joins the admin's page: what was strange, who has an account here, and how the server is doing. */

/** @import { AdminActions, Told } from './view.js' */
import { signal } from "@preact/signals";
import { render } from "preact";
import { call } from "../shared/api.js";
import { ApiLink, Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { holdToUser } from "../shared/known.js";
import { WaitingRows } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
import { meetUser, signInAddress } from "../shared/who.js";
import { t } from "../shared/words.js";
import { Admin, Refused } from "./view.js";

/** @param {HTMLElement} root */
export function start(root) {
  const told = signal(/** @type {Told | null} */ (null));
  const error = signal(/** @type {unknown} */ (null));
  holdToUser();
  const View = () => html`
    <${Page} title=${t("admin.title")} back="/account" backTo=${t("nav.to_account")} side="" footer=${(told.value || error.value) && html`<${ApiLink} />`}>
      ${error.value ? html`<${Refused} error=${error.value} />` : told.value ? html`<${Admin} told=${told.value} actions=${adminActions(told)} />` : html`<${WaitingRows} />`}
    <//>
  `;
  render(html`<${View} />`, root);
  read().then(
    (found) => (told.value = found),
    (failure) => {
      if (problemFrom(failure).code === "unauthenticated") location.replace(signInAddress());
      else error.value = failure;
    },
  );
}

/** @returns {Promise<Told>} */
async function read() {
  const [user, { alerts }, { users, more }, stats] = await Promise.all([
    meetUser(), call("admin.alerts"), call("admin.users"), call("admin.stats"),
  ]);
  return { me: user?.id ?? "", alerts, users, more, stats };
}

/** @param {{value: Told | null}} told @returns {AdminActions} */
function adminActions(told) {
  /** @param {Partial<Told>} news */
  const change = (news) => (told.value = { .../** @type {Told} */ (told.value), ...news });
  const users = () => told.value?.users ?? [];
  return {
    async readMore() {
      const next = await call("admin.users", { after: users().at(-1)?.id });
      change({ users: [...users(), ...next.users], more: next.more });
    },
    async block(account, blocked) {
      await call("admin.block", { person: account.id, blocked });
      change({ users: users().map((one) => (one.id === account.id ? { ...one, blocked } : one)) });
    },
  };
}
