/** The frame of a page: the bar at the top with the way home, the page's middle, and at its end the ways elsewhere. */

/** @import { ComponentChildren } from 'preact' */
import { useEffect } from "preact/hooks";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { isolated, t } from "./words.js";

/**
 * @param {{title: string, back?: string, backTo?: string, under?: ComponentChildren, side?: ComponentChildren, below?: ComponentChildren,
 *   footer?: ComponentChildren, children?: ComponentChildren}} props
 *   `back` is the address of the page above, `backTo` its name where it is not that of all lists; `under` stands small under the title, `side` at the right of the bar, `below` under it.
 */
export function Page({ title, back, backTo = t("nav.back"), under, side, below, footer, children }) {
  useEffect(() => {
    document.title = title ? `${isolated(title)} · ${t("app.name")}` : t("app.name");
  }, [title, t("app.name")]);
  return html`
    <header class="bar">
      <div class="bar-inside">
        ${back && html`<a class="round bar-back" href=${back} aria-label=${backTo}><${Icon} name="back" /></a>`}
        <div class="bar-words">
          <h1 class="bar-title" dir="auto">${title}</h1>
          ${under && html`<span class="bar-under">${under}</span>`}
        </div>
        ${side ?? html`<a class="bar-link" href="/list">${t("nav.lists")}</a>`}
      </div>
      ${below}
    </header>
    <main class="middle">${children}</main>
    ${footer && html`<nav class="footer" aria-label=${t("nav.more")}>${footer}</nav>`}
  `;
}

/** Where programs read on. */
export const ApiLink = () => html`<a class="footer-link" href="/swagger">${t("nav.api")}</a>`;
