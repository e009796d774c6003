/** A list that cannot be shown: not read yet, or gone. */

/** @import { Session } from '../shared/session.js' */
/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { amount } from "../shared/amounts.js";
import { Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { Connection } from "../shared/parts.js";
import { t } from "../shared/words.js";
import { asText } from "./model.js";
import { Unsaved } from "./notices-view.js";

/** @param {{screen: Screen, state: State | null}} props */
export const Gone = ({ screen, state }) => html`
  <${Page} title=${state?.list.title ?? t("app.name")} back="/list">
    <section class="card">
      <p>${t(`list.gone.${screen.list.gone.value ?? "unknown"}`)}</p>
      ${state && html`
        <p class="muted">${t("list.gone_text")}</p>
        <textarea class="text" rows="8" readonly aria-label=${t("list.gone_text")}>${asText(state, (item) => [item.text, amount(item)].filter(Boolean).join(" · "))}</textarea>
      `}
      <a class="button" href="/list">${t("nav.lists")}</a>
    </section>
    <${Unsaved} screen=${screen} entries=${screen.list.aside.value} />
  <//>
`;

/** Six grey rows, shown by the stylesheet only if the list takes longer than a moment. @param {{session: Session}} props */
export const Waiting = ({ session }) => html`
  <${Page} title=${t("app.name")} back="/list" below=${html`<${Connection} session=${session} />`}>
    <ul class="plain waiting" aria-hidden="true">${Array.from({ length: 6 }, (_, place) => html`<li class="row" key=${place}></li>`)}</ul>
  <//>
`;
