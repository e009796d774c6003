/** Joins the page of an invitation: whoever is signed in accepts it, whoever is not comes in first. */

/** @import { User } from '../shared/shapes.js' */
import { signal } from "@preact/signals";
import { render } from "preact";
import { doorActions } from "../account/page.js";
import { call } from "../shared/api.js";
import { html } from "../shared/html.js";
import { ApiLink, Page } from "../shared/frame.js";
import { Languages } from "../shared/languages-view.js";
import { problemFrom } from "../shared/problem.js";
import { meetUser } from "../shared/session.js";
import { t } from "../shared/words.js";
import { codeOf } from "./model.js";
import { Invitation } from "./view.js";

/** @param {HTMLElement} root */
export function start(root) {
  const code = codeOf(location.pathname);
  const user = signal(/** @type {User | null | undefined} */ (undefined));
  const error = signal(/** @type {unknown} */ (null));

  const accept = async () => {
    try {
      const told = await call("members.accept", { code });
      location.replace(`/list/${told.list.id}`);
    } catch (failure) {
      error.value = failure;
      if (problemFrom(failure).code === "unauthenticated") user.value = null;
    }
  };
  const door = doorActions(accept, { invitation: code });

  const View = () => html`
    <${Page} title=${t("join.title")} side="" footer=${html`<${Languages} /><${ApiLink} />`}>
      <${Invitation} user=${user.value} error=${error.value} accept=${accept} door=${door} />
    <//>
  `;
  render(html`<${View} />`, root);
  meetUser().then(
    (known) => (user.value = known),
    (failure) => (error.value = failure),
  );
}
