/** Every word that a page shows, in the reader's language, with plurals, numbers and dates as that language has them. */
import { words as en } from "./words.en.js";
import { words as ru } from "./words.ru.js";

/** @typedef {keyof typeof en} Word */
/** @typedef {'ru' | 'en'} Language */

/** @type {Record<Language, Record<Word, string | Partial<Record<Intl.LDMLPluralRule, string>>>>} */
export const dictionaries = { en, ru };

/** @type {Language} */
let spoken = "en";
/** The same with the reader's region, where the browser names one: 24 hours in Britain, 12 in America. */
let locale = "en";

/** The first of the wishes that we speak, else English. @param {...(string | null | undefined)} wishes */
export function chooseLanguage(...wishes) {
  const known = wishes.map((wish) => wish?.slice(0, 2).toLowerCase()).find((wish) => wish === "ru" || wish === "en");
  spoken = known === "ru" ? "ru" : "en";
  locale = globalThis.navigator?.languages?.find((name) => name.startsWith(spoken)) ?? spoken;
  return spoken;
}

export const language = () => spoken;

/**
 * The sentence of a word; `{name}` takes that value, `count` chooses the plural and is shown as a number.
 * @param {Word} word
 * @param {Record<string, string | number>} [values]
 */
export function t(word, values = {}) {
  const entry = dictionaries[spoken][word];
  const sentence = typeof entry === "string" ? entry : pluralOf(entry, Number(values.count));
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? shown(values[name]) : whole));
}

/** Whether there is such a word: for codes that a newer server may send. @param {string} word @returns {word is Word} */
export const isWord = (word) => word in en;

/** @param {Partial<Record<Intl.LDMLPluralRule, string>>} forms @param {number} count */
function pluralOf(forms, count) {
  return forms[new Intl.PluralRules(spoken).select(count)] ?? forms.other ?? "";
}

/** @param {string | number} value */
const shown = (value) => (typeof value === "number" ? number(value) : value);

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(value);

/** A day and time in the reader's zone; today's without the day. @param {string} time */
export function moment(time, today = new Date()) {
  const date = new Date(time);
  const sameDay = date.toDateString() === today.toDateString();
  /** @type {Intl.DateTimeFormatOptions} */
  const clock = { hour: "2-digit", minute: "2-digit" };
  /** @type {Intl.DateTimeFormatOptions} */
  const shape = sameDay ? clock : { day: "numeric", month: "short", ...clock };
  return new Intl.DateTimeFormat(locale, shape).format(date);
}
