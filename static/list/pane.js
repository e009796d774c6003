/** The script of what stands beside a list where there is room: all lists. Phones never load it. */

/** @import { Screen } from './screen.js' */
import { Lists } from "../lists/lists.js";
import { withOpen } from "../lists/model.js";
import { ListsPane } from "../lists/view.js";
import { html } from "../shared/html.js";
import { headerOf } from "./circle.js";

/** They are kept when the window grows narrow, so that each is read and heard once. @type {Lists | null} */
let lists = null;

/** @param {{screen: Screen}} props */
export function Beside({ screen }) {
  if (!lists) {
    lists = new Lists(screen.session, screen.notices);
    void lists.start();
  }
  const state = screen.list.shown.value;
  const parts = lists.shown.value && withOpen(lists.shown.value, state && headerOf(state));
  return html`<${ListsPane} lists=${lists} parts=${parts} open=${screen.list.id} />`;
}
