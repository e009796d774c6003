/** The first page of the site: the last list for whoever is signed in, a welcome for a stranger. */

/** @import { User } from '../shared/shapes.js' */
import { render } from "preact";
import { call } from "../shared/api.js";
import { html } from "../shared/html.js";
import { lastOf } from "../shared/last.js";
import { meetUser } from "../shared/who.js";
import { Welcome } from "./view.js";

/** @param {HTMLElement} root */
export async function start(root) {
  const user = await meetUser();
  if (user) location.replace(await beginning(user));
  else render(html`<${Welcome} />`, root);
}

/** Where somebody goes on: this device's last list, else the one that they used last anywhere. @param {User} user */
async function beginning(user) {
  const last = lastOf(user.id) ?? (await usedLast().catch(() => undefined));
  return last ? `/list/${last}` : "/list";
}

/** @returns {Promise<string | undefined>} */
const usedLast = async () => (await call("lists.index")).lists[0]?.id;
