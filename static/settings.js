/** The script of pages that are opened now and then: security, confirming an address, a forgotten password, the admin's. */
import { start as admin } from "./admin/page.js";
import { boot } from "./boot.js";
import { start as reset } from "./reset/page.js";
import { start as security } from "./security/page.js";
import { start as verify } from "./verify/page.js";

void boot("settings", { admin, reset, security, verify });
