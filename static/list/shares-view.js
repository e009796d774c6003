/** The sheet of a list's links: making one, copying it again, withdrawing it. */

/** @import { List } from '../shared/shapes.js' */
/** @import { Screen } from './screen.js' */
/** @import { Share } from './shares.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { Choice, Failure, Field, Form, Sheet } from "../shared/parts.js";
import { moment, t } from "../shared/words.js";
import { again } from "./again.js";
import { Link, Unseen, useCopy } from "./link-view.js";
import { Asking } from "./members-view.js";
import { DAYS, Shares } from "./shares.js";

/** @param {{screen: Screen, list: List, close: () => void}} props */
export function SharesSheet({ screen, list, close }) {
  const shares = useRef(new Shares(screen.list)).current;
  const error = useSignal(/** @type {unknown} */ (null));
  const made = useSignal("");
  const wanted = useSignal(false);
  const says = useSignal("");
  const away = screen.session.live.state.value === "away";
  const read = () => shares.read().then(() => (error.value = null), (failure) => (error.value = failure));
  useEffect(() => (away ? undefined : again(read)), [list.id, away]);
  useEffect(() => {
    if (list.role !== "owner") close();
  }, [list.role]);
  const known = shares.known.value;
  /** @param {any} typed */
  const make = async (typed) => {
    says.value = "";
    made.value = await shares.make(typed);
    wanted.value = false;
  };
  /** @param {Share} share */
  const withdraw = async (share) => {
    await shares.withdraw(share.id);
    says.value = t("shares.withdrawn", { name: nameOf(share) });
  };
  return html`
    <${Sheet} title=${t("shares.title")} pane close=${close}>
      <p class="muted">${t("shares.text")}</p>
      ${away ? html`<p class="muted" role="status">${t("shares.offline")}</p>` : html`<${Failure} error=${error.value} />`}
      ${!away && error.value !== null && html`<button class="button" type="button" onClick=${read}>${t("do.retry")}</button>`}
      ${known && known.length > 0 && html`
        <h3>${t("shares.list")}</h3>
        <ul class="plain">
          ${known.map((share) => html`
            <${ShareRow} key=${share.id} share=${share} title=${list.title} away=${away} made=${share.id === made.value} withdraw=${() => withdraw(share)} />
          `)}
        </ul>
      `}
      <p class="muted" role="status">${says.value}</p>
      ${known && (known.length === 0 || wanted.value
        ? html`<${NewShare} away=${away} first=${known.length === 0} make=${make} cancel=${() => (wanted.value = false)} />`
        : html`<button class="button" type="button" disabled=${away} onClick=${() => (wanted.value = true)}>${t("shares.new")}</button>`)}
    <//>
  `;
}

/** @param {{share: Share, title: string, away: boolean, made: boolean, withdraw: () => Promise<void>}} props `made`: just now */
function ShareRow({ share, title, away, made, withdraw }) {
  const asks = useSignal(false);
  const { field, says, copy } = useCopy(share.url);
  const name = nameOf(share);
  const until = share.expires_at ? t("shares.until", { day: moment(share.expires_at) }) : t("shares.no_end");
  return html`
    <li>
      <div class="row member">
        <div class="row-main">
          <span class="row-text">${name}</span>
          <span class="row-second">${t(`shares.can.${share.right}`)} · ${until}</span>
          <span class="row-second">${share.last_used ? t("shares.used", { time: moment(share.last_used) }) : t("shares.unused")}</span>
          <span class="row-second" role="status">${says.value}</span>
          <${Unseen} text=${share.url} field=${field} />
        </div>
        ${!asks.value && html`
          <div class="member-deeds">
            ${!made && html`<button class="button quiet" type="button" aria-label=${t("shares.copy_what", { name })} onClick=${copy}>${t("members.copy_again")}</button>`}
            <button class="button quiet danger" type="button" disabled=${away} aria-label=${t("members.withdraw_what", { name })} onClick=${() => (asks.value = true)}>
              ${t("members.withdraw")}
            </button>
          </div>
        `}
      </div>
      ${asks.value && html`
        <${Asking} text=${t("shares.withdraw_ask")} label=${t("members.withdraw")} danger send=${withdraw} cancel=${() => (asks.value = false)} />
      `}
      ${made && !asks.value && html`<div class="asks"><${Link} url=${share.url} title=${t("shares.share_title", { title })} focused /></div>`}
    </li>
  `;
}

/** @param {{away: boolean, first: boolean, make: (typed: any) => Promise<void>, cancel: () => void}} props */
function NewShare({ away, first, make, cancel }) {
  const box = useRef(/** @type {HTMLFieldSetElement | null} */ (null));
  useEffect(() => {
    if (first) return;
    box.current?.querySelector("select")?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const rights = /** @type {const} */ (["view", "tick", "edit"]).map((value) => ({ value, label: t(`shares.may.${value}`) }));
  const lasts = /** @type {(keyof typeof DAYS)[]} */ (Object.keys(DAYS)).map((value) => ({ value, label: t(`shares.lasts.${value}`) }));
  return html`
    <fieldset class="bare" disabled=${away} ref=${box}>
      ${!first && html`<h3>${t("shares.new")}</h3>`}
      <${Form} label=${t("members.make_link")} send=${make}>
        ${(/** @type {Record<string, string>} */ wrong) => html`
          <${Choice} label=${t("shares.right")} name="right" value="tick" options=${rights} />
          <${Choice} label=${t("shares.lasts_label")} name="lasts" value="never" options=${lasts} />
          <${Field} label=${t("shares.name")} hint=${t("shares.name_hint")} name="name" maxlength="100" autocomplete="off" enterkeyhint="done" error=${wrong.name} />
        `}
      <//>
      ${!first && html`<button class="button" type="button" onClick=${cancel}>${t("do.cancel")}</button>`}
    </fieldset>
  `;
}

/** @param {Share} share */
const nameOf = ({ name, created_at }) => name ?? t("shares.unnamed", { time: moment(created_at) });
