/** Small things that this browser remembers between pages; where it may not (blocked storage), they last a page. */

/** @type {Map<string, string>} what the browser would not take: newer than whatever it still has of that name */
const forThisPage = new Map();

/** @param {string} name @returns {string | null} */
export function recall(name) {
  try {
    return forThisPage.get(name) ?? localStorage.getItem(`shoplist.${name}`);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string | null} value null forgets it @param {boolean} [olderStays] for the next page, where the browser takes no newer one */
export function remember(name, value, olderStays) {
  forThisPage.delete(name);
  if (value === null) {
    forget(name);
    return;
  }
  try {
    localStorage.setItem(`shoplist.${name}`, value);
  } catch {
    forThisPage.set(name, value);
    // The next page would take an older value for today's.
    if (!olderStays) forget(name);
  }
}

/** @param {string} name */
function forget(name) {
  try {
    localStorage.removeItem(`shoplist.${name}`);
  } catch {
    // Blocked.
  }
}

/** The names of what is remembered that begin so. @param {string} start @returns {string[]} */
export function remembered(start) {
  try {
    return Object.keys(localStorage).flatMap((key) => (key.startsWith(`shoplist.${start}`) ? [key.slice(9)] : []));
  } catch {
    return [];
  }
}

/** Forget what is not to be kept, when somebody signs out. @param {(name: string) => boolean} isKept */
export function forgetAllBut(isKept) {
  for (const name of [...forThisPage.keys(), ...remembered("")]) if (!isKept(name)) remember(name, null);
}

/** Hear when another tab changed what is remembered. @param {string} name @param {() => void} hear @returns {() => void} stops it */
export function onRemembered(name, hear) {
  /** @param {StorageEvent} event */
  const heard = (event) => {
    if (event.key !== `shoplist.${name}`) return;
    forThisPage.delete(name);
    hear();
  };
  addEventListener("storage", heard);
  return () => removeEventListener("storage", heard);
}
