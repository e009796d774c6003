/**
 * Amounts within typed text: words become tokens, and runs of tokens amounts such as "about 2-3 kg".
 *
 * The twin of `domain/text_amounts.py`, function by function, which says more; tests hold both to the same answers.
 */
import {
  ABOUT, ABOUT_PAIRS, ACCUSATIVES, ALONE_RU, AND, ARTICLES, DOZENS, FROM, HALVES, LARGE, LENGTHS, MEASURES, NAMING_UNITS,
  NOT_A_UNIT_BEFORE, NOT_AFTER, NOT_BEFORE, NUMBERED_NAMES, NUMBERS, OR_SO, PARTS, PLAIN_MEASURES, PREPOSITIONS,
  REMAINDERS, SCALES, TO, WHICH, WHOLE_WORDS,
} from "./text-words.js";
import { unitCode } from "./units.js";

/**
 * A word, or a piece of one: as typed, as compared, the space before it; and its number in thousandths. Kinds: n number,
 * a about, d dash, x times, j another sign that joins name and amount, w word.
 * @typedef {{typed: string, low: string, gap: string, place: number, kind: string, value: number}} Token
 */

/**
 * Tokens `start` to `end` are this much: thousandths, a unit's code, empty for bare counts, null where absent.
 * @typedef {object} Amount
 * @property {number} start
 * @property {number} end
 * @property {number} value
 * @property {string | null} unit
 * @property {string | null} note
 * @property {boolean} times a sign of multiplication was typed
 * @property {boolean} alone a unit without any number
 * @property {boolean} spelled in words
 * @property {number} unitFrom where the unit's words begin
 */

/** A number in thousandths and the token after it, which comes first. @typedef {[number, number]} Found */
/** @typedef {readonly Token[]} Tokens */

/** Letters of a word that may say an amount. */
export const LONGEST = 40;
const MOST = 1_000_000_000; // thousandths
/** @type {Record<string, [number, number]>} */
const VULGAR = {
  "½": [1, 2], "⅓": [1, 3], "⅔": [2, 3], "¼": [1, 4], "¾": [3, 4], "⅕": [1, 5], "⅖": [2, 5], "⅗": [3, 5], "⅘": [4, 5],
  "⅙": [1, 6], "⅚": [5, 6], "⅛": [1, 8], "⅜": [3, 8], "⅝": [5, 8], "⅞": [7, 8],
};
const DENOMINATORS = [2, 3, 4, 5, 6, 8, 10, 16];

// A group a kind of token.
const KINDS = "nadxwje";
const PIECE = new RegExp(
  "([0-9]+[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]|[0-9]+[/⁄][0-9]+|[0-9]{1,3}(?:,[0-9]{3}){2,}|[0-9]*[.,][0-9]+|[0-9]+)|" +
    "([~≈])|(\\.\\.\\.|\\.\\.|[-‐‑–—−…])|([×*✕✖]|[xх](?![a-zа-я]))|" +
    "([a-zа-я][a-zа-я./-]*?(?=[xх][0-9])|[a-zа-я][a-zа-я./]*)|([:=]+)|(\\.)",
  "y",
);
const SHAPES = /^(?:[ad]?(?:xnu?|nu?x|nxnu?|nuxnu?|n(?:dn)?u?|nu?dnu?)e?)$/;
// "milk:2", "onions-", "🥚x10".
const JOINED = [
  /^([^0-9:=]*[^0-9:=\s])([:=])(.+)$/,
  /^(.*[^:=–—-])([:=]+|[-–—])$/,
  /^((?:[\u2600-\u2712\u2744-\u27bf\u2b00-\u2bff\u{1f000}-\u{1faff}]|\ufe0f|\u200d)+)()(.+)$/u,
];
// "milk*3", "3×milk": the sign is no letter, so it needs no space.
const TIMES = [/^([^0-9×*✕✖]+)([×*✕✖][0-9]+)$/, /^([0-9]+[×*✕✖])([^0-9×*✕✖]+)$/];
const PRICED = /^[0-9]+[.,][0-9]{2}$/;
const POINTED = /^[1-9][0-9]{0,2}\.[0-9]{3}$/;
const THOUSANDS = /^[1-9][0-9]{0,2},[0-9]{3}$/;
const THIN = "\u00a0\u202f\u2009";

/** @param {Amount} amount */
export const measures = (amount) => MEASURES.has(amount.unit ?? "-");

// --- tokens ---

/** The form in which words are compared: full width as ASCII, lower case, ё as е. @param {string} word */
export const low = (word) =>
  word
    .replace(/[\uff01-\uff5e]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .normalize("NFC")
    .toLowerCase()
    .replace(/ё/g, "е")
    .replace(/\u00ad/g, "");

/**
 * @param {string} typed @param {string} low @param {string} gap @param {number} place @param {string} [kind]
 * @param {number} [value]
 */
const token = (typed, low, gap, place, kind = "w", value = 0) => ({ typed, low, gap, place, kind, value });

/**
 * Of words, each with its place, the space before it, and whether it is kept whole (a link, a quotation).
 * @param {readonly [number, string, string, boolean][]} words
 * @returns {Token[]}
 */
export const tokensOf = (words) =>
  words.flatMap(([place, gap, word, whole]) => (whole ? [token(word, low(word), gap, place)] : split(place, gap, word)));

/** @param {number} place @param {string} gap @param {string} word @returns {Token[]} */
function split(place, gap, word) {
  const plain = low(word);
  if (plain.length !== word.length || [...word].length > LONGEST) return [token(word, plain, gap, place)];
  for (const pattern of JOINED) {
    const found = pattern.exec(plain);
    if (found) return joined(place, gap, word, plain, found);
  }
  const times = TIMES.map((pattern) => pattern.exec(plain)).find(Boolean);
  if (times && !pieces(place, gap, word, plain)) return multiplied(place, gap, word, times);
  const dash = plain.indexOf("-");
  const lower = NUMBERS.get(plain.slice(0, Math.max(0, dash))) ?? Infinity;
  if (lower < (NUMBERS.get(plain.slice(dash + 1)) ?? 0)) return wordsOfRange(place, gap, word, dash);
  return pieces(place, gap, word, plain) ?? [token(word, plain, gap, place)];
}

/**
 * @param {number} place @param {string} gap @param {string} word @param {string} plain
 * @param {RegExpExecArray} found @returns {Token[]}
 */
function joined(place, gap, word, plain, found) {
  const sign = found[1].length;
  const after = sign + found[2].length;
  const rest = found[3] ? pieces(place + after, "", word.slice(after), plain.slice(after)) : [];
  if (!rest) return [token(word, plain, gap, place)];
  const head = word.slice(0, sign);
  const name = pieces(place, gap, head, plain.slice(0, sign)) ?? [token(head, plain.slice(0, sign), gap, place)];
  const joiner = token(word.slice(sign, after), plain.slice(sign, after), "", place + sign, "j");
  return [...name, ...(after > sign ? [joiner] : []), ...rest];
}

/** @param {number} place @param {string} gap @param {string} word @param {RegExpExecArray} found @returns {Token[]} */
function multiplied(place, gap, word, [, first, second]) {
  const cut = first.length;
  const [head, tail] = [word.slice(0, cut), word.slice(cut)];
  const last = pieces(place + cut, "", tail, second) ?? [token(tail, second, "", place + cut)];
  return [...(pieces(place, gap, head, first) ?? [token(head, first, gap, place)]), ...last];
}

/** "two-three", «две-три». @param {number} place @param {string} gap @param {string} word @param {number} dash */
function wordsOfRange(place, gap, word, dash) {
  const lower = word.slice(0, dash);
  const upper = word.slice(dash + 1);
  return [
    token(lower, low(lower), gap, place),
    token(word[dash], "-", "", place + dash, "d"),
    token(upper, low(upper), "", place + dash + 1),
  ];
}

/** @param {number} place @param {string} gap @param {string} word @param {string} plain @returns {Token[] | null} */
function pieces(place, gap, word, plain) {
  const tokens = [];
  let kinds = "";
  for (let at = 0; at < plain.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at;
    const found = PIECE.exec(plain);
    if (!found) return null;
    const [text] = found;
    const kind = KINDS[found.indexOf(text, 1) - 1];
    const value = kind === "n" ? number(text) : 0;
    if (value === null) return null;
    tokens.push(token(word.slice(at, at + text.length), text, at ? "" : gap, place + at, kind, value));
    kinds += kind === "w" && unitOf(text) !== undefined ? "u" : kind;
  }
  if (!SHAPES.test(kinds) && !/^[adjx]$/.test(kinds)) return null;
  return kinds.endsWith("e") ? withItsDot(tokens) : tokens;
}

/** @param {Token[]} tokens */
function withItsDot(tokens) {
  const [last, dot] = tokens.splice(-2);
  return [...tokens, { ...last, typed: last.typed + dot.typed }];
}

/** Thousandths of a number as typed, null where it is none that people write. @param {string} text */
export function number(text) {
  const vulgar = VULGAR[text.slice(-1)];
  if (vulgar) return whole(text.slice(0, -1) || "0") + part(...vulgar);
  if (/[/⁄]/.test(text)) {
    const [over, under] = text.split(/[/⁄]/).map((side) => Number(side.slice(0, 9)));
    return 0 < over && over < under && DENOMINATORS.includes(under) ? part(over, under) : null;
  }
  if (text.split(",").length > 2) return whole(text.replace(/,/g, ""));
  const [before, decimals = ""] = text.split(/[.,]/);
  return decimals.length <= 3 ? whole(before || "0") + Number(decimals.padEnd(3, "0")) : null;
}

/** @param {string} digits */
const whole = (digits) => (digits.length < 10 ? Number(digits) * 1000 : MOST + 1);

/** Half a thousandth is rounded up. @param {number} over @param {number} under */
const part = (over, under) => Math.floor((2000 * over + under) / (2 * under));

// --- numbers ---

/** @param {Tokens} tokens @param {number} at */
export const lowAt = (tokens, at) => tokens[at]?.low ?? "";

/** @param {Tokens} tokens @param {number} at */
const pairAt = (tokens, at) => `${lowAt(tokens, at)} ${lowAt(tokens, at + 1)}`;

/** @param {Token} token */
const isFraction = (token) => token.kind === "n" && token.value < 1000 && /[/⁄½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]/.test(token.low);

/** @param {Tokens} tokens @param {number} at @returns {Found | null} */
function numberAt(tokens, at) {
  let found = digitsAt(tokens, at) ?? wordsAt(tokens, at) ?? halfAt(tokens, at);
  if (found) {
    found = withRemainder(tokens, ...found);
    found = partsAt(tokens, ...found) ?? found;
  }
  const [start, value] = found ?? [articleEnd(tokens, at), 1000];
  const dozen = DOZENS.get(lowAt(tokens, start));
  return dozen ? [start + 1, value * dozen] : found;
}

/** @param {Tokens} tokens @param {number} at */
const articleEnd = (tokens, at) => (ARTICLES.has(lowAt(tokens, at)) ? at + 1 : at);

/** @param {Tokens} tokens @param {number} at @returns {Found | null} */
function digitsAt(tokens, at) {
  if (tokens[at]?.kind !== "n") return null;
  const { value } = tokens[at];
  const following = tokens[at + 1];
  if (following && value % 1000 === 0 && value) {
    if (isFraction(following) && following.gap) return [at + 2, value + following.value];
    if (following.kind === "d" && !following.gap && fractionAfterDash(tokens, at + 1))
      return [at + 3, value + tokens[at + 2].value];
  }
  return grouped(tokens, at);
}

/** @param {Tokens} tokens @param {number} dash */
function fractionAfterDash(tokens, dash) {
  const after = tokens[dash + 1];
  return after !== undefined && isFraction(after) && !after.gap;
}

/** @param {Tokens} tokens @param {number} at @returns {Found} */
function grouped(tokens, at) {
  let end = at + 1;
  let { value } = tokens[at];
  if (!/^[0-9]{1,3}$/.test(tokens[at].low) || !value) return [end, value];
  while (tokens[end]?.kind === "n" && /^[0-9]{3}$/.test(tokens[end].low)) {
    if (tokens[end].low !== "000" && !THIN.includes(tokens[end].gap)) break;
    value = Math.min(value * 1000 + tokens[end].value, MOST + 1);
    end += 1;
  }
  return [end, value];
}

/** @param {Tokens} tokens @param {number} at @returns {Found | null} */
function wordsAt(tokens, at) {
  const single = WHOLE_WORDS.get(lowAt(tokens, at));
  const thousand = SCALES.get(lowAt(tokens, at + 1));
  if (single) return thousand ? [at + 2, single * thousand] : [at + 1, single];
  let total = 0;
  let current = 0;
  let room = 1000;
  let end = articleEnd(tokens, at);
  if (end > at && !SCALES.has(lowAt(tokens, end))) return null;
  while (end < tokens.length) {
    const joined = current + total && AND.has(lowAt(tokens, end)) && continues(tokens, end + 1, room);
    const step = joined ? end + 1 : end;
    const word = lowAt(tokens, step);
    const value = compound(word);
    const scale = SCALES.get(word);
    if (value && value < room) {
      current += value;
      room = roomAfter(value);
    } else if (scale && (scale === 100 || !total)) [total, current, room] = scaled(total, current, scale);
    else break;
    end = step + 1;
  }
  return total + current ? [end, (total + current) * 1000] : null;
}

/** @param {Tokens} tokens @param {number} at @param {number} room */
function continues(tokens, at, room) {
  const value = compound(lowAt(tokens, at));
  return room === 100 && 0 < value && value < room;
}

/** @param {number} total @param {number} current @param {number} scale @returns {[number, number, number]} */
const scaled = (total, current, scale) =>
  scale === 100 ? [total, (current || 1) * 100, 100] : [total + (current || 1) * scale, 0, 1000];

/** @param {number} value */
const roomAfter = (value) => (value < 20 ? 1 : value < 100 ? 10 : 100);

/** The value of "five" and of "twenty-five", 0 of other words. @param {string} word */
function compound(word) {
  const dash = word.indexOf("-");
  if (dash < 0) return NUMBERS.get(word) ?? 0;
  const first = NUMBERS.get(word.slice(0, dash)) ?? 0;
  const second = NUMBERS.get(word.slice(dash + 1)) ?? 0;
  return 20 <= first && first < 100 && 0 < second && second < 10 ? first + second : 0;
}

/** @param {Tokens} tokens @param {number} at @returns {Found | null} */
function halfAt(tokens, at) {
  const start = articleEnd(tokens, at);
  const value = HALVES.get(lowAt(tokens, start));
  if (value === undefined) return null;
  let end = start + 1;
  if (lowAt(tokens, end) === "of" && end + 1 < tokens.length) end += 1;
  const inner = articleEnd(tokens, end);
  if (inner >= tokens.length) return null;
  if (unitAt(tokens, inner) || DOZENS.has(lowAt(tokens, inner))) return [inner, value];
  const named = inner === start + 2 && lowAt(tokens, start) === "half"; // "half an onion"
  const russian = inner === start + 1 && lowAt(tokens, start).startsWith("половин");
  return named || russian ? [inner, value] : null;
}

/** @param {Tokens} tokens @param {number} end @param {number} value @returns {Found} */
function withRemainder(tokens, end, value) {
  if (value % 1000 || !value) return [end, value];
  const joint = lowAt(tokens, end);
  if (joint === "and" || joint === "и") {
    const last = articleEnd(tokens, end + 1);
    if (last < tokens.length && isFraction(tokens[last])) return [last + 1, value + tokens[last].value];
    const rest = REMAINDERS.get(lowAt(tokens, last));
    if (last > end + 1 && rest) return [last + 1, value + rest];
  }
  const rest = REMAINDERS.get(lowAt(tokens, end + 1));
  return (joint === "с" || joint === "со") && rest ? [end + 2, value + rest] : [end, value];
}

/** @param {Tokens} tokens @param {number} end @param {number} value @returns {Found | null} */
function partsAt(tokens, end, value) {
  const under = PARTS.get(lowAt(tokens, end));
  if (under === undefined || value % 1000 || value <= 0 || value >= under * 1000) return null;
  let after = end + 1;
  if (lowAt(tokens, after) === "of") after = articleEnd(tokens, after + 1);
  return unitAt(tokens, after) ? [after, part(value / 1000, under)] : null;
}

// --- units ---

const LATIN = "kgmtcphoeax";
const CYRILLIC = "кгмтсрноеах";

/** @param {string} word @param {string} from @param {string} to */
const translated = (word, from, to) => [...word].map((letter) => to[from.indexOf(letter)] ?? letter).join("");

/** The code of a unit's spelling, also in the accusative or with letters of the other keyboard. @param {string} word */
export function unitOf(word) {
  if (word.length > LONGEST) return undefined;
  const code = unitCode(word) ?? ACCUSATIVES.get(word);
  if (code !== undefined || !/[a-z]/.test(word) || !/[^\0-\x7f]/.test(word)) return code;
  return unitCode(translated(word, LATIN, CYRILLIC)) || unitCode(translated(word, CYRILLIC, LATIN));
}

/**
 * The token after a unit's spelling, and its code, empty for a word of bare counts.
 * @param {Tokens} tokens
 * @param {number} at
 * @returns {[number, string] | null}
 */
export function unitAt(tokens, at) {
  for (const length of [2, 1]) {
    const words = tokens.slice(at, at + length);
    if (words.length < length || words.some(({ kind }) => kind !== "w") || (length === 2 && !words[1].gap)) continue;
    const code = unitOf(words.map(({ low }) => low).join(" "));
    if (code === undefined) continue;
    const named = NAMING_UNITS.has(words[0].low) && NOT_A_UNIT_BEFORE.has(lowAt(tokens, at + length));
    return named ? null : [at + length, code];
  }
  return null;
}

/** @param {string} word @returns {[number, string | null] | null} */
function halfUnit(word) {
  if (!word.startsWith("пол") || word.length < 6) return null;
  const rest = word.slice(word[3] === "-" ? 4 : 3);
  const dozen = DOZENS.get(rest);
  if (dozen) return [dozen * 500, null];
  const code = rest.length > 2 ? unitCode(rest) : "";
  return code ? [500, code] : null;
}

/** @param {Tokens} tokens @param {number} end */
const of = (tokens, end) => (lowAt(tokens, end) === "of" && end + 1 < tokens.length ? end + 1 : end);

// --- amounts ---

/** All amounts, from left to right; numbers that belong to a name are none. @param {Tokens} tokens */
export function amountsIn(tokens) {
  const found = [];
  for (let at = 0; at < tokens.length; ) {
    const beyond = dimensions(tokens, at);
    const amount = beyond ? null : amountAt(tokens, at);
    if (amount) found.push(amount);
    at = beyond || (amount?.end ?? at + 1);
  }
  return found;
}

/**
 * The amount that begins at a token, with "about" and the range as its note.
 * @param {Tokens} tokens @param {number} at
 */
export function amountAt(tokens, at) {
  const begin = aboutEnd(tokens, at);
  const signed = tokens[begin]?.kind === "x";
  const start = signed ? begin + 1 : begin;
  const amount = counted(tokens, at, start, signed) ?? (signed ? null : uncounted(tokens, at, start));
  return amount && 0 < amount.value && amount.value <= MOST ? withOrSo(tokens, amount, begin) : null;
}

/** @param {Tokens} tokens @param {number} at */
function aboutEnd(tokens, at) {
  if (ABOUT.has(lowAt(tokens, at))) return at + 1;
  return ABOUT_PAIRS.has(pairAt(tokens, at)) ? at + 2 : at;
}

/** @param {Tokens} tokens @param {Amount} amount @param {number} begin @returns {Amount} */
function withOrSo(tokens, amount, begin) {
  const words = [typed(tokens.slice(amount.start, begin)), amount.note];
  let { end } = amount;
  if (OR_SO.has(pairAt(tokens, end))) {
    words.push(typed(tokens.slice(end, end + 2)));
    end = of(tokens, end + 2);
  }
  return { ...amount, end, note: words.filter(Boolean).join(" ") || null };
}

/**
 * @param {number} start @param {number} end @param {number} value @param {string | null} unit
 * @param {Partial<Amount>} [more] @returns {Amount}
 */
export const amountOf = (start, end, value, unit, more) => ({
  start, end, value, unit, note: null, times: false, alone: false, spelled: false, unitFrom: 0, ...more,
});

/** @param {Tokens} tokens @param {number} at @param {number} start @param {boolean} times @returns {Amount | null} */
function counted(tokens, at, start, times) {
  if (NUMBERED_NAMES.has(pairAt(tokens, start))) return null;
  const first = FROM.has(lowAt(tokens, start)) ? start + 1 : start;
  const lower = numberAt(tokens, first);
  const upper = lower && upperAt(tokens, first, ...lower);
  if (!lower || (first > start && !upper)) return halved(tokens, at, start);
  const [end, value] = upper ?? lower;
  const unit = unitAt(tokens, end);
  const note = upper ? typed(tokens.slice(start, end)) : null;
  const more = { note, times, spelled: tokens[first].kind !== "n", unitFrom: end };
  const amount = amountOf(at, end, thousands(tokens, first, end, value, unit), null, more);
  if (!unit) return bare(tokens, amount);
  if (WHICH.has(lowAt(tokens, at - 1))) return null;
  const sized = !MEASURES.has(unit[1]) && tokens[unit[0]]?.kind === "x" && lowAt(tokens, unit[0] + 1); // "2 packs x 500 g"
  if (sized) return { ...amount, end: unit[0] + 1, unit: unit[1], times: true };
  return { ...amount, end: of(tokens, unit[0]), unit: unit[1] };
}

/** @param {Tokens} tokens @param {number} at @param {number} start */
function halved(tokens, at, start) {
  const half = halfUnit(lowAt(tokens, start));
  return half && amountOf(at, of(tokens, start + 1), half[0], half[1]);
}

/** @param {Tokens} tokens @param {number} first @param {number} end @param {number} value @returns {Found | null} */
function upperAt(tokens, first, end, value) {
  const unit = unitAt(tokens, end);
  for (const sign of [end, unit?.[0] ?? end]) {
    const dash = tokens[sign]?.kind === "d" || TO.has(lowAt(tokens, sign)) || between(tokens, first, sign);
    const upper = dash ? numberAt(tokens, sign + 1) : null;
    if (!upper || upper[1] <= value) continue;
    const second = unitAt(tokens, upper[0]);
    if (sign !== end && (!unit || !second || unit[1] !== second[1])) continue;
    // Two long numbers without a unit are a telephone's.
    if (tokens[first].low.length > 2 && upper[1] >= 100_000 && !second) continue;
    return upper;
  }
  return null;
}

/** Whether "and" joins the ends of a range. @param {Tokens} tokens @param {number} first @param {number} joint */
const between = (tokens, first, joint) =>
  ["between", "между"].includes(lowAt(tokens, first - 1)) && AND.has(lowAt(tokens, joint));

/**
 * @param {Tokens} tokens @param {number} first @param {number} end @param {number} value
 * @param {[number, string] | null} unit
 */
function thousands(tokens, first, end, value, unit) {
  const inGroups = end === first + 1 && THOUSANDS.test(tokens[first].low);
  return inGroups && !(unit && LARGE.has(unit[1])) ? value * 1000 : value;
}

/** @param {Tokens} tokens @param {Amount} amount @returns {Amount | null} */
function bare(tokens, amount) {
  const { start, end, times } = amount;
  if (!times && (owned(tokens, start, end) || doubtful(tokens, amount))) return null;
  if (!times && isSigned(tokens, end)) return { ...amount, end: end + 1, times: true, spelled: false };
  return DOZENS.has(lowAt(tokens, end - 1)) ? { ...amount, end: of(tokens, end), spelled: false } : amount;
}

/** "1.000" of a thing may be a thousand, "bread 2.50" a price. @param {Tokens} tokens @param {Amount} amount */
function doubtful(tokens, { start, end }) {
  const { low } = tokens[end - 1];
  return POINTED.test(low) || (start > 0 && PRICED.test(low));
}

/** @param {Tokens} tokens @param {number} at */
function isSigned(tokens, at) {
  const next = tokens[at + 1];
  return tokens[at]?.kind === "x" && !(tokens[at].gap && next?.kind === "n" && !next.gap);
}

/** @param {Tokens} tokens @param {number} at @param {number} end */
function owned(tokens, at, end) {
  const after = lowAt(tokens, end);
  if (NOT_BEFORE.has(after) || NOT_BEFORE.has(after.replace(/[.,]+$/, "")) || /^[%/°]/.test(after)) return true;
  if ((after === "in" || after === "в") && tokens[end + 1]?.kind === "n") return true;
  const before = lowAt(tokens, at - 1);
  if (at && MEASURES.has(unitOf(before) ?? "") && (at === 1 || tokens[at - 2].kind !== "n")) return true; // «сыр грамм 300»
  return (
    NOT_AFTER.has(before) || ([...before].length <= 3 && ["vitamin", "витамин", "витамины"].includes(lowAt(tokens, at - 2)))
  );
}

/** @param {Tokens} tokens @param {number} at @param {number} start @returns {Amount | null} */
function uncounted(tokens, at, start) {
  const word = articleEnd(tokens, start);
  const unit = unitAt(tokens, word);
  if (!unit?.[1]) return null;
  const [end, code] = unit;
  const linked = of(tokens, end);
  const article = word > start;
  const plain = PLAIN_MEASURES.has(lowAt(tokens, word)) && end < tokens.length;
  const measured = article && (MEASURES.has(code) || /^(pinch|bunch|sprig)$/.test(code)) && end < tokens.length;
  const closing = article && end === tokens.length && at > 0;
  const russian = ALONE_RU.has(tokens.slice(word, end).map(({ low }) => low).join(" ")) && namedInRussian(tokens, end);
  const sure = linked > end || plain || measured || closing || russian;
  if (!sure) return null;
  const more = article && pairAt(tokens, end) === "and a" ? REMAINDERS.get(lowAt(tokens, end + 2)) : 0; // "a pound and a half"
  if (more) return amountOf(at, of(tokens, end + 3), 1000 + more, code, { alone: true });
  return amountOf(at, linked, 1000, code, { alone: true });
}

/** @param {Tokens} tokens @param {number} at */
function namedInRussian(tokens, at) {
  const word = lowAt(tokens, at);
  return /^[а-я]/.test(word) && !PREPOSITIONS.has(word) && !/..(ый|ий|ая|ое|ые)$/.test(word);
}

/** @param {Tokens} tokens @param {number} at */
function dimensions(tokens, at) {
  if (tokens[at]?.kind !== "n") return 0;
  const first = unitAt(tokens, at + 1);
  const sign = first?.[0] ?? at + 1;
  if (!first && (!isSigned(tokens, sign) || owned(tokens, at, sign))) return 0;
  if (tokens[sign]?.kind !== "x" || tokens[sign + 1]?.kind !== "n") return 0;
  const second = unitAt(tokens, sign + 2);
  if (!second) return first ? 0 : sign + 2;
  const sizes = LENGTHS.has(second[1]) || (first && MEASURES.has(first[1]) && MEASURES.has(second[1]));
  return sizes ? second[0] : 0;
}

/** Tokens as they were typed, without the space before the first, any space as one. @param {Tokens} tokens */
export const typed = (tokens) => tokens.map((token, at) => (token.gap && at ? " " : "") + token.typed).join("");
