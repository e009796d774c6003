/** The first page of the site: sends whoever is signed in to their lists, a stranger to the door. */
import { knownUser } from "../shared/session.js";

export function start() {
  location.replace(knownUser() ? "/list" : "/account");
}
