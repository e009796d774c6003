/** An invitation: its code, as the address of its page carries it, and the ends that a link can come to. */

/** @param {string} path as `/join/<code>` */
export function codeOf(path) {
  const written = path.split("/")[2] ?? "";
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/**
 * What to say of a link that will never open its list; null for a failure that another try may mend.
 * @param {string} problem its code
 */
export function deadLink(problem) {
  if (problem === "gone") return "join.expired";
  return problem === "not_found" ? "join.unknown" : null;
}
