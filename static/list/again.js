/** What nobody tells of while a sheet shows it: read at once, whenever the page is looked at again, and every so often. */

const EVERY_MS = 10_000;

/** @param {() => unknown} read @returns {() => void} ends it */
export function again(read) {
  const look = () => document.visibilityState === "visible" && void read();
  const timer = setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
  void read();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
