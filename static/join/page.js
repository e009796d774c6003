/** Joins the page of an invitation: whoever is signed in accepts it, whoever is not comes in first. */

/** @import { User } from '../shared/shapes.js' */
import { signal } from "@preact/signals";
import { render } from "preact";
import { doorActions, footerFor, leaveDevice } from "../account/door.js";
import { call } from "../shared/api.js";
import { html } from "../shared/html.js";
import { Page } from "../shared/frame.js";
import { holdToUser } from "../shared/known.js";
import { problemFrom } from "../shared/problem.js";
import { meetUser } from "../shared/who.js";
import { t } from "../shared/words.js";
import { codeOf, deadLink } from "./model.js";
import { Invitation } from "./view.js";

/** @param {HTMLElement} root */
export function start(root) {
  const user = signal(/** @type {User | null | undefined} */ (undefined));
  const newcomer = signal(true);
  const error = signal(/** @type {unknown} */ (null));
  const ways = waysIn(codeOf(location.pathname), user, newcomer, error);
  holdToUser();

  const View = () => html`
    <${Page} title=${t("join.page")} side=${user.value ? undefined : ""} footer=${footerFor(user.value)}>
      <${Invitation} user=${user.value} newcomer=${newcomer.value} error=${error.value} ways=${ways} />
    <//>
  `;
  render(html`<${View} />`, root);
  meetUser().then(
    (known) => (user.value = known),
    (failure) => (error.value = failure),
  );
}

/**
 * @param {string} code
 * @param {{value: User | null | undefined}} user
 * @param {{value: boolean}} newcomer
 * @param {{value: unknown}} error
 * @returns {import('./view.js').Ways}
 */
function waysIn(code, user, newcomer, error) {
  /** @param {User | null | undefined} person who joins */
  const join = async (person) => {
    error.value = null;
    try {
      const told = await call("members.accept", { code });
      location.replace(`/list/${told.list.id}`);
    } catch (failure) {
      const stranger = problemFrom(failure).code === "unauthenticated";
      newcomer.value &&= !stranger;
      user.value = stranger ? null : person;
      error.value = failure;
    }
  };
  const { signIn, register } = doorActions(join, { invitation: code });
  return {
    accept: () => join(user.value),
    door: { signIn, register: (fields) => register(fields).catch((failure) => tellDead(failure, error)) },
    async leave(anyway) {
      const waiting = await leaveDevice(user.value, anyway);
      if (waiting > 0) return waiting;
      newcomer.value = false;
      error.value = null;
      user.value = null;
      return 0;
    },
  };
}

/** A dead link is the page's to tell, anything else the form's. @param {unknown} failure @param {{value: unknown}} error */
function tellDead(failure, error) {
  if (!deadLink(problemFrom(failure).code)) throw failure;
  error.value = failure;
}
