/** The page of one list: its bar, its rows, what was not saved, the bar to add; with room, all lists beside it. */

/** @import { Lists } from '../lists/lists.js' */
/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { ListsPane } from "../lists/view.js";
import { withOpen } from "../lists/model.js";
import { Connection } from "../shared/connection-view.js";
import { Foot } from "../shared/foot-view.js";
import { Snackbar } from "../shared/snacks-view.js";
import { html } from "../shared/html.js";
import { t } from "../shared/words.js";
import { wide } from "../shared/wide.js";
import { AddBar } from "./add-view.js";
import { Bar } from "./bar-view.js";
import { headerOf } from "./circle.js";
import { Rows } from "./rows-view.js";
import { Archived, Gone, Waiting } from "./states-view.js";
import { Unsaved } from "./unsaved-view.js";

/** A guest has no lists. @param {{screen: Screen, lists?: Lists}} props */
export const ListPage = ({ screen, lists }) => html`
  <${Middle} screen=${screen} />
  ${wide.value && lists && html`<${Beside} screen=${screen} lists=${lists} /><${NothingChosen} />`}
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

/** @param {{screen: Screen, lists: Lists}} props */
function Beside({ screen, lists }) {
  const state = screen.list.shown.value;
  const parts = lists.shown.value && withOpen(lists.shown.value, state && headerOf(state));
  return html`<${ListsPane} lists=${lists} parts=${parts} open=${screen.list.id} />`;
}

/** The right column while nothing is chosen. */
const NothingChosen = () => html`
  <aside class="details" aria-label=${t("list.details")}>
    <p>${t("list.details_hint")}</p>
    <p class="muted">${t("list.keys_hint")}</p>
  </aside>
`;
