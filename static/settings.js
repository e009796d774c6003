/** The script of pages that are opened now and then: security, the admin's. */
import { start as admin } from "./admin/page.js";
import { boot } from "./boot.js";
import { start as security } from "./security/page.js";

void boot("settings", { admin, security });
