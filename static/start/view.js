/** What a stranger sees first: what this is, and the way in. */
import { ApiLink } from "../shared/frame.js";
import { Basket, Home, Offline, Together } from "../shared/drawings.js";
import { html } from "../shared/html.js";
import { Languages } from "../shared/languages-view.js";
import { letsRegister } from "../shared/shell.js";
import { t } from "../shared/words.js";
import { useEffect } from "preact/hooks";

export function Welcome() {
  useEffect(() => void (document.title = t("app.name")), []);
  return html`
    <main class="first">
      <header class="first-head">
        <${Basket} />
        <h1>${t("app.name")}</h1>
        <p class="first-line">${t("start.line")}</p>
      </header>
      <ul class="plain points">
        <${Point} drawing=${Together} title=${t("start.together")} text=${t("start.together_text")} />
        <${Point} drawing=${Offline} title=${t("start.offline")} text=${t("start.offline_text")} />
        <${Point} drawing=${Home} title=${t("start.home")} text=${t("start.home_text")} />
      </ul>
      <div class="first-ways">
        ${letsRegister() && html`<a class="button main" href="/account#register">${t("account.register")}</a>`}
        <a class=${letsRegister() ? "button" : "button main"} href="/account">${t("account.sign_in")}</a>
      </div>
    </main>
    <nav class="footer" aria-label=${t("nav.more")}><${Languages} /><${ApiLink} /></nav>
  `;
}

/** @param {{drawing: () => any, title: string, text: string}} props */
const Point = ({ drawing, title, text }) => html`
  <li class="point">
    <${drawing} />
    <div>
      <h2 class="point-title">${title}</h2>
      <p class="muted">${text}</p>
    </div>
  </li>
`;
