/** Adding to a list: what was typed becomes an item, joins one that is there, or takes up one that was bought. */

/** @import { Item } from '../shared/shapes.js' */
/** @import { Notices } from './notices.js' */
/** @import { OpenList } from './open-list.js' */
import { signal } from "@preact/signals";
import { amount } from "../shared/amounts.js";
import { newId } from "../shared/ids.js";
import { t } from "../shared/words.js";
import * as model from "./model.js";

export class Adding {
  /** @param {OpenList} list @param {Notices} notices */
  constructor(list, notices) {
    this.list = list;
    this.notices = notices;
    /** The item that was last added or taken up, to be scrolled into view. */
    this.added = signal(/** @type {string | null} */ (null));
  }

  /** Add what was typed; what is bought already is taken up again in place of a second one. @param {string} typed */
  add(typed) {
    const state = this.list.shown.peek();
    const text = typed.trim();
    if (!text) return;
    const items = state ? model.onList(state) : [];
    const twin = model.sameOpen(items, text, null);
    const bought = twin ? undefined : model.sameBought(items, text);
    const item = bought?.id ?? newId();
    if (bought) this.takeUp(bought);
    else this.list.edit({ kind: "add", item, text });
    if (twin) this.tellMerged(twin, item);
    this.added.value = twin?.id ?? item;
  }

  /** @param {Item} bought */
  takeUp(bought) {
    this.list.edit({ kind: "tick", item: bought.id, ticked: false });
    if (bought.quantity !== null) this.list.edit({ kind: "set", item: bought.id, quantity: null });
  }

  /** @param {Item} twin @param {string} item the id of the add that it takes in */
  tellMerged(twin, item) {
    const now = this.list.shown.peek()?.items.get(twin.id);
    if (now) this.notices.show(t("list.merged", { text: now.text, amount: amount(now) }), [{ kind: "remove", item }]);
  }
}
