/** The second factor and the rights of programs as a page shows them. */

/** @import { Scope } from './view.js' */

/** A picture that the server drew, as an address: as an image nothing in it ever runs. @param {string} svg */
export const pictureOf = (svg) => `data:image/svg+xml,${encodeURIComponent(svg)}`;

/** A secret in groups of four, for whoever types it. @param {string} secret */
export const grouped = (secret) => secret.replace(/\s/g, "").replace(/.{4}(?=.)/g, "$& ");

/** The recovery codes as the file that is kept of them. @param {string} title @param {readonly string[]} codes */
export const fileOf = (title, codes) => `${title}\n\n${codes.join("\n")}\n`;

/** The word for what a program may do. @param {readonly Scope[]} scopes @returns {import("../shared/words.js").Word} */
export function rightsOf(scopes) {
  if (!scopes.includes("write")) return "programs.reads";
  return scopes.includes("read") ? "programs.both" : "programs.writes";
}
