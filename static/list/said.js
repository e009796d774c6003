/** Others' doings in words: "Ann added bread", "Ann ticked 7 items". */

/** @import { Fields, ListChanged } from '../shared/shapes.js' */
/** @import { State } from './model.js' */
import { t } from "../shared/words.js";

/** @typedef {'add' | 'tick' | 'untick' | 'remove' | 'set'} What */
/** @typedef {{name: string, what: What, id: string, text: string}} Deed */

const MOST_NAMED = 3;
const CONTENT = /** @type {const} */ (["text", "quantity", "unit", "note", "category", "price", "picture"]);

/** What happened to an item, by the fields that changed; moves are not worth a word. @param {Fields} fields @returns {What | null} */
export function whatOf(fields) {
  if (fields.removed) return "remove";
  if (fields.text !== undefined && fields.position !== undefined) return "add";
  if (fields.ticked !== undefined) return fields.ticked ? "tick" : "untick";
  return CONTENT.some((name) => fields[name] !== undefined) ? "set" : null;
}

/** @param {State} state @param {string | null} id */
export const nameIn = (state, id) => state.people.get(id ?? "") ?? t("list.someone");

/** @param {ListChanged} told @param {State} state @param {string} me @returns {Deed[]} */
export function deedsIn(told, state, me) {
  return told.changes
    .filter((change) => change.by !== me)
    .flatMap((change) =>
      Object.entries(change.items).flatMap(([id, fields]) => {
        const what = whatOf(fields);
        const text = fields.text ?? state.items.get(id)?.text;
        return what && text !== undefined ? [{ name: nameIn(state, change.by), what, id, text }] : [];
      }),
    );
}

/** One sentence for each person and kind of deed, in the order in which they began. @param {readonly Deed[]} deeds */
export function saidOf(deeds) {
  /** @type {Map<string, Deed[]>} */
  const groups = new Map();
  for (const deed of deeds) groups.set(`${deed.what} ${deed.name}`, [...(groups.get(`${deed.what} ${deed.name}`) ?? []), deed]);
  return [...groups.values()].map(sentenceOf).join(". ");
}

/** @param {Deed[]} deeds by one person, of one kind */
function sentenceOf(deeds) {
  const [{ name, what }] = deeds;
  const texts = new Map(deeds.map(({ id, text }) => [id, text]));
  const named = texts.size > MOST_NAMED ? t("history.items", { count: texts.size }) : [...texts.values()].join(", ");
  return t(`said.${what}`, { name, text: named });
}
