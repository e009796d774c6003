/** Every word that a page shows, in the reader's language, with plurals, numbers and dates as that language has them. */
/** @typedef {keyof typeof import("./words.en.js").words} Word */
/** @typedef {'ru' | 'en'} Language */
/** @typedef {Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>} Words */

/** @type {Language} */
let spoken = "en";
/** The same with the reader's region, where the browser names one: 24 hours in Britain, 12 in America. */
let locale = "en";
/** @type {Words} */
let words = {};
/** Making one costs more than drawing the row that needs it. @type {Intl.NumberFormat | undefined} */
let digits;
/** @type {Intl.PluralRules | undefined} */
let plurals;

/** Speak a language in its words. @param {Language} language @param {Words} dictionary */
export function speak(language, dictionary) {
  spoken = language;
  words = dictionary;
  locale = globalThis.navigator?.languages?.find((name) => name.startsWith(language)) ?? language;
  digits = plurals = undefined;
}

/**
 * Speak the first of the wishes that we know; its words lie beside the script that needs them.
 * @param {string} script
 * @param {...(string | null | undefined)} wishes
 * @returns {Promise<Language>}
 */
export async function loadWords(script, ...wishes) {
  const language = chooseLanguage(...wishes);
  speak(language, await wordsOf(script, language));
  return language;
}

/** Learn the words that only another script needs. @param {string} script */
export async function addWords(script) {
  const more = await wordsOf(script, spoken);
  words = { ...words, ...more };
}

/** A newer server has none for the script of an older build, and says so. @param {string} script @param {Language} language @returns {Promise<Words>} */
async function wordsOf(script, language) {
  const answer = await fetch(new URL(`./${script}.${language}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`no words for ${script}: ${answer.status}`);
  return answer.json();
}

/** The first of the wishes that we speak, else English. @param {...(string | null | undefined)} wishes @returns {Language} */
export function chooseLanguage(...wishes) {
  const known = wishes.map((wish) => wish?.slice(0, 2).toLowerCase()).find((wish) => wish === "ru" || wish === "en");
  return known === "ru" ? "ru" : "en";
}

export const language = () => spoken;

/**
 * The sentence of a word; `{name}` takes that value, `count` chooses the plural and is shown as a number.
 * @param {Word} word
 * @param {Record<string, string | number>} [values]
 */
export function t(word, values = {}) {
  const entry = words[word] ?? word;
  const sentence = typeof entry === "string" ? entry : pluralOf(entry, Number(values.count));
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? shown(values[name]) : whole));
}

/** Whether there is such a word: for codes that a newer server may send. @param {string} word @returns {word is Word} */
export const isWord = (word) => word in words;

/** @param {Partial<Record<Intl.LDMLPluralRule, string>>} forms @param {number} count */
function pluralOf(forms, count) {
  plurals ??= new Intl.PluralRules(spoken);
  return forms[plurals.select(count)] ?? forms.other ?? "";
}

/** @param {string | number} value */
const shown = (value) => (typeof value === "number" ? number(value) : isolated(value));

// A pair that isolates turns nothing outside it: it stays.
const STEERING = /(\u2068[^\u2066-\u2069]*\u2069)|[\u202a-\u202e\u2066-\u2069]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** A typed text among other words: whatever its direction, theirs stays. Ordinary text comes back as it is. @param {string} text */
export function isolated(text) {
  const calm = text.replace(STEERING, "$1");
  return RIGHT_TO_LEFT.test(calm) ? `\u2068${calm}\u2069` : calm;
}

/** What there is of these, side by side. @param {readonly (string | null)[]} parts @param {string} mark what stands between two */
export const together = (parts, mark) => parts.flatMap((part) => (part ? isolated(part) : [])).join(mark);

/** @param {number} value */
export const number = (value) => (digits ??= new Intl.NumberFormat(locale, { maximumFractionDigits: 3 })).format(value);

/** A number as it stands in a field, where its thousands are not set apart. @param {number} value */
export const plain = (value) => new Intl.NumberFormat(locale, { maximumFractionDigits: 3, useGrouping: false }).format(value);

/** @type {Intl.DateTimeFormatOptions} */
const CLOCK = { hour: "2-digit", minute: "2-digit" };

/** @param {Date} date @param {Intl.DateTimeFormatOptions} shape */
const dated = (date, shape) => new Intl.DateTimeFormat(locale, shape).format(date);

/** How many midnights lie between, by the reader's clock: a day may have 23 or 25 hours. @param {Date} date @param {Date} now */
function daysAgo(date, now) {
  const [then, today] = [date, now].map((one) => Date.UTC(one.getFullYear(), one.getMonth(), one.getDate()));
  return (today - then) / 86_400_000;
}

/** The time of day. @param {string} time */
export const clock = (time) => dated(new Date(time), CLOCK);

/** When something was, as said in a sentence: "12:03", "yesterday, 12:03", "24 Nov", with the year where it is another. @param {string} time */
export function moment(time, now = new Date()) {
  const date = new Date(time);
  const ago = daysAgo(date, now);
  if (ago === 0) return clock(time);
  if (ago === 1) return t("day.yesterday_at", { time: clock(time) });
  return dated(date, { day: "numeric", month: "short", ...yearOf(date, now) });
}

/** A day as a heading. @param {string} time */
export function day(time, now = new Date()) {
  const date = new Date(time);
  const ago = daysAgo(date, now);
  if (ago === 0) return t("day.today");
  if (ago === 1) return t("day.yesterday");
  return dated(date, { day: "numeric", month: "long", ...yearOf(date, now) });
}

/** @param {Date} date @param {Date} now @returns {Intl.DateTimeFormatOptions} */
const yearOf = (date, now) => (date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" });
