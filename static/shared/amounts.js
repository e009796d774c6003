/** Quantities, units and prices as a reader writes and reads them. */
import { reader } from "./reader.js";
import { isWord, number, plain, t } from "./words.js";

/** Codes of units, in the order in which they are offered. */
export const UNITS = /** @type {const} */ ([
  "kg", "g", "l", "ml", "pack", "bottle", "can", "jar", "box", "bag", "bunch", "head", "loaf", "slice", "tray", "tub",
  "roll", "bar", "carton", "sachet", "net", "tube", "clove", "stick", "stalk", "sprig", "pinch", "case", "cup", "tbsp",
  "tsp", "mg", "lb", "oz", "gal", "qt", "pt", "floz", "m", "cm",
]);

/** A unit in the reader's language, of one or as many; what is no code stays as it was typed. @param {string} unit */
export function unitName(unit, count = 1) {
  const word = `unit.${unit}`;
  return isWord(word) ? t(word, { count }) : unit;
}

/** The unit that a reader typed: its code where they wrote a spelling of it, null for «шт», as typed where it is none. @param {string} typed */
export function unitTyped(typed) {
  const unit = typed.trim();
  return unit ? (codeOf(unit) ?? unit) || null : null;
}

/** Without the reader of typed text we know a unit by its code and its name here; the server knows the rest. @param {string} unit */
function codeOf(unit) {
  if (reader.here.value) return reader.here.value.unitCode(unit);
  const low = unit.toLowerCase();
  return UNITS.find((code) => code === low || unitName(code).toLowerCase() === low);
}

/** "2 kg", "0,5 л"; empty where an item has neither. @param {{quantity: number | null, unit: string | null}} item */
export const amount = ({ quantity, unit }) =>
  [quantity === null ? "" : number(quantity), unit === null ? "" : unitName(unit, quantity ?? 1)].filter(Boolean).join("\u00a0");

/** A line that the reader of typed text takes for this item again: an amount without a number is one. @param {{text: string, quantity: number | null, unit: string | null}} item */
export function copied(item) {
  const { text, quantity, unit } = item;
  const count = quantity ?? 1;
  const said = [plain(count), unit === null ? "" : unitName(unit, count)].filter(Boolean).join(" ");
  const after = quantity === null && unit === null ? "" : `, ${said}`;
  return (reader.here.value?.written(item, after) ?? text) + after;
}

const GROUPED = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/;

/**
 * A number as typed, with a decimal comma or point; "1,500" is as many as the reader would be shown by it.
 * @param {string} typed
 * @param {number} decimals how many decimals it may have
 * @returns {number | null | undefined} null where nothing is typed, undefined where it is no number
 */
export function numberTyped(typed, decimals) {
  const digits = typed.replace(/\s/g, "");
  if (!digits) return null;
  const parts = GROUPED.test(digits) && !plain(0.5).includes(",");
  const pointed = parts ? digits.replaceAll(",", "") : digits.replace(",", ".");
  const fits = new RegExp(`^\\d+(\\.\\d{1,${decimals}})?$`).test(pointed);
  return fits ? Number(pointed) : undefined;
}

/** The most that an item may count, and cost. */
export const MOST = 1_000_000;
export const MOST_PRICE = 1_000_000_000;

/** How far one tap goes from a quantity: half kilos and litres while they are few, grams by fifties. @param {number} quantity @param {string | null} unit */
function stepAt(quantity, unit) {
  if (unit === "kg" || unit === "l") return quantity < 5 ? 0.5 : 1;
  if (unit === "g" || unit === "ml") return quantity < 500 ? 50 : 100;
  return 1;
}

/**
 * The next quantity up or down, on the marks of its step.
 * @param {{quantity: number | null, unit: string | null}} item
 * @param {1 | -1} way
 * @returns {number | null} null where there is none: the least and the most stay
 */
export function stepped({ quantity, unit }, way) {
  if (quantity === null) return way > 0 ? 1 : null;
  const now = Math.round(quantity * 1000);
  // Down from a mark where steps grow, the smaller step counts: 500 g, 450 g.
  const step = stepAt(way > 0 ? quantity : quantity - 0.001, unit) * 1000;
  const next = (way > 0 ? Math.floor(now / step) + 1 : Math.ceil(now / step) - 1) * step;
  return next > 0 && next <= MOST * 1000 ? next / 1000 : null;
}
