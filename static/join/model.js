/** An invitation's code, as the address of its page carries it. */

/** @param {string} path as `/join/<code>` */
export const codeOf = (path) => decodeURIComponent(path.split("/")[2] ?? "");
