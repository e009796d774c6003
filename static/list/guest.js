/** The page of a list for whoever holds its link: no account, the same rows, a queue of the link's own. */

/** @import { Opened, User } from '../shared/shapes.js' */
import { codeOf } from "../join/model.js";
import { call } from "../shared/api.js";
import { Page } from "../shared/frame.js";
import { draw } from "../shared/draw.js";
import { html } from "../shared/html.js";
import { knownUser } from "../shared/known.js";
import { Live, connectTo } from "../shared/live.js";
import { problemFrom } from "../shared/problem.js";
import { loadSoon } from "../shared/reader.js";
import { assembled } from "../shared/session.js";
import { openStore } from "../shared/store.js";
import { language, t } from "../shared/words.js";
import { sheets } from "./late.js";
import { accountOf } from "./model.js";
import { OpenList } from "./open-list.js";
import { Screen } from "./screen.js";
import { ListPage } from "./view.js";

const MEMBER_MS = 1000;

/** @param {HTMLElement} root */
export async function start(root) {
  const key = codeOf(location.pathname);
  const store = await openStore();
  const user = /** @type {User} */ ({ id: accountOf(key), name: "" });
  const keepCopy = (/** @type {string} */ name, /** @type {unknown} */ value) => store.keepCopy(name, value).catch(() => {});
  /** @type {string} */
  let id;
  /** @type {Opened | null} */
  let told;
  try {
    ({ id, told } = await listOf(key, await store.copy(user.id).catch(() => undefined)));
  } catch (error) {
    const { code, message } = problemFrom(error);
    if (code !== "gone" && code !== "not_found") throw error;
    draw(html`<${Dead} says=${code === "not_found" ? t("list.no_link") : message || t("list.gone.ended")} />`, root);
    return;
  }
  await keepCopy(user.id, id);
  const session = assembled(user, store, (clock) => new GuestLive(clock, connectTo(location.origin, { key })));
  const { live, outbox } = session;
  await outbox.load();
  // What was done by the link goes by the link.
  if (outbox.entries.peek().length === 0 && (await isMember(id))) {
    location.replace(`/list/${id}`);
    return;
  }
  const list = new OpenList({ ...session, keepCopy, guest: true }, id);
  const screen = new Screen(list);
  live.onEnded = (says) => list.isGone("ended", says);
  outbox.onSignedOut = () => list.isGone("ended");
  await list.start();
  if (told) list.opened(told);
  live.start();
  loadSoon(() => live.state.value === "ready" && list.confirmed.value !== null, sheets);
  draw(html`<${ListPage} screen=${screen} />`, root);
}

/**
 * Whether membership gives the list to whoever is signed in here, as far as the server says so soon.
 * @param {string} id
 */
const isMember = async (id) =>
  knownUser() !== null &&
  Promise.race([
    call("members.list", { list: id }).then(() => true, () => false),
    new Promise((late) => setTimeout(late, MEMBER_MS, false)),
  ]);

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

/**
 * Which list a key opens: known from before, or asked, and then told whole. What is no answer of ours, as a page of the
 * network between, is none.
 * @param {string} key @param {unknown} known @returns {Promise<{id: string, told: Opened | null}>}
 */
async function listOf(key, known) {
  if (typeof known === "string") return { id: known, told: null };
  const asked = fetch(`/api/shared/${encodeURIComponent(key)}`, {
    headers: { "Accept-Language": language() },
    cache: "no-store",
    credentials: "omit",
  });
  const { ok, told } = await asked.then(async (answer) => ({ ok: answer.ok, told: await answer.json() })).catch((error) => {
    throw problemFrom(error);
  });
  if (!ok) throw problemFrom(told);
  return { id: told.list.id, told };
}

/** @param {{says: string}} props */
const Dead = ({ says }) => html`
  <${Page} title=${t("app.name")} side=""><section class="card"><p>${says}</p></section><//>
`;
