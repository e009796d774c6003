/** The start of every page: words and colours first, then the page that the shell names. */
import { render } from "preact";
import { html } from "./shared/html.js";
import { NotStarted } from "./shared/parts.js";
import { knownUser } from "./shared/known.js";
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
  try {
    await speakAndPaint(script);
  } catch {
    root.textContent = document.body.dataset.sorry ?? "";
    watchVersion();
    return;
  }
  try {
    await pages[document.body.dataset.page ?? ""](root);
    forgetTry();
  } catch (error) {
    if (!(error instanceof Problem) && (await startsWithoutCopies())) return;
    render(html`<${NotStarted} error=${error} />`, root);
  }
  watchVersion();
  addEventListener("keydown", loadFocus, { once: true });
}

/** A script of its own, which the build leaves beside this one: without keys there is no place to keep. */
const loadFocus = () => import(new URL("./focus.js", import.meta.url).href).then(({ keepFocus }) => keepFocus()).catch(() => {});

const TRIED = "shoplist.tried";

/** A copy that this device keeps may be of a shape that no page can show. Edits stay. @returns {Promise<boolean>} whether the page is loaded again: once */
async function startsWithoutCopies() {
  try {
    if (sessionStorage.getItem(TRIED)) return false;
    sessionStorage.setItem(TRIED, "yes");
    await (await openStore()).dropCopies();
  } catch {
    return false;
  }
  location.reload();
  return true;
}

function forgetTry() {
  try {
    sessionStorage.removeItem(TRIED);
  } catch {
    // Blocked.
  }
}

/** @param {string} script */
async function speakAndPaint(script) {
  const user = knownUser();
  const shell = document.documentElement;
  if (user) showTheme(user.theme);
  onRemembered("user", () => showTheme(knownUser()?.theme));
  shell.lang = await loadWords(script, user?.language, recall("language"), shell.lang, ...navigator.languages);
}
