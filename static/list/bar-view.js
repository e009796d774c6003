/** The bar at the top of a list: its title, how far it is, and the way to its menu. */

/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { Connection } from "../shared/parts.js";
import { t } from "../shared/words.js";
import { Menu } from "./menu-view.js";
import { onList } from "./model.js";

/** @param {{screen: Screen, state: State, children?: import("preact").ComponentChildren}} props */
export function Bar({ screen, state, children }) {
  const menu = useSignal(false);
  const items = onList(state);
  const done = items.filter((item) => item.ticked).length;
  const progress = t("list.progress", { done, total: items.length });
  const side = html`
    <span class="bar-count" aria-label=${progress}>${t("lists.counts", { done, total: items.length })}</span>
    <button class="round" type="button" aria-label=${t("do.menu")} onClick=${() => (menu.value = true)}><${Icon} name="more" /></button>
  `;
  const below = html`
    <progress class="progress" max=${items.length || 1} value=${done} aria-label=${progress}></progress>
    <${Connection} session=${screen.session} />
  `;
  return html`
    <${Page} title=${state.list.title} back="/list" side=${side} below=${below}>${children}<//>
    ${menu.value && html`<${Menu} screen=${screen} state=${state} close=${() => (menu.value = false)} />`}
  `;
}
