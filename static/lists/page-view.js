/** The page of all lists: the lists alone on a phone; where there is room they stand at the left, as beside an open list. */

/** @import { Lists } from './lists.js' */
import { Connection, ConnectionSign } from "../shared/connection-view.js";
import { Basket } from "../shared/drawings.js";
import { Foot } from "../shared/foot-view.js";
import { ApiLink, Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { Snackbar } from "../shared/snacks-view.js";
import { t } from "../shared/words.js";
import { wide } from "../shared/wide.js";
import { NewList } from "./new-view.js";
import { AccountLink, AllLists, ListsPane } from "./view.js";

/** @param {{lists: Lists}} props */
export function ListsPage({ lists }) {
  const parts = lists.shown.value;
  const none = parts?.now.length === 0;
  if (wide.value)
    return html`
      <${Page} title=${t("lists.title")} side="">
        <${Welcome} text=${t(none ? "lists.empty" : "lists.choose")} hint=${none ? t("lists.first_hint") : ""} />
      <//>
      <${ListsPane} lists=${lists} parts=${parts} />
      <${Foot}><${Snackbar} snacks=${lists.snacks} /><${Connection} session=${lists.session} /><//>
    `;
  return html`
    <${Page} title=${t("lists.title")} side=${html`<${ConnectionSign} session=${lists.session} /><${AccountLink} />`}
      footer=${html`<${ApiLink} />`}>
      ${none && html`<${Welcome} text=${t("lists.empty")} hint=${t("lists.first_hint")} />`}
      <${AllLists} lists=${lists} parts=${parts} />
    <//>
    <${Foot}>
      <${Snackbar} snacks=${lists.snacks} />
      <${Connection} session=${lists.session} />
      <div class="add-bar"><div class="add-bar-inside"><${NewList} lists=${lists} /></div></div>
    <//>
  `;
}

/** @param {{text: string, hint: string}} props */
const Welcome = ({ text, hint }) => html`
  <div class="welcome">
    <${Basket} />
    <p class="welcome-text">${text}</p>
    <p class="muted">${hint}</p>
  </div>
`;
