/** The house as this reader reached it. */

/** A link of the house under the address of this page: the one in the settings may not lead there. @param {string} url */
export const here = (url) => location.origin + new URL(url, location.origin).pathname;
