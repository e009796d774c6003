/** The page of a list for whoever holds its link: no account, the same rows, a queue of the link's own. */

/** @import { User } from '../shared/shapes.js' */
/** @import { Session } from '../shared/session.js' */
import { effect } from "@preact/signals";
import { render } from "preact";
import { codeOf } from "../join/model.js";
import { Clock } from "../shared/clock.js";
import { Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { journal } from "../shared/journal.js";
import { Live, connectTo } from "../shared/live.js";
import { recall, remember } from "../shared/memory.js";
import { Outbox } from "../shared/outbox.js";
import { problemFrom } from "../shared/problem.js";
import { loadSoon } from "../shared/reader.js";
import { deliver, keepAlive, otherTabs } from "../shared/session.js";
import { openStore } from "../shared/store.js";
import { language, t } from "../shared/words.js";
import { sheets } from "./late.js";
import { accountOf } from "./model.js";
import { OpenList } from "./open-list.js";
import { Screen } from "./screen.js";
import { ListPage } from "./view.js";

/** @param {HTMLElement} root */
export async function start(root) {
  const key = codeOf(location.pathname);
  const session = await sessionOf(key);
  /** @type {string} */
  let id;
  try {
    id = await listOf(key, session);
  } catch (error) {
    const { code, message } = problemFrom(error);
    if (code !== "gone" && code !== "not_found") throw error;
    render(html`<${Dead} says=${code === "not_found" ? t("list.no_link") : message || t("list.gone.ended")} />`, root);
    return;
  }
  const list = new OpenList(session, id);
  const screen = new Screen(list);
  const live = /** @type {GuestLive} */ (session.live);
  live.onEnded = (says) => list.isGone("ended", says);
  session.outbox.onSignedOut = () => list.isGone("ended");
  await list.start();
  live.start();
  loadSoon(() => live.state.value === "ready" && list.confirmed.value !== null, sheets);
  render(html`<${ListPage} screen=${screen} />`, root);
}

/** The connection of a key: it is nobody's, so nobody is to be asked whose it is. */
class GuestLive extends Live {
  onEnded = (/** @type {string} */ _says) => {};

  greet() {
    this.welcome();
  }

  /** @param {Error & {data?: unknown}} error */
  refused(error) {
    const { code, message } = problemFrom(error.data);
    if (!["gone", "not_found", "unauthenticated"].includes(code)) {
      super.refused(error);
      return;
    }
    this.socket.disconnect();
    this.onEnded(code === "gone" ? message : "");
  }
}

/** @param {string} key @returns {Promise<Session>} */
async function sessionOf(key) {
  const store = await openStore();
  const user = /** @type {User} */ ({ id: accountOf(key), name: "" });
  const clock = new Clock(Date.now, { read: () => recall("clock"), write: (text) => remember("clock", text) });
  const live = new GuestLive(clock, connectTo(location.origin, { key }));
  const outbox = new Outbox(user.id, store, (payload) => deliver(live, payload), otherTabs(), journal);
  effect(() => outbox.ready(live.state.value === "ready"));
  keepAlive(live);
  await outbox.load();
  const keepCopy = (/** @type {string} */ name, /** @type {unknown} */ value) => store.keepCopy(name, value).catch(() => {});
  return { user, live, clock, store, outbox, keepCopy, guest: true };
}

/** Which list a key opens: known from before, or asked. @param {string} key @param {Session} session @returns {Promise<string>} */
async function listOf(key, { user, store, keepCopy }) {
  const known = await store.copy(user.id).catch(() => undefined);
  if (typeof known === "string") return known;
  const answer = await fetch(`/api/shared/${encodeURIComponent(key)}`, {
    headers: { "Accept-Language": language() },
    cache: "no-store",
    credentials: "omit",
  }).catch((error) => {
    throw problemFrom(error);
  });
  const told = await answer.json();
  if (!answer.ok) throw problemFrom(told);
  await keepCopy(user.id, told.list.id);
  return told.list.id;
}

/** @param {{says: string}} props */
const Dead = ({ says }) => html`
  <${Page} title=${t("app.name")} side=""><section class="card"><p>${says}</p></section><//>
`;
