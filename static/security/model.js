/** The second factor as a page shows it. */

/** A picture that the server drew, as an address: as an image nothing in it ever runs. @param {string} svg */
export const pictureOf = (svg) => `data:image/svg+xml,${encodeURIComponent(svg)}`;

/** A secret in groups of four, for whoever types it. @param {string} secret */
export const grouped = (secret) => secret.replace(/\s/g, "").replace(/.{4}(?=.)/g, "$& ");

/** The recovery codes as the file that is kept of them. @param {string} title @param {readonly string[]} codes */
export const fileOf = (title, codes) => `${title}\n\n${codes.join("\n")}\n`;
