/** The security page: the second factor, the devices, and the programs. */

/** @import { User } from '../shared/shapes.js' */
import { useSignal } from "@preact/signals";
import { html } from "../shared/html.js";
import { Failure } from "../shared/parts.js";
import { moment, t } from "../shared/words.js";
import { Programs } from "./programs-view.js";
import { TwoFactor } from "./totp-view.js";

/** @typedef {'read' | 'write'} Scope */
/**
 * @typedef {{id: string, name: string, scopes: readonly Scope[], session: boolean, created_at: string, last_seen: string, current: boolean}} Token
 *   `session`: of a device that signed in, else of a program
 */
/** @typedef {{secret: string, uri: string, qr: string}} Begun */

/**
 * @typedef {object} SecurityActions
 * @property {() => Promise<Begun>} begin
 * @property {(code: string) => Promise<readonly string[]>} confirm answers the recovery codes, which are shown this once
 * @property {() => Promise<void>} confirmed
 * @property {(password: string, totp: string) => Promise<void>} disable
 * @property {(name: string, scopes: readonly Scope[]) => Promise<string>} make answers the secret of a program's token, which is shown this once
 * @property {() => Promise<void>} readAgain
 * @property {(token: Token) => Promise<void>} end
 * @property {() => Promise<void>} endOthers of devices and programs
 */

/** @param {{user: User, tokens: readonly Token[] | null, actions: SecurityActions}} props */
export function Security({ user, tokens, actions }) {
  const devices = tokens?.filter((token) => token.session) ?? [];
  const programs = tokens?.filter((token) => !token.session) ?? [];
  return html`
    <section class="card"><${TwoFactor} user=${user} actions=${actions} /></section>
    ${tokens && html`
      <section class="card"><${Devices} devices=${devices} others=${programs.length > 0} actions=${actions} /></section>
      <section class="card"><${Programs} programs=${programs} actions=${actions} /></section>
    `}
  `;
}

/** Whoever signs in by the API need not name a device. @param {Token} device */
const nameOf = (device) => device.name || t("account.device_unnamed");

/** @param {{devices: readonly Token[], others: boolean, actions: SecurityActions}} props `others`: programs, which end with them */
function Devices({ devices, others, actions }) {
  const error = useSignal(/** @type {unknown} */ (null));
  /** @param {() => Promise<void>} act */
  const doing = (act) => () => act().then(() => (error.value = null), (failure) => (error.value = failure));
  return html`
    <h2>${t("account.devices")}</h2>
    <ul class="plain">
      ${devices.map((device) => html`<${DeviceRow} key=${device.id} device=${device} end=${doing(() => actions.end(device))} />`)}
    </ul>
    <${Failure} error=${error.value} />
    ${devices.length > 1 && html`
      ${others && html`<p class="muted">${t("security.programs_too")}</p>`}
      <button class="button" type="button" onClick=${doing(actions.endOthers)}>${t("account.end_others")}</button>
    `}
  `;
}

/** @param {{device: Token, end: () => void}} props */
const DeviceRow = ({ device, end }) => html`
  <li class="row">
    <div class="row-main">
      <span class="row-text">${nameOf(device)}</span>
      <span class="row-second">
        ${device.current ? t("account.this_device") : t("account.last_seen", { time: moment(device.last_seen) })}
      </span>
    </div>
    ${!device.current && html`
      <button class="button quiet" type="button" aria-label=${t("account.end_session", { name: nameOf(device) })} onClick=${end}>
        ${t("account.end")}
      </button>
    `}
  </li>
`;
