/** Joins the page of one list, and with room for them all lists beside it. */
import { effect } from "@preact/signals";
import { draw } from "../shared/draw.js";
import { html } from "../shared/html.js";
import { openSession } from "../shared/session.js";
import { keepLast } from "../shared/last.js";
import { loadSoon } from "../shared/reader.js";
import { wide } from "../shared/wide.js";
import { pane, sheets } from "./late.js";
import { OpenList } from "./open-list.js";
import { Screen } from "./screen.js";
import { ListPage } from "./view.js";

/** @param {HTMLElement} root */
export async function start(root) {
  const session = await openSession();
  const list = new OpenList(session, location.pathname.split("/")[2] ?? "");
  const screen = new Screen(list);
  await list.start();
  void screen.circle.start();
  effect(() => void (wide.value && pane.load()));
  keepLast(session.user.id, list);
  loadSoon(() => session.live.state.value === "ready" && list.confirmed.value !== null, sheets);
  draw(html`<${ListPage} screen=${screen} />`, root);
}
