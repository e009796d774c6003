/** The start of every page: words and colours first, then the page that the shell names. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { html } from "./shared/html.js";
import { NotStarted } from "./shared/parts.js";
import { knownUser } from "./shared/known.js";
import { Later, Pauses } from "./shared/later.js";
import { mark, unmark } from "./shared/marks.js";
import { onRemembered, recall } from "./shared/memory.js";
import { Problem } from "./shared/problem.js";
import { openStore } from "./shared/store.js";
import { showTheme } from "./shared/theme.js";
import { loadWords } from "./shared/words.js";
import { watchVersion } from "./version/watch.js";

/** @typedef {(root: HTMLElement) => void | Promise<void>} Start */

/** @param {string} script the one that is running @param {Record<string, Start>} pages by the name that a shell has for them */
export async function boot(script, pages) {
  const root = /** @type {HTMLElement} */ (document.getElementById("page"));
  paint();
  await speak(script, root);
  if (!(await begin(pages[document.body.dataset.page ?? ""], root))) return;
  watchVersion();
  addEventListener("keydown", loadFocus, { once: true });
}

function paint() {
  const user = knownUser();
  if (user) showTheme(user.theme);
  onRemembered("user", () => showTheme(knownUser()?.theme));
}

/** The words are asked for until they come. @param {string} script @param {HTMLElement} root */
async function speak(script, root) {
  const shell = document.documentElement;
  const wishes = [knownUser()?.language, recall("language"), shell.lang, ...navigator.languages];
  const words = new Later(() => loadWords(script, ...wishes));
  const stop = effect(() => {
    if (!words.missing.value) return;
    render(html`<main class="middle"><p role="status">${document.body.dataset.sorry}</p></main>`, root);
    // A newer server may have no words for this script any more.
    watchVersion();
  });
  await words.load();
  stop();
  shell.lang = words.here.peek() ?? shell.lang;
}

/**
 * A start without an answer says so, and is tried again until there is one: nothing of the page has begun by then.
 * @param {Start} start @param {HTMLElement} root
 * @returns {Promise<boolean>} false where the whole page is loaded again
 */
async function begin(start, root) {
  const pauses = new Pauses();
  for (;;) {
    try {
      await start(root);
      unmark(TRIED);
      return true;
    } catch (error) {
      const told = error instanceof Problem ? error : null;
      if (!told && (await startsWithoutCopies())) return false;
      render(html`<${NotStarted} error=${error} />`, root);
      if (told?.code !== "unreachable") return true;
    }
    await pauses.next();
  }
}

/** A script of its own, which the build leaves beside this one: without keys there is no place to keep. */
const loadFocus = () => import(new URL("./focus.js", import.meta.url).href).then(({ keepFocus }) => keepFocus()).catch(() => {});

const TRIED = "shoplist.tried";

/** A copy that this device keeps may be of a shape that no page can show. Edits stay. @returns {Promise<boolean>} whether the page is loaded again: once */
async function startsWithoutCopies() {
  if (!mark(TRIED, "yes")) return false;
  try {
    await (await openStore()).dropCopies();
  } catch {
    return false;
  }
  location.reload();
  return true;
}
