/** The start of every page: language and colours first, then the page that the shell names. */
import { render } from "preact";
import { start as account } from "./account/page.js";
import { start as join } from "./join/page.js";
import { start as list } from "./list/page.js";
import { start as lists } from "./lists/page.js";
import { start as first } from "./start/page.js";
import { html } from "./shared/html.js";
import { NotStarted } from "./shared/parts.js";
import { knownUser } from "./shared/session.js";
import { showTheme } from "./shared/theme.js";
import { chooseLanguage } from "./shared/words.js";
import { watchVersion } from "./version/watch.js";

/** @type {Record<string, (root: HTMLElement) => void | Promise<void>>} */
const PAGES = { account, join, list, lists, start: first };

const user = knownUser();
const shell = document.documentElement;
shell.lang = chooseLanguage(user?.language, shell.lang, ...navigator.languages);
if (user) showTheme(user.theme);
const root = /** @type {HTMLElement} */ (document.getElementById("page"));
const start = PAGES[document.body.dataset.page ?? ""];
Promise.resolve(root)
  .then(start)
  .catch((error) => render(html`<${NotStarted} error=${error} />`, root))
  .then(watchVersion);
