/** The script of a list's page: the one that is opened in shops, so it carries nothing of the others. */
import { boot } from "./boot.js";
import { start as guest } from "./list/guest.js";
import { start as list } from "./list/page.js";

// For the script of the sheets.
export * from "./list/kit.js";

void boot("list", { list, guest });
