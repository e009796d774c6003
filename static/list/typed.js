/** What is typed into the bar to add, read as items; line by line, so that a long paste is not read anew at every key. */

/** @import { TypedItem } from '../shared/text.js' */
import { amount } from "../shared/amounts.js";
import { reader } from "../shared/reader.js";
import { together } from "../shared/words.js";

export const MOST_AT_ONCE = 500;
const MOST_KNOWN = 1000;
const LONGEST_TEXT = 500;

/** @type {Map<string, TypedItem[]>} */
const known = new Map();

/** The items of a text; of one that has too many, the first ones and one too many. @param {string} text */
export function read(text) {
  /** @type {TypedItem[]} */
  const items = [];
  for (const line of text.split("\n")) {
    items.push(...readLine(line));
    if (items.length > MOST_AT_ONCE) return items.slice(0, MOST_AT_ONCE + 1);
  }
  return items;
}

/** Until the reader is there, a line is one thing, as it is typed. @param {string} line @returns {TypedItem[]} */
function readLine(line) {
  if (!reader.here.value) return asTyped(line);
  const { parse } = reader.here.value;
  const items = known.get(line) ?? parse(line);
  if (known.size > MOST_KNOWN) known.clear();
  known.set(line, items);
  return items;
}

/** A line that is too long for one item goes on in the next: nothing typed is lost. @param {string} line @returns {TypedItem[]} */
function asTyped(line) {
  const letters = [...line.trim()];
  /** @type {TypedItem[]} */
  const items = [];
  for (let from = 0; from < letters.length; from += LONGEST_TEXT) {
    const text = letters.slice(from, from + LONGEST_TEXT).join("").trim();
    if (text) items.push({ text, quantity: null, unit: null, note: null, ticked: null });
  }
  return items;
}

/** Whether there is more to say about what was understood than the text says itself. @param {readonly TypedItem[]} items @param {string} text */
export function isWorthShowing(items, text) {
  if (items.length !== 1) return items.length > 1;
  const [{ text: name, quantity, unit, note, ticked }] = items;
  return ticked === true || note !== null || quantity !== null || unit !== null || name !== text.trim();
}

/** "potatoes · 2 kg". @param {TypedItem} item */
export const line = (item) => together([item.text, amount(item), item.note], " · ");
