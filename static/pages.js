/** The script of the pages beside a list's: the first, all lists, the account, an invitation. */
import { start as account } from "./account/page.js";
import { boot } from "./boot.js";
import { start as join } from "./join/page.js";
import { start as lists } from "./lists/page.js";
import { start as first } from "./start/page.js";

void boot("pages", { account, join, lists, start: first });
