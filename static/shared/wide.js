/** Whether the window has room for three panes: lists, the list, details. */
import { signal } from "@preact/signals";

/** As in css/panes.css. */
const query = globalThis.matchMedia?.("(min-width: 900px)");

export const wide = signal(query?.matches ?? false);
query?.addEventListener("change", () => (wide.value = query.matches));
