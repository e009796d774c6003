/** When two texts are the same to a household. */

/** The form in which they are equal: lower case, without extra spaces, ё as е. @param {string} text */
export const fold = (text) => text.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim().replaceAll("ё", "е");
