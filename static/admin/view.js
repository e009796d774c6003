/** The admin's page: alerts, the accounts of this server, and how it is doing. */

/** @import { User } from '../shared/shapes.js' */
import { useSignal } from "@preact/signals";
import { html } from "../shared/html.js";
import { Failure, Form, Retry } from "../shared/parts.js";
import { problemFrom } from "../shared/problem.js";
import { sendsMail } from "../shared/shell.js";
import { language, moment, number, t } from "../shared/words.js";
import { byName, countsOf, placeWord, signsOf, sizeOf } from "./model.js";

/** @typedef {'exception' | 'error' | 'sign_ins' | 'storage' | 'storage_back' | 'disk'} Kind */
/** @typedef {{id: string, kind: Kind, place: string, detail: string, count: number, first_at: string, last_at: string}} Alert */
/** @typedef {User & {blocked: boolean, last_seen: string | null}} Account */
/**
 * @typedef {{people: number, lists: number, changes: number, connections: number, mails_waiting: number,
 *   store_bytes: number | null, disk_free_bytes: number, started_at: string, version: string}} Stats
 */
/** @typedef {{me: string, alerts: readonly Alert[], users: readonly Account[], more: boolean, stats: Stats}} Told `me`: the id of who looks at it */
/** @typedef {{readMore: () => Promise<void>, block: (account: Account, blocked: boolean) => Promise<void>}} AdminActions */

/** @param {{told: Told, actions: AdminActions}} props */
export const Admin = ({ told, actions }) => html`
  ${!sendsMail() && html`<section class="card warn"><h2>${t("admin.no_mail")}</h2><p>${t("admin.no_mail_text")}</p></section>`}
  <section class="card"><${Alerts} alerts=${told.alerts} /></section>
  <section class="card"><${Users} told=${told} actions=${actions} /></section>
  <section class="card"><${Numbers} stats=${told.stats} /></section>
`;

/** Whoever may not see it, or not yet. @param {{error: unknown}} props */
export const Refused = ({ error }) => html`
  <section class="card">
    <${Failure} error=${error} />
    ${problemFrom(error).code === "forbidden" ? html`<a class="button" href="/account/security">${t("security.title")}</a>` : html`<${Retry} />`}
  </section>
`;

/** @param {{alerts: readonly Alert[]}} props */
const Alerts = ({ alerts }) => html`
  <h2>${t("admin.alerts")}</h2>
  ${alerts.length === 0 && html`<p class="muted">${t("admin.quiet")}</p>`}
  ${alerts.length > 0 && html`<ul class="plain">${alerts.map((alert) => html`<${AlertRow} key=${alert.id} alert=${alert} />`)}</ul>`}
`;

/** @param {{alert: Alert}} props */
function AlertRow({ alert }) {
  const word = placeWord(alert);
  return html`
    <li class="row">
      <div class="row-main">
        <span class="row-text">${t(`admin.alert.${alert.kind}`)}</span>
        <span class="row-second">${word ? t(word, { place: alert.place, detail: alert.detail }) : alert.place}</span>
        ${!word && alert.detail && html`<span class="row-second">${alert.detail}</span>`}
        <span class="row-second">${t("admin.times", { count: alert.count, time: moment(alert.last_at) })}</span>
      </div>
    </li>
  `;
}

/** @param {{told: Told, actions: AdminActions}} props */
const Users = ({ told, actions }) => html`
  <h2>${t("admin.users")}</h2>
  <ul class="plain">
    ${byName(told.users, language()).map((user) => html`<${UserRow} key=${user.id} user=${user} me=${user.id === told.me} block=${actions.block} />`)}
  </ul>
  ${told.more && html`<${Form} send=${actions.readMore} label=${t("admin.more")} quiet />`}
`;

/** @param {{user: Account, me: boolean, block: AdminActions['block']}} props */
function UserRow({ user, me, block }) {
  const asks = useSignal(false);
  const error = useSignal(/** @type {unknown} */ (null));
  const unblock = () => block(user, false).then(() => (error.value = null), (failure) => (error.value = failure));
  const end = async () => {
    await block(user, true);
    asks.value = false;
  };
  return html`
    <li>
      <div class="row account">
        <div class="row-main">
          <span class="row-text">${user.name}</span>
          <span class="row-second">${user.email}</span>
          <span class="row-second">${[...signsOf(user, me).map((sign) => t(sign)), seen(user)].join(" · ")}</span>
        </div>
        ${!me && !asks.value && html`
          <button class=${user.blocked ? "button quiet" : "button quiet danger"} type="button"
            aria-label=${t(user.blocked ? "admin.unblock_who" : "admin.block_who", { name: user.name })}
            onClick=${user.blocked ? unblock : () => (asks.value = true)}>${t(user.blocked ? "admin.unblock" : "admin.block")}</button>
        `}
      </div>
      <${Failure} error=${error.value} />
      ${asks.value && html`
        <div class="asks">
          <p>${t("admin.block_ask", { name: user.name })}</p>
          <${Form} label=${t("admin.block_who", { name: user.name })} danger send=${end} />
          <button class="button" type="button" onClick=${() => (asks.value = false)}>${t("do.cancel")}</button>
        </div>
      `}
    </li>
  `;
}

/** @param {Account} user */
const seen = ({ last_seen }) => (last_seen ? t("account.last_seen", { time: moment(last_seen) }) : t("admin.no_device"));

/** @param {{stats: Stats}} props */
const Numbers = ({ stats }) => html`
  <h2>${t("admin.stats")}</h2>
  <table class="facts">
    <tbody>
      ${countsOf(stats).map(([word, count]) => html`<${Fact} key=${word} name=${t(word)} value=${number(count)} />`)}
      ${stats.store_bytes !== null && html`<${Fact} name=${t("admin.stats.store")} value=${t(...sizeOf(stats.store_bytes))} />`}
      <${Fact} name=${t("admin.stats.disk")} value=${t(...sizeOf(stats.disk_free_bytes))} />
      <${Fact} name=${t("admin.stats.started")} value=${moment(stats.started_at)} />
      <${Fact} name=${t("admin.stats.version")} value=${stats.version} />
    </tbody>
  </table>
`;

/** @param {{name: string, value: string}} props */
const Fact = ({ name, value }) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`;
