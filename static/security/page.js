/** Joins the security page: the second factor of an account, and the devices that are signed in to it. */

/** @import { User } from '../shared/shapes.js' */
/** @import { Device, SecurityActions } from './view.js' */
import { signal } from "@preact/signals";
import { render } from "preact";
import { call } from "../shared/api.js";
import { ApiLink, Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { Failure, Retry } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
import { askUser, knownUser, meetUser, signInAddress } from "../shared/who.js";
import { t } from "../shared/words.js";
import { Security } from "./view.js";

/** @typedef {{user: User | null, devices: readonly Device[] | null}} Known */

/** @param {HTMLElement} root */
export function start(root) {
  const known = signal(/** @type {Known} */ ({ user: knownUser(), devices: null }));
  const error = signal(/** @type {unknown} */ (null));
  const actions = securityActions(known);

  const View = () => html`
    <${Page} title=${t("security.title")} back="/account" backTo=${t("nav.to_account")} side="" footer=${html`<${ApiLink} />`}>
      <${Failure} error=${error.value} />
      ${error.value && !known.value.devices && html`<${Retry} />`}
      ${known.value.user && html`<${Security} user=${known.value.user} devices=${known.value.devices} actions=${actions} />`}
    <//>
  `;
  render(html`<${View} />`, root);
  meet(known).catch((failure) => (error.value = failure));
}

/** @param {{value: Known}} known */
async function meet(known) {
  const user = known.value.user ? await askUser() : await meetUser();
  if (user) known.value = { user, devices: await readDevices() };
  else location.replace(signInAddress());
}

/** @returns {Promise<Device[]>} */
const readDevices = async () => (await call("tokens.list")).tokens;

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
  const readAgain = async () => void (known.value = { ...known.value, devices: await readDevices() });
  return {
    begin: () => doing(call("totp.begin")),
    confirm: async (code) => (await doing(call("totp.confirm", { code }))).recovery_codes,
    confirmed: meetAgain,
    disable: (password, totp) => doing(call("totp.disable", { password, totp }).then(meetAgain)),
    endDevice: (device) => doing(call("tokens.revoke", { id: device.id }).then(readAgain)),
    endOthers: () => doing(call("tokens.revoke_others").then(readAgain)),
  };
}
