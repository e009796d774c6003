/** The page of one list: its bar, its rows, what was not saved, the bar to add; with room, all lists beside it. */

/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { Connection } from "../shared/connection-view.js";
import { Foot } from "../shared/foot-view.js";
import { Snackbar } from "../shared/snacks-view.js";
import { html } from "../shared/html.js";
import { t } from "../shared/words.js";
import { wide } from "../shared/wide.js";
import { AddBar } from "./add-view.js";
import { Bar } from "./bar-view.js";
import { pane } from "./late.js";
import { Rows } from "./rows-view.js";
import { Archived, Gone, Waiting } from "./states-view.js";
import { Unsaved } from "./unsaved-view.js";

/** A guest has no lists. @param {{screen: Screen}} props */
export const ListPage = ({ screen }) => html`
  <${Middle} screen=${screen} />
  ${wide.value && !screen.session.guest && html`<${Lists} screen=${screen} /><${NothingChosen} />`}
`;

/** @param {{screen: Screen}} props */
function Middle({ screen }) {
  const { list, session, notices } = screen;
  const state = list.shown.value;
  if (list.gone.value) return html`<${Gone} screen=${screen} state=${state} /><${Foot}><${Snackbar} snacks=${notices} /><//>`;
  return html`
    ${state ? html`<${Known} screen=${screen} state=${state} />` : html`<${Waiting} guest=${session.guest} />`}
    <${Foot}>
      <${Snackbar} snacks=${notices} />
      <${Connection} session=${session} />
      ${(state?.list.right ?? "edit") === "edit" && html`<${AddBar} adding=${screen.adding} />`}
    <//>
    <p class="unseen said" role="status" aria-live="polite">${notices.said.value}</p>
  `;
}

/** @param {{screen: Screen, state: State}} props */
const Known = ({ screen, state }) => html`
  <${Bar} screen=${screen} state=${state}>
    ${state.list.archived && html`<${Archived} screen=${screen} state=${state} />`}
    ${state.list.right === "view" && html`<p class="muted quiet-line">${t("list.look_only")}</p>`}
    <${Unsaved} screen=${screen} entries=${screen.list.aside.value} />
    <${Rows} screen=${screen} state=${state} />
  <//>
`;

/** The left column, empty until its script has come. @param {{screen: Screen}} props */
const Lists = ({ screen }) => html`<${pane.here.value?.Beside ?? NoLists} screen=${screen} />`;

const NoLists = () => html`<div class="lists-pane"></div>`;

/** The right column while nothing is chosen. */
const NothingChosen = () => html`
  <aside class="details" aria-label=${t("list.details")}>
    <p>${t("list.details_hint")}</p>
    <p class="muted">${t("list.keys_hint")}</p>
  </aside>
`;
