/** The security page: the second factor, and the devices. */

/** @import { User } from '../shared/shapes.js' */
import { useSignal } from "@preact/signals";
import { html } from "../shared/html.js";
import { Failure } from "../shared/parts.js";
import { moment, t } from "../shared/words.js";
import { TwoFactor } from "./totp-view.js";

/** @typedef {{id: string, name: string, scopes: readonly string[], created_at: string, last_seen: string, current: boolean}} Device */
/** @typedef {{secret: string, uri: string, qr: string}} Begun */

/**
 * @typedef {object} SecurityActions
 * @property {() => Promise<Begun>} begin
 * @property {(code: string) => Promise<readonly string[]>} confirm answers the recovery codes, which are shown this once
 * @property {() => Promise<void>} confirmed
 * @property {(password: string, totp: string) => Promise<void>} disable
 * @property {(device: Device) => Promise<void>} endDevice
 * @property {() => Promise<void>} endOthers
 */

/** @param {{user: User, devices: readonly Device[] | null, actions: SecurityActions}} props */
export const Security = ({ user, devices, actions }) => html`
  <section class="card"><${TwoFactor} user=${user} actions=${actions} /></section>
  ${devices && html`<section class="card"><${Devices} devices=${devices} actions=${actions} /></section>`}
`;

/** Whoever signs in by the API need not name a device. @param {Device} device */
const nameOf = (device) => device.name || t("account.device_unnamed");

/** @param {{devices: readonly Device[], actions: SecurityActions}} props */
function Devices({ devices, actions }) {
  const error = useSignal(/** @type {unknown} */ (null));
  /** @param {() => Promise<void>} act */
  const doing = (act) => () => act().then(() => (error.value = null), (failure) => (error.value = failure));
  return html`
    <h2>${t("account.devices")}</h2>
    <ul class="plain">
      ${devices.map((device) => html`<${DeviceRow} key=${device.id} device=${device} end=${doing(() => actions.endDevice(device))} />`)}
    </ul>
    <${Failure} error=${error.value} />
    ${devices.length > 1 && html`
      <button class="button" type="button" onClick=${doing(actions.endOthers)}>${t("account.end_others")}</button>
    `}
  `;
}

/** @param {{device: Device, end: () => void}} props */
const DeviceRow = ({ device, end }) => html`
  <li class="row">
    <div class="row-main">
      <span class="row-text">${nameOf(device)}</span>
      <span class="row-second">
        ${device.current ? t("account.this_device") : t("account.last_seen", { time: moment(device.last_seen) })}
      </span>
      ${!device.scopes.includes("write") && html`<span class="row-second">${t("security.reads_only")}</span>`}
    </div>
    ${!device.current && html`
      <button class="button quiet" type="button" aria-label=${t("account.end_session", { name: nameOf(device) })} onClick=${end}>
        ${t("account.end")}
      </button>
    `}
  </li>
`;
