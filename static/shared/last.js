/** The list that an account opened last on this device: where the site begins. */
/** @import { ReadonlySignal } from '@preact/signals' */
import { computed, effect } from "@preact/signals";
import { recall, remember } from "./memory.js";

/** @param {string} account */
const nameOf = (account) => `last ${account}`;

/** @param {string} account @returns {string | null} the id of a list */
export const lastOf = (account) => recall(nameOf(account));

/**
 * Remember a list once it is there, whatever others do to it later in a tab behind. One that is gone is no place to begin.
 * @param {string} account
 * @param {{id: string, confirmed: ReadonlySignal<unknown>, gone: ReadonlySignal<unknown>}} list
 */
export function keepLast(account, list) {
  const there = computed(() => list.confirmed.value !== null);
  effect(() => {
    if (list.gone.value) {
      if (lastOf(account) === list.id) remember(nameOf(account), null);
    } else if (there.value) remember(nameOf(account), list.id);
  });
}
