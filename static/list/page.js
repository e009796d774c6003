/** Joins the page of one list. */

import { render } from "preact";
import { html } from "../shared/html.js";
import { openSession } from "../shared/session.js";
import { OpenList } from "./open-list.js";
import { Screen } from "./screen.js";
import { ListPage } from "./view.js";

/** @param {HTMLElement} root */
export async function start(root) {
  const session = await openSession();
  const list = new OpenList(session, location.pathname.split("/")[2] ?? "");
  const screen = new Screen(list);
  await list.start();
  render(html`<${ListPage} screen=${screen} />`, root);
}
