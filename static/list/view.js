/** The page of one list: its bar, its rows, what was not saved, and the bar to add. */

/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { html } from "../shared/html.js";
import { t } from "../shared/words.js";
import { AddBar } from "./add-view.js";
import { Bar } from "./bar-view.js";
import { Snackbar, Unsaved } from "./notices-view.js";
import { Rows } from "./rows-view.js";
import { Gone, Waiting } from "./states-view.js";

/** @param {{screen: Screen}} props */
export function ListPage({ screen }) {
  const { list, session } = screen;
  const state = list.shown.value;
  if (list.gone.value) return html`<${Gone} screen=${screen} state=${state} />`;
  return html`
    ${state ? html`<${Known} screen=${screen} state=${state} />` : html`<${Waiting} session=${session} />`}
    <footer class="foot">
      <${Snackbar} notices=${screen.notices} />
      ${state?.list.right !== "view" && html`<${AddBar} adding=${screen.adding} />`}
    </footer>
    <p class="unseen" role="status" aria-live="polite">${screen.notices.said.value}</p>
  `;
}

/** @param {{screen: Screen, state: State}} props */
const Known = ({ screen, state }) => html`
  <${Bar} screen=${screen} state=${state}>
    ${state.list.archived && html`<p class="muted">${t("list.archived")}</p>`}
    ${state.list.right === "view" && html`<p class="muted">${t("list.look_only")}</p>`}
    <${Unsaved} screen=${screen} entries=${screen.list.aside.value} />
    <${Rows} screen=${screen} state=${state} />
  <//>
`;
