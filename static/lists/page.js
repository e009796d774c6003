/** Joins the page of all lists: reads them, keeps them for the next visit, and reads again when told that they changed. */

/** @import { List } from '../shared/shapes.js' */
/** @import { Session } from '../shared/session.js' */
/** @import { Lists } from './model.js' */
/** @import { Actions } from './view.js' */
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { html } from "../shared/html.js";
import { newId } from "../shared/ids.js";
import { openSession } from "../shared/session.js";
import { withList } from "./model.js";
import { ListsPage } from "./view.js";

/** @param {HTMLElement} root */
export async function start(root) {
  const session = await openSession();
  const { live, store, user } = session;
  const copy = `lists ${user.id}`;
  const lists = signal(/** @type {Lists | null} */ (await store.copy(copy).catch(() => null) ?? null));
  const error = signal(/** @type {unknown} */ (null));
  const actions = listsActions(session, lists);

  const read = async () => {
    try {
      lists.value = await readLists(session);
      error.value = null;
      await store.keepCopy(copy, lists.value).catch(() => {});
    } catch (failure) {
      if (live.state.peek() === "ready") error.value = failure;
    }
  };
  live.on("lists.changed", read);
  effect(() => {
    if (live.state.value === "ready") void read();
  });
  // Counts are not told: whoever comes back to the page sees them as they are now.
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && read());

  const View = () =>
    html`<${ListsPage} session=${session} lists=${lists.value} error=${error.value} actions=${actions} />`;
  render(html`<${View} />`, root);
}

/** @param {Session} session @returns {Promise<Lists>} */
async function readLists({ live }) {
  const [now, archived, deleted] = await Promise.all([
    live.call("lists.index"),
    live.call("lists.index", { archived: true }),
    live.call("lists.index", { deleted: true }),
  ]);
  return { now: now.lists, archived: archived.lists, deleted: deleted.lists };
}

/**
 * @param {Session} session
 * @param {{value: Lists | null}} lists
 * @returns {Actions}
 */
function listsActions({ live }, lists) {
  /** @param {{list: List}} told */
  const show = ({ list }) => {
    if (lists.value) lists.value = withList(lists.value, list);
  };
  /** Ids of lists whose making was not answered yet: trying again makes no second one. @type {Map<string, string>} */
  const tried = new Map();
  /** @param {string} wish */
  const idFor = (wish) => tried.get(wish) ?? tried.set(wish, newId()).get(wish);
  return {
    async make(title) {
      const { list } = await live.call("lists.create", { title, id: idFor(`make ${title}`) });
      tried.clear();
      location.assign(`/list/${list.id}`);
    },
    async copy(list) {
      show(await live.call("lists.copy", { list: list.id, id: idFor(`copy ${list.id}`) }));
      tried.clear();
    },
    archive: async (list, archived) => show(await live.call("lists.archive", { list: list.id, archived })),
    async remove(list) {
      await live.call("lists.delete", { list: list.id });
      show({ list: { ...list, deleted_at: new Date().toISOString() } });
    },
    restore: async (list) => show(await live.call("lists.restore", { list: list.id })),
  };
}
