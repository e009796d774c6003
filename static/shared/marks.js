/** Marks that last as long as a tab, by which its pages do a thing once. */

/** Whether the mark was not there; false also where the browser keeps none. @param {string} name @param {string} value */
export function mark(name, value) {
  try {
    if (sessionStorage.getItem(name) === value) return false;
    sessionStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} name */
export function unmark(name) {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // Blocked.
  }
}
