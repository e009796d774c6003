/**
 * One list on this device: the state that the server confirmed, and what the screen shows with the waiting edits on it.
 *
 * Both are values: every function answers a new one and leaves what it was given alone.
 */

/** @import { Edit, Fields, Item, List, ListChanged, Opened, Result } from '../shared/shapes.js' */
import { generateKeyBetween, generateNKeysBetween } from "fractional-indexing";
import { MOST } from "../shared/amounts.js";
import { fold } from "../shared/fold.js";

/**
 * @typedef {object} State
 * @property {List} list
 * @property {ReadonlyMap<string, Item>} items removed ones too, as far as this device has met them: for its own undo
 * @property {ReadonlyMap<string, string | null>} people names by id
 * @property {ReadonlyMap<string, Merged>} merged other names of items: ids of adds that another item took in
 */

/** @typedef {{item: string, before: number | null, brought: number}} Merged */
/** @typedef {{edit: Edit, revision: number}} Landed an edit that is stored, and the revision that it took */
/** @typedef {{part: 'open' | 'bought', at: string}} Held where an item stood when it was tapped */

// --- what the server confirmed ---

/**
 * The state after `lists.open`: whole, or what is known with the changed items over it.
 * @param {State | null} known
 * @param {Opened} opened
 * @returns {State}
 */
export function opened(known, opened) {
  const base = opened.whole || !known ? new Map() : known.items;
  const people = new Map([...(known?.people ?? []), ...named(opened.people)]);
  const items = new Map([...base, ...opened.items.map((item) => /** @type {const} */ ([item.id, item]))]);
  return { list: opened.list, items, people, merged: known?.merged ?? new Map() };
}

/** Whether a device's copy is one: another build may have kept it. @param {any} copy @returns {copy is State} */
export const isState = (copy) =>
  [copy?.items, copy?.people, copy?.merged].every((one) => one instanceof Map) &&
  typeof copy.list?.revision === "number" && typeof copy.list.epoch === "string";

const REMEMBERED_MS = 90 * 86_400_000;

/**
 * The state without items that were removed so long ago that the server has forgotten them too: until then the history
 * names them by what this device remembers.
 * @param {State} state
 * @param {number} now ms since 1970
 * @param {readonly Edit[]} waiting what they name stays
 * @returns {State}
 */
export function withoutOld(state, now, waiting) {
  const named = new Set(waiting.flatMap(idsOf).map((id) => state.merged.get(id)?.item ?? id));
  const stays = (/** @type {Item} */ item) => !item.removed || named.has(item.id) || now - Date.parse(item.updated_at) < REMEMBERED_MS;
  const items = new Map([...state.items].filter(([, item]) => stays(item)));
  if (items.size === state.items.size) return state;
  return { ...state, items, merged: new Map([...state.merged].filter(([, { item }]) => items.has(item))) };
}

/** A list of which nothing is known yet, for edits made before its first answer. @param {string} id @returns {State} */
export const unknown = (id) => ({
  list: {
    id, title: "", revision: 0, epoch: "", role: "editor", right: "edit", categories: {}, archived: false,
    deleted_at: null, open: 0, total: 0, updated_at: "",
  },
  items: new Map(), people: new Map(), merged: new Map(),
});

/** What to ask `lists.open` for: all, or what came since. @param {State | null} known @param {string} list */
export const question = (known, list) =>
  known ? { list, since: known.list.revision, epoch: known.list.epoch } : { list };

/**
 * The state after changes that the room told. Those known already are passed over.
 * @param {State} state
 * @param {ListChanged} told
 * @returns {State | null} null where changes are missing in between: open the list again
 */
export function changed(state, told) {
  const news = told.changes.filter((change) => change.revision > state.list.revision);
  if (news.length === 0) return state;
  if (news[0].revision !== state.list.revision + 1) return null;
  const items = new Map(state.items);
  let list = { ...state.list, revision: told.revision };
  for (const change of news) {
    list = { ...list, ...change.list, updated_at: change.at };
    for (const [id, fields] of Object.entries(change.items)) applyFields(items, id, fields);
  }
  return { ...state, list, items, people: new Map([...state.people, ...named(told.people)]) };
}

/**
 * An item that is new or comes back is told with all its fields; a change to one that we do not have is ignored.
 * @param {Map<string, Item>} items
 * @param {string} id
 * @param {Fields} fields
 */
function applyFields(items, id, fields) {
  const known = items.get(id);
  if (known) items.set(id, { ...known, ...fields });
  else if (fields.removed === false && fields.position !== undefined && fields.text !== undefined)
    items.set(id, /** @type {Item} */ ({ id, ...fields }));
}

/**
 * The state with the names that people have by now: a change tells only of those whom it names.
 * @param {State} state @param {readonly {id: string, name: string | null}[]} people @returns {State}
 */
export function met(state, people) {
  const news = named(people).filter(([id, name]) => state.people.has(id) && state.people.get(id) !== name);
  return news.length > 0 ? { ...state, people: new Map([...state.people, ...news]) } : state;
}

/** @param {readonly {id: string, name: string | null}[]} people */
const named = (people) => people.map((person) => /** @type {const} */ ([person.id, person.name]));

/**
 * Remember that an acknowledged add was taken in by another item, so that waiting edits find it.
 * @param {State} state
 * @param {Edit} edit
 * @param {Result} result
 * @returns {State}
 */
export function acknowledged(state, edit, result) {
  if (edit.kind !== "add" || !edit.item || !result.item || result.item === edit.item) return state;
  const brought = edit.quantity ?? 1;
  const merged = new Map(state.merged).set(edit.item, { item: result.item, before: null, brought });
  return { ...state, merged };
}

/**
 * The stored edits that a state of this revision lacks, each once, in the order in which they were stored.
 * @param {readonly Landed[]} edits
 * @param {number} revision
 */
export function landed(edits, revision) {
  const lacking = edits.filter((one) => one.revision > revision);
  const once = new Map(lacking.map((one) => [one.edit.id, one]));
  return [...once.values()].sort((one, other) => one.revision - other.revision);
}

// --- what the screen shows ---

/**
 * The confirmed state with the waiting edits of this device over it, as the server will probably decide them. Kinds of
 * edits that this build does not know are the server's alone.
 * @param {State} state
 * @param {readonly Edit[]} edits in order
 * @param {string} me
 * @returns {State}
 */
export function overlaid(state, edits, me) {
  if (edits.length === 0) return state;
  /** @type {Draft} */
  const draft = { list: { ...state.list }, items: new Map(state.items), merged: new Map(state.merged), me };
  for (const edit of edits) OVERLAYS[edit.kind]?.(draft, edit);
  return { list: draft.list, items: draft.items, merged: draft.merged, people: state.people };
}

/** @typedef {{list: List, items: Map<string, Item>, merged: Map<string, Merged>, me: string}} Draft */

/** @type {Record<Edit['kind'], (draft: Draft, edit: Edit) => void>} */
const OVERLAYS = {
  add(draft, edit) {
    const id = edit.item ?? "";
    if (draft.items.has(id) || draft.merged.has(id)) return;
    const twin = sameOpen(draft.items.values(), edit.text ?? "", edit.unit ?? null);
    if (twin && mergedInto(draft, twin, edit)) return;
    draft.items.set(id, newItem(draft, edit));
  },
  set(draft, edit) {
    const { id, kind, at, seen, item, ...fields } = edit;
    for (const known of targets(draft, edit)) draft.items.set(known.id, { ...known, ...fields, removed: false });
  },
  tick(draft, edit) {
    const by = edit.ticked ? draft.me : null;
    for (const item of targets(draft, edit))
      draft.items.set(item.id, { ...item, ticked: edit.ticked === true, ticked_by: by, updated_at: edit.at });
  },
  remove(draft, edit) {
    for (const id of idsOf(edit)) {
      const merged = draft.merged.get(id);
      if (merged) takeBack(draft, merged);
      else if (draft.items.has(id)) removeOne(draft, id, true, edit.at);
    }
  },
  restore(draft, edit) {
    for (const item of targets(draft, edit)) removeOne(draft, item.id, false, edit.at);
  },
  rename(draft, edit) {
    draft.list.title = edit.title ?? draft.list.title;
  },
  arrange(draft, edit) {
    draft.list.categories = { ...draft.list.categories, [edit.shop ?? ""]: edit.categories ?? [] };
  },
};

/** @param {Edit} edit @returns {string[]} */
const idsOf = (edit) => edit.items ?? (edit.item ? [edit.item] : []);

/** The items that an edit names, also by the id of a merged add. @param {Draft} draft @param {Edit} edit */
const targets = (draft, edit) =>
  idsOf(edit).flatMap((id) => draft.items.get(draft.merged.get(id)?.item ?? id) ?? []);

/** @param {Draft} draft @param {string} id @param {boolean} removed @param {string} at */
function removeOne(draft, id, removed, at) {
  const item = draft.items.get(id);
  if (item) draft.items.set(id, { ...item, removed, updated_at: at });
}

/** @param {Draft} draft @param {Item} twin @param {Edit} edit @returns {boolean} false where the sum is too much */
function mergedInto(draft, twin, edit) {
  const brought = edit.quantity ?? 1;
  const quantity = sum(twin.quantity ?? 1, brought);
  if (quantity > MOST) return false;
  const { note = null, category = null, price = null, picture = null } = edit;
  const filled = {
    note: twin.note ?? note,
    category: twin.category ?? category,
    price: twin.price ?? price,
    picture: twin.picture ?? picture,
  };
  draft.items.set(twin.id, { ...twin, ...filled, quantity });
  draft.merged.set(edit.item ?? "", { item: twin.id, before: twin.quantity, brought });
  return true;
}

/** @param {Draft} draft @param {Merged} merged */
function takeBack(draft, { item, before, brought }) {
  const known = draft.items.get(item);
  if (!known || known.quantity === null) return;
  const raised = sum(before ?? 1, brought) === known.quantity;
  const left = raised ? before : sum(known.quantity, -brought);
  if (left === null || left > 0) draft.items.set(item, { ...known, quantity: left });
}

/** @param {Draft} draft @param {Edit} edit @returns {Item} */
function newItem(draft, edit) {
  const { item = "", text = "", quantity = null, unit = null, note = null, category = null } = edit;
  const { price = null, picture = null, at, position = lastPosition(draft.items.values()) } = edit;
  const written = { text, quantity, unit, note, category, price, picture, position };
  return { id: item, ...written, ticked: false, removed: false, added_by: draft.me, ticked_by: null, updated_at: at };
}

/** Decimal sums: thousandths are whole numbers. @param {number} one @param {number} other */
const sum = (one, other) => (Math.round(one * 1000) + Math.round(other * 1000)) / 1000;

// --- reading a state ---

/** By position, compared by code unit as the server does; ties by id. @param {Item} one @param {Item} other */
export const inOrder = (one, other) =>
  one.position < other.position || (one.position === other.position && one.id < other.id) ? -1 : 1;

/** What is on the list, in its order. @param {State} state @returns {Item[]} */
export const onList = (state) => [...state.items.values()].filter((item) => !item.removed).sort(inOrder);

/**
 * The two parts of the screen. An item just tapped stays in the place where it was: the next tap must not meet another.
 * @param {readonly Item[]} items in order
 * @param {ReadonlyMap<string, Held>} held items that stay where they are for a moment
 */
export function parts(items, held) {
  /** @param {Item} item */
  const isBought = (item) => (held.get(item.id)?.part ?? (item.ticked ? "bought" : "open")) === "bought";
  const open = items.filter((item) => !isBought(item));
  const timed = items.filter(isBought).map((item) => ({ item, at: Date.parse(held.get(item.id)?.at ?? item.updated_at) }));
  return { open, bought: timed.sort((one, other) => other.at - one.at).map(({ item }) => item) };
}

// A hundred adds made offline look at every item each time that the screen is drawn.
/** @type {WeakMap<Item, string>} */
const folds = new WeakMap();

/** @param {Item} item */
function foldOf(item) {
  const known = folds.get(item) ?? fold(item.text);
  folds.set(item, known);
  return known;
}

/**
 * The open item that an add of this text and unit will join, if there is one.
 * @param {Iterable<Item>} items
 * @param {string} text
 * @param {string | null} unit
 */
export function sameOpen(items, text, unit) {
  const wanted = fold(text);
  /** @type {Item | undefined} */
  let first;
  for (const item of items) {
    if (item.removed || item.ticked || item.unit !== unit || foldOf(item) !== wanted) continue;
    if (!first || inOrder(item, first) < 0) first = item;
  }
  return first;
}

/**
 * The text of a list, for whoever has to keep it elsewhere; its title is passed over where it is pasted.
 * @param {State} state @param {(item: Item) => string} line
 */
export function asText(state, line) {
  const { title } = state.list;
  // To the reader of typed text a line with a colon at its end is a heading only if it is like this.
  const heading = /^\p{L}[^,]*$/u.test(title) ? `${title}:` : `# ${title}`;
  return [heading, ...onList(state).map((item) => `- ${line(item)}`)].join("\n");
}

const IDS_AN_EDIT = 500;

/** Ids in the portions that one edit may name. @param {readonly string[]} ids @returns {string[][]} */
export function inSteps(ids) {
  const steps = [];
  for (let from = 0; from < ids.length; from += IDS_AN_EDIT) steps.push(ids.slice(from, from + IDS_AN_EDIT));
  return steps;
}

// --- places ---

const LONGEST_KEY = 100;

/** @param {Iterable<Item>} items */
function lastPosition(items) {
  let last = "";
  for (const item of items) if (!item.removed && item.position > last) last = item.position;
  return keyBetween(last || null, null) ?? last;
}

/**
 * The keys that bring an item to a place among those on the screen.
 * @param {readonly Item[]} shown in order
 * @param {string} id
 * @param {number} to its place afterwards
 * @returns {{item: string, position: string}[]} one key, or keys for the neighbours too where there is no good one; none where nothing moves
 */
export function placed(shown, id, to) {
  const from = shown.findIndex((item) => item.id === id);
  if (from < 0 || to < 0 || to >= shown.length || to === from) return [];
  const order = shown.filter((item) => item.id !== id);
  order.splice(to, 0, shown[from]);
  for (let reach = 0; ; reach = reach * 2 + 1) {
    const first = Math.max(0, to - reach);
    const end = Math.min(order.length, to + reach + 1);
    const keys = keysBetween(order[first - 1]?.position ?? null, order[end]?.position ?? null, end - first);
    if (keys) return keys.map((position, place) => ({ item: order[first + place].id, position }));
  }
}

/** @param {string | null} before @param {string | null} after @param {number} count @returns {string[] | null} null where none are good */
function keysBetween(before, after, count) {
  try {
    const keys = generateNKeysBetween(before, after, count);
    return keys.every((key) => key.length <= LONGEST_KEY) ? keys : null;
  } catch {
    return null;
  }
}

/** @param {string | null} before @param {string | null} after @returns {string | null} null between equal or odd keys */
function keyBetween(before, after) {
  try {
    return generateKeyBetween(before, after);
  } catch {
    return null;
  }
}

/**
 * Under which name a device keeps what a link's holder does: not the key itself, which lets anyone in.
 * @param {string} key
 */
export function accountOf(key) {
  let [one, other] = [0x811c9dc5, 0x9747b28c];
  for (const sign of key) {
    one = Math.imul(one ^ (sign.codePointAt(0) ?? 0), 0x01000193);
    other = Math.imul(other ^ one, 0x85ebca6b);
  }
  return `guest ${(one >>> 0).toString(36)}${(other >>> 0).toString(36)}`;
}
