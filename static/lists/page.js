/** Joins the page of all lists. */
import { draw } from "../shared/draw.js";
import { html } from "../shared/html.js";
import { openSession } from "../shared/session.js";
import { Lists, takeDeleted } from "./lists.js";
import { ListsPage } from "./page-view.js";

/** @param {HTMLElement} root */
export async function start(root) {
  const session = await openSession();
  const lists = new Lists(session);
  await lists.start();
  draw(html`<${ListsPage} lists=${lists} />`, root);
  lists.offerBack(takeDeleted());
}
