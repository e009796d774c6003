/** The steps that a reader did on a list, and how the last one is taken back: by an opposite edit, so also without the network. */

/** @import { Item } from '../shared/shapes.js' */
/** @import { State } from './model.js' */
/** @import { Wish } from './open-list.js' */
/** @typedef {ReadonlyMap<string, Item>} Items */
/** @typedef {{back: readonly Wish[], left: Items}} Step left: how the doing left the items that its opposites name */

const MOST = 100;

export class Steps {
  constructor() {
    /** @type {Step[]} */
    this.taken = [];
  }

  /** Remember what was done. @param {State | null} before @param {readonly Wish[]} made @param {State | null} after */
  take(before, made, after) {
    const back = made.flatMap((wish) => opposites(before?.items ?? new Map(), wish, before?.list.title ?? ""));
    if (back.length > 0) this.taken = [...this.taken, { back, left: named(after, back) }].slice(-MOST);
  }

  /** Forget the last steps that these edits take back. @param {readonly Wish[]} wishes */
  drop(wishes) {
    while (this.taken.length > 0 && this.covers(wishes)) this.taken.pop();
  }

  /** Whether these edits take the last step back. @param {readonly Wish[]} wishes */
  covers(wishes) {
    const last = this.taken.at(-1);
    return last !== undefined && last.back.every((wish) => wishes.some((other) => holds(other, wish)));
  }

  /** The edits that take back the last step that can be taken back, which is no longer remembered. @param {State} now @returns {Wish[]} */
  last(now) {
    for (let step = this.taken.pop(); step; step = this.taken.pop()) {
      const back = apt(now, step.back, step.left);
      if (back.length > 0) return back;
    }
    return [];
  }
}

/** The items that edits name. @param {State | null} state @param {readonly Wish[]} wishes @returns {Items} */
export const named = (state, wishes) =>
  new Map(wishes.flatMap(idsOf).flatMap((id) => state?.items.get(id) ?? []).map((item) => [item.id, item]));

/** What of opposite edits still takes back our own doing, which left the items so. @param {State} now @param {readonly Wish[]} back @param {Items} left */
export const apt = (now, back, left) => back.flatMap((wish) => stillApt(now, wish, left));

/** @param {Wish} wish */
const idsOf = (wish) => wish.items ?? (wish.item ? [wish.item] : []);

/** @param {Wish} one @param {Wish} other */
function holds(one, other) {
  const ids = new Set(idsOf(one));
  const { items, item, ...rest } = other;
  const same = Object.entries(rest).every(([name, value]) => /** @type {any} */ (one)[name] === value);
  return same && idsOf(other).every((id) => ids.has(id));
}

/** @param {ReadonlyMap<string, Item>} items @param {Wish} wish @param {string} title @returns {Wish[]} */
function opposites(items, wish, title) {
  const known = idsOf(wish).flatMap((id) => items.get(id) ?? []);
  switch (wish.kind) {
    case "add":
      return [{ kind: "remove", item: wish.item }];
    case "tick": {
      const others = known.filter((item) => item.ticked !== wish.ticked).map((item) => item.id);
      return others.length > 0 ? [{ kind: "tick", items: others, ticked: !wish.ticked }] : [];
    }
    case "remove":
    case "restore": {
      const back = wish.kind === "remove" ? "restore" : "remove";
      const others = known.filter((item) => item.removed === (back === "remove")).map((item) => item.id);
      return others.length > 0 ? [{ kind: back, items: others }] : [];
    }
    case "set":
      return known.map((item) => ({ kind: "set", item: item.id, ...fieldsAsIn(item, wish) }));
    case "rename":
      return title ? [{ kind: "rename", title }] : [];
    default:
      return [];
  }
}

/** The fields that an edit sets, as an item has them. @param {Item} item @param {Wish} wish */
function fieldsAsIn(item, wish) {
  const { kind, item: id, ...fields } = wish;
  const known = /** @type {any} */ (item);
  return Object.fromEntries(Object.keys(fields).map((name) => [name, known[name]]));
}

/** What someone changed since is theirs. @param {State} now @param {Wish} back @param {Items} left @returns {Wish[]} */
function stillApt(now, back, left) {
  if (back.kind === "tick") {
    const items = idsOf(back).filter((id) => now.items.get(id)?.ticked === !back.ticked);
    return items.length > 0 ? [{ kind: "tick", items, ticked: back.ticked }] : [];
  }
  if (back.kind !== "set") return [back];
  const item = /** @type {any} */ (now.items.get(back.item ?? ""));
  const ours = /** @type {any} */ (left.get(back.item ?? ""));
  // To set a field of what someone removed would bring it back.
  if (!item || item.removed !== ours?.removed) return [];
  const { kind, item: id, ...fields } = back;
  const kept = Object.entries(fields).filter(([name]) => item[name] === ours[name]);
  return kept.length > 0 ? [{ kind, item: id, ...Object.fromEntries(kept) }] : [];
}
