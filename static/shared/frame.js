/** The frame of a page: the bar at the top with the way home, and the page's middle. */

/** @import { ComponentChildren } from 'preact' */
import { useEffect } from "preact/hooks";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { t } from "./words.js";

/**
 * @param {{title: string, back?: string, side?: ComponentChildren, below?: ComponentChildren, children?: ComponentChildren}} props
 *   `back` is the address of the page above, `side` stands at the right of the bar, `below` under it.
 */
export function Page({ title, back, side, below, children }) {
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title]);
  return html`
    <header class="bar">
      <div class="bar-inside">
        ${back && html`<a class="round" href=${back} aria-label=${t("nav.back")}><${Icon} name="back" /></a>`}
        <h1 class="bar-title">${title}</h1>
        ${side ?? html`<a class="bar-link" href="/list">${t("nav.lists")}</a>`}
      </div>
      ${below}
    </header>
    <main class="middle">${children}</main>
  `;
}
