/** The place of the focus: whoever stood on what went away stands next on what was beside it, not nowhere. */

// No field to type into: a thumb would get a keyboard over its screen that it did not ask for.
const PLACES = "a[href], button:not(:disabled), summary, input[type=checkbox]:not(:disabled)";

export function keepFocus() {
  /** @type {Element | null} where someone stands */
  let last = document.activeElement;
  /** @type {HTMLElement | null} where they stood before they went to a notice */
  let before = null;
  document.addEventListener("focusin", ({ target }) => {
    last = /** @type {HTMLElement} */ (target);
    if (!last.closest("[role=status]")) before = /** @type {HTMLElement} */ (target);
  });
  // Left by a tap beside it, it is no place any more.
  document.addEventListener("focusout", ({ target }) => queueMicrotask(() => {
    if (target === last && last?.isConnected && stands()) last = null;
  }));
  new MutationObserver((records) => {
    if (!last || last.isConnected || !stands()) return;
    const gone = last;
    last = null;
    const record = records.find(({ removedNodes }) => [...removedNodes].some((node) => node.contains(gone)));
    if (!record) return;
    const back = gone.closest(".snack") && before?.isConnected && before.checkVisibility?.() ? before : beside(record);
    back?.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}

/** Whether nothing has the focus. */
const stands = () => document.activeElement === document.body || document.activeElement === null;

/** The nearest place after what was removed, else before it, else around it. @param {MutationRecord} record @returns {HTMLElement | null} */
function beside({ target, previousSibling, nextSibling }) {
  const near = firstIn(nextSibling, "nextSibling") ?? firstIn(previousSibling, "previousSibling");
  for (let around = /** @type {Node | null} */ (target); !near && around && around !== document.body; around = around.parentNode) {
    const found = firstIn(around.nextSibling, "nextSibling") ?? firstIn(around.previousSibling, "previousSibling");
    if (found) return found;
  }
  return near;
}

/** @param {Node | null} from @param {"nextSibling" | "previousSibling"} way @returns {HTMLElement | null} */
function firstIn(from, way) {
  for (let node = from; node; node = node[way]) {
    if (!(node instanceof HTMLElement)) continue;
    const places = /** @type {HTMLElement[]} */ ([...(node.matches(PLACES) ? [node] : []), ...node.querySelectorAll(PLACES)]);
    // A notice stays as long as someone stands on it: nobody is brought there.
    const found = places.find((place) => !place.closest(".snack") && (place.checkVisibility?.() ?? true));
    if (found) return found;
  }
  return null;
}
