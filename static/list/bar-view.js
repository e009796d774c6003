/** The bar at the top of a list: its title, how far it is, who shares it, and the way to its menu. */

/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { ConnectionSign } from "../shared/connection-view.js";
import { Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { number, t } from "../shared/words.js";
import { circle, initials } from "./circle.js";
import { Late } from "./late.js";
import { onList } from "./model.js";

const SHEETS = /** @type {const} */ ({ members: "MembersSheet", shares: "SharesSheet", history: "HistorySheet" });

/** @param {{screen: Screen, state: State, children?: import("preact").ComponentChildren}} props */
export function Bar({ screen, state, children }) {
  const menu = useSignal(false);
  const items = onList(state);
  const done = items.filter((item) => item.ticked).length;
  const total = items.length;
  const far = t("list.progress", { done, total });
  const under = total > 0 && html`<span aria-hidden="true">${t("lists.counts", { done, total })}</span>`;
  const beside = html`
    <${ConnectionSign} session=${screen.session} />
    <${Circle} screen=${screen} />
    ${!screen.session.guest && html`
      <button class="round" type="button" aria-label=${t("do.menu")} onClick=${() => (menu.value = true)}><${Icon} name="more" /></button>
    `}
  `;
  const below = html`<progress class="progress" max=${total || 1} value=${done} aria-label=${far}></progress>`;
  const side = screen.side.value;
  const leave = () => (screen.side.value = null);
  return html`
    <${Page} title=${state.list.title} back=${screen.session.guest ? "" : "/list"} under=${under} side=${beside} below=${below}>${children}<//>
    ${menu.value && html`<${Late} sheet="Menu" screen=${screen} state=${state} close=${() => (menu.value = false)} />`}
    ${side && html`<${Late} key=${side} sheet=${SHEETS[side]} screen=${screen} list=${state.list} state=${state} close=${leave} />`}
  `;
}

/** Who shares the list, as initials; nobody where one is alone. @param {{screen: Screen}} props */
function Circle({ screen }) {
  const { shown, more } = circle(screen.members.value, screen.session.user.id);
  if (shown.length === 0) return null;
  const names = screen.members.value.map(({ person }) => person.name ?? t("list.someone")).join(", ");
  return html`
    <button class="circle" type="button" onClick=${() => (screen.side.value = "members")}>
      ${shown.map(({ person }) => html`<span class="initials" key=${person.id} aria-hidden="true">${initials(person.name)}</span>`)}
      ${more > 0 && html`<span class="initials" aria-hidden="true">+${number(more)}</span>`}
      <span class="unseen">${t("list.shared_with", { names })}</span>
    </button>
  `;
}
