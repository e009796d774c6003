/** A typed line in pieces: what separates them, and what holds together, as links, quotations and brackets do. The twin of `domain/text_pieces.py`. */

const LINK = /(?:https?:\/\/|ftp:\/\/|www\.)[^ \t\u00a0"«»“”„]+/gi;
const PHONE = /\+?[0-9(][0-9() .\u00a0‐‑–-]{5,24}[0-9]/g;
export const NOTHING = /^(?:[\s,;.:_=~|/\\#*•·●○◦▪▫■□‣⁃∙+<>，、；。‐‑–—−-]|\ufe0e|\ufe0f)*$/;
const GROUPED = /^[0-9]{1,3}(?:[ \u00a0\u202f\u2009][0-9]{3})+$/;
/** @type {Record<string, string>} */
const QUOTES = { '"': '"', "“": "”", "«": "»", "„": "“”" };
/** @type {Record<string, string>} */
export const BRACKETS = { "(": ")", "[": "]", "（": "）" };
const OPENING = /["“«„([（]/;
export const COMMAS = ",，、";
export const STOPS = ";；•";
const DIGIT = /[0-9０-９]/;
export const ALNUM = /[\p{L}\p{N}]/u;
// What a character of a line belongs to, so that it separates nothing.
const FREE = 0;
export const IN_BRACKETS = 1;
export const WHOLE = 2;

/** What lies between separators that separate; no part is blank. @param {string} line @param {string} separators */
export function partsOf(line, separators) {
  const held = heldOf(line);
  const parts = [];
  let start = 0;
  for (let at = 0; at < line.length; at += 1)
    if (separators.includes(line[at]) && held[at] === FREE && !joins(line, at)) {
      parts.push(line.slice(start, at));
      start = at + 1;
    }
  parts.push(line.slice(start));
  return parts.filter((part) => !NOTHING.test(part)).map((part) => part.trim());
}

/** Whether a comma is within a number, or a semicolon is an eye. @param {string} line @param {number} at */
function joins(line, at) {
  const inNumber = DIGIT.test(line[at - 1] ?? "") && DIGIT.test(line[at + 1] ?? "") && !STOPS.includes(line[at]);
  return inNumber || line.startsWith(";)", at);
}

/**
 * For each character what it is within: a link, a quotation, a telephone number; else brackets.
 * @param {string} line
 */
export function heldOf(line) {
  const held = new Uint8Array(line.length);
  for (const { 0: link, index } of line.matchAll(LINK))
    hold(held, index, index + link.replace(/[,.;]+$/, "").length, WHOLE);
  for (const { 0: phone, index } of line.matchAll(PHONE))
    if (isPhone(phone)) hold(held, index, index + phone.length, WHOLE);
  for (const [start, end] of pairs(line, held, QUOTES)) hold(held, start, end, WHOLE);
  for (const [start, end] of pairs(line, held, BRACKETS)) hold(held, start, end, IN_BRACKETS);
  return held;
}

/** @param {Uint8Array} held @param {number} start @param {number} end @param {number} why */
function hold(held, start, end, why) {
  for (let at = start; at < end; at += 1) held[at] ||= why;
}

/** @param {string} number */
function isPhone(number) {
  const digits = number.replace(/[^0-9]/g, "").length;
  return 7 <= digits && digits <= 15 && digits < number.length && !(number.endsWith("000") && GROUPED.test(number));
}

/** @param {string} line @param {Uint8Array} held @param {Record<string, string>} marks @returns {[number, number][]} */
function pairs(line, held, marks) {
  /** @type {[number, number][]} */
  const found = [];
  if (!OPENING.test(line)) return found;
  const last = Object.fromEntries(Object.values(marks).flatMap((closing) => [...closing].map((mark) => [mark, line.lastIndexOf(mark)])));
  let [opened, start, depth] = ["", 0, 0];
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at];
    if (held[at]) continue;
    if (opened && marks[opened].includes(char)) {
      depth -= 1;
      if (depth === 0) {
        found.push([start, at + 1]);
        opened = "";
      }
    } else if (opened) depth += Number(char === opened);
    else if (char in marks && [...marks[char]].some((mark) => last[mark] > at) && opens(line, at, marks))
      [opened, start, depth] = [char, at, 1];
  }
  return found;
}

/** Whether a pair of quotes is around all of it. @param {string} text */
export function isQuotation(text) {
  const [pair] = text[0] in QUOTES ? pairs(text, new Uint8Array(text.length), QUOTES) : [];
  return pair?.[1] === text.length;
}

/**
 * A quotation begins a word; a quote after one is an inch.
 * @param {string} line @param {number} at @param {object} marks
 */
const opens = (line, at, marks) => marks === BRACKETS || !ALNUM.test(line[at - 1] ?? "");
