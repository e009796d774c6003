/**
 * Typed and pasted text as items: "2 kg potatoes, milk 3.5% x2" is two of them, in Russian and English.
 *
 * The twin of `domain/text.py`, function by function, which says more; tests hold both to the same answers.
 */
import { LONGEST, amountAt, amountOf, amountsIn, low, measures, tokensOf, typed, unitAt } from "./text-amounts.js";
import { ALNUM, BRACKETS, COMMAS, IN_BRACKETS, NOTHING, STOPS, WHOLE, heldOf, isQuotation, partsOf } from "./text-pieces.js";
import {
  AND, ARTICLES, BUYING, HEADINGS, JOINED_NAMES, NOT_BEFORE, PREPARED, PREPARED_ALONE, REMARK_STARTS,
} from "./text-words.js";

export { unitCode } from "./units.js";

/** @import { Amount, Token } from './text-amounts.js' */

/**
 * What one thing of a typed text says; `ticked` is null where no box was typed.
 * @typedef {object} TypedItem
 * @property {string} text
 * @property {number | null} quantity
 * @property {string | null} unit
 * @property {string | null} note
 * @property {boolean | null} ticked
 */

const MOST_TEXT = 500;
const MOST_NOTE = 2_000;
// A line, or one thing of it, that is longer is no one's typing: it is kept as it is.
const MOST_LINE = 3_000;
const MOST_READ = 700;
const MOST_REMARKS = 8;

/** The items of a text, in its order; none of a text of nothing but separators. @param {string} text */
export const parse = (text) => text.replace(UNSEEN, "").split(LINE_ENDS).flatMap(lineItems);

// --- lines ---

// eslint-disable-next-line no-control-regex -- a text has them
const LINE_ENDS = /[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
// eslint-disable-next-line no-control-regex -- a text has them
const UNSEEN = /[\x00-\x08\x0e-\x1b\x1f\x7f\u200b\u200e\u200f\u2060\ufeff\ud800-\udfff]/gu;
const SPACE = "[ \\t\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]";
const SPACES = new RegExp(`${SPACE}+`, "g");
const IS_SPACE = new RegExp(SPACE);
const WORD = new RegExp(SPACE.replace("[", "[^") + "+", "g");
const BULLET = new RegExp(`^(?:(?:[-‐‑–—−*•·●○◦▪▫■□‣⁃∙>]|\\+(?![0-9]))${SPACE}*)+`);
const BOLD = /^(\*{1,2})([^* ][^*]*[^* ])\1$/;
const NUMBERED = new RegExp(`^(?:[0-9]{1,3}[.)](?![0-9])|\\([0-9]{1,3}\\))${SPACE}*`);
const TICKED = new RegExp(`^(?:\\[[xXхХvV✓✔]\\]|[☑✅✔✓][\ufe0e\ufe0f]?)${SPACE}*`);
const UNTICKED = new RegExp(`^(?:\\[${SPACE}?\\]|[☐⬜][\ufe0e\ufe0f]?)${SPACE}*`);
const DATE = "[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{2,4}";
const TIME = `[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:${SPACE}?[AaPp]\\.?[Mm]\\.?)?`;
const STAMP = `\\[(?=[^\\]]{0,50}[0-9]:[0-9])(?=[^\\]]{0,50}(?:${DATE}|20[0-9]{2}))[^\\[\\]]{8,50}\\]`;
const SENDER = "[^:\\[\\]]{1,60}:";
const SAID = new RegExp(
  `^(?:${STAMP}${SPACE}*${SENDER}|${DATE},?${SPACE}+${TIME}${SPACE}+[-–—]${SPACE}+${SENDER})${SPACE}*`,
);
const SENT = new RegExp(`^[^:\\[\\]]{0,60}${STAMP}:?$`);

/** @param {string} line */
const lineItems = (line) => readLine(line).flatMap((item) => withinLimits({ ...item, text: unquoted(item.text) }));

/** @param {string} line @returns {TypedItem[]} */
function readLine(line) {
  const [rest, ticked] = withoutBullet(line.trim().replace(SAID, ""));
  if (NOTHING.test(rest) || (ticked === null && isHeading(rest))) return [];
  const items = length(rest) <= MOST_LINE ? things(rest).map(read) : [itemOf(spaced(rest))];
  return items.map((item) => ({ ...item, ticked }));
}

/** In code points. @param {string} text */
const length = (text) => [...text].length;

/**
 * @param {string} line
 * @returns {[string, boolean | null]} without bullet, number and tick box; whether it was ticked
 */
function withoutBullet(line) {
  let ticked = null;
  line = BOLD.exec(line)?.[2] ?? line;
  for (const pattern of [BULLET, NUMBERED, BULLET]) {
    line = line.replace(pattern, "");
    for (const box of [TICKED, UNTICKED])
      if (ticked === null && box.test(line)) {
        line = line.replace(box, "");
        ticked = box === TICKED;
      }
  }
  return [line, ticked];
}

/** @param {string} line */
function isHeading(line) {
  if (SENT.test(line)) return true;
  if (line.startsWith("#")) return /^#+ /.test(line);
  const bare = line.replace(/[*_ ]+$/, "");
  return /^[^0-9０-９,][^,]*[:：]$/.test(bare) && /\p{L}/u.test(bare);
}

/**
 * A text out of the quotes around it, where they held it together: read without them, it would be something else.
 * @param {string} text
 */
function unquoted(text) {
  if (!isQuotation(text)) return text;
  const inside = text.slice(1, -1).trim();
  if (NOTHING.test(inside)) return text;
  return isQuotation(inside) || !isWhole(inside) ? inside : text;
}

/** Whether a text stands for itself, alone and before an amount. @param {string} text */
const isWhole = (text) =>
  isReadAs(readLine(text), itemOf(text)) && isReadAs(readLine(`${text}, 2 kg`), { text, quantity: 2, unit: "kg" });

/** @param {TypedItem[]} items @param {Omit<TypedItem, 'note' | 'ticked'>} wanted */
const isReadAs = (items, { text, quantity, unit }) =>
  items.length === 1 && items[0].text === text && items[0].quantity === quantity && items[0].unit === unit &&
  items[0].note === null && items[0].ticked === null;

const ALL_QUOTES = ["", '""', "«»", "“”", "„“"];

/**
 * An item's text as one writes it to be read whole: in quotes where it needs them. As it is where none help.
 * @param {Omit<TypedItem, 'note' | 'ticked'>} item @param {string} amount what is written after the text
 */
export function written({ text, quantity, unit }, amount) {
  const wanted = { text: text.replace(UNSEEN, ""), quantity: quantity ?? (unit === null ? null : 1), unit };
  const forms = ALL_QUOTES.map(([open = "", close = ""]) => open + text + close);
  return forms.find((form) => isReadAs(parse(`- ${form}${amount}`), wanted)) ?? text;
}

/** @param {string} text */
const spaced = (text) => text.replace(SPACES, " ").trim();

// --- lists with commas, and names joined by "and" ---

/**
 * A part of a line that is one item: its words, and what was in brackets, with the place of each.
 * @typedef {{typed: string, words: Token[], brackets: [number, string][]}} Piece
 */

/**
 * A piece with the pieces that a comma joined to it: an amount, remarks.
 * @typedef {{piece: Piece, amount: Piece | null, remarks: string[], priced: boolean}} Thing
 */

/** @param {Piece} piece @returns {Thing} */
const thingOf = (piece) => ({ piece, amount: null, remarks: [], priced: false });

/** @param {string} line */
const things = (line) => partsOf(line, STOPS).flatMap((part) => list(withoutListHeading(part)));

/** "To buy: milk, bread" without what heads it. @param {string} line */
function withoutListHeading(line) {
  const colon = line.indexOf(":");
  const rest = line.slice(colon + 1);
  const head = low(line.slice(0, Math.max(0, colon)).trim());
  if (colon < 0 || !HEADINGS.has(head) || rest.startsWith("//")) return line;
  return partsOf(rest, COMMAS).length > (BUYING.has(head) ? 0 : 1) ? rest : line;
}

/** The things between commas; the last two may be joined by "and". @param {string} line */
function list(line) {
  /** @type {Thing[]} */
  const found = [];
  for (const part of partsOf(line, COMMAS)) {
    const piece = pieceOf(part);
    const last = found[found.length - 1];
    const joined = last && joinedTo(last, piece);
    if (joined) found[found.length - 1] = joined;
    else found.push(thingOf(piece));
  }
  if (found.length > 1) {
    const last = /** @type {Thing} */ (found.pop());
    found.push(...apart(last, lastNames(last.piece)));
  }
  return found.flatMap((thing) => apart(thing, amountsApart(thing.piece)));
}

/** @param {Thing} thing @param {Piece} piece @returns {Thing | null} */
function joinedTo(thing, piece) {
  if (isPreparation(piece.words) && thing.remarks.length < MOST_REMARKS)
    return { ...thing, remarks: [...thing.remarks, piece.typed] };
  if (isPrice(piece.words) && !thing.amount && !thing.remarks.length && !thing.priced)
    return { ...thing, piece: pieceOf(`${thing.piece.typed}, ${piece.typed}`), priced: true };
  const amount = !thing.amount && !piece.brackets.length && covering(piece.words) && saysMore(thing.piece);
  return amount ? { ...thing, amount: piece } : null;
}

/** @param {Piece} piece */
const saysMore = (piece) => covering(piece.words) === null;

/** The thing as several; what a comma joined to it belongs to the last. @param {Thing} thing @param {string[]} names */
function apart(thing, names) {
  if (names.length < 2 && names[0] === thing.piece.typed) return [thing];
  const pieces = names.map(pieceOf);
  return pieces.map((piece, at) => (at === pieces.length - 1 ? { ...thing, piece } : thingOf(piece)));
}

const PRICE = /^(?:[0-9]+(?:[.,][0-9]+)?%|[$€£₽¥₴₸][0-9]+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?(?:[$€£₽¥₴₸]|руб\.?|р\.?|рубл[а-я]+))$/;

/** @param {Token[]} words */
const isPrice = (words) => words.length < 3 && PRICE.test(words.map(({ low }) => low).join(""));

/**
 * "finely chopped", "to taste": what a recipe says of the thing before it, and can be no thing itself.
 * @param {Token[]} piece
 */
function isPreparation(piece) {
  const said = low([...typed(piece)].slice(0, 200).join(""));
  if ([...REMARK_STARTS].some((start) => `${said} `.startsWith(`${start} `))) return true;
  const words = said.split(" ").map(stem);
  return words.every((word) => PREPARED.has(word)) && words.some((word) => PREPARED_ALONE.has(word));
}

/** Russian participles agree with their thing: the genitive as the nominative. @param {string} word */
const stem = (word) => {
  for (const [ending, plain] of [["нных", "нные"], ["нного", "нный"], ["нной", "нная"], ["тых", "тые"]])
    if (word.endsWith(ending)) return word.slice(0, -ending.length) + plain;
  return word;
};

/** The last of a list: "eggs and bread" are two, "and bread" is one, "mac and cheese" too. @param {Piece} piece */
function lastNames(piece) {
  const { words } = piece;
  if (words.length > 1 && AND.has(words[0].low)) return [piece.typed.slice(words[1].place)];
  const name = words.filter(({ kind, low }) => kind === "w" && low).map(({ low }) => low).join(" ");
  return JOINED_NAMES.has(name) ? [piece.typed] : cut(piece, joints(words).filter((at) => at + 1 < words.length));
}

/** "milk and 2 loaves of bread" are two; names joined by "and" stay whole. @param {Piece} piece */
const amountsApart = (piece) => cut(piece, joints(piece.words).filter((at) => beginsAmount(piece.words, at + 1)));

/** Where "and" stands between words, and not within an amount. @param {Token[]} words */
function joints(words) {
  if (!words.some(({ low }) => AND.has(low))) return [];
  const amounts = amountsIn(words);
  const within = (/** @type {number} */ at) => amounts.some(({ start, end }) => start < at && at < end);
  return words.flatMap(({ low }, at) => (at && AND.has(low) && !within(at) ? at : []));
}

/** @param {Token[]} words @param {number} at */
function beginsAmount(words, at) {
  const amount = amountAt(words, at);
  if (!amount) return false;
  return amount.end === words.length ? isContainer(amount) : !AND.has(words[amount.end].low);
}

/** The typed text without the words at these places, in parts. @param {Piece} piece @param {number[]} joints */
function cut(piece, joints) {
  const cuts = joints.map((at) => piece.words[at]);
  const starts = [0, ...cuts.map(({ place, typed }) => place + typed.length)];
  const parts = starts.map((start, at) => piece.typed.slice(start, cuts[at]?.place).trim());
  // A part without a name ("2 and 3 eggs") says that this was no list.
  return parts.every((part) => part && names(pieceOf(part))) ? parts : [piece.typed];
}

/** Whether there is a thing in it: at least the bottles of "2 bottles". @param {Piece} piece */
function names(piece) {
  const amount = covering(piece.words);
  return amount === null || isContainer(amount);
}

/** @param {Amount} amount */
const isContainer = (amount) => !!amount.unit && !measures(amount) && !amount.alone;

// --- the words of a piece ---

/** Too long to be read: one word of no meaning. @param {string} text @returns {Token[]} */
const unread = (text) => [{ typed: text, low: "", gap: "", place: 0, kind: "w", value: 0 }];

/** A part of a line as words; what is in brackets apart. @param {string} text @returns {Piece} */
function pieceOf(text) {
  if (length(text) > MOST_READ) return { typed: text, words: unread(text), brackets: [] };
  const held = heldOf(text);
  /** @type {[number, string][]} */
  const brackets = [];
  /** @type {[number, string, string, boolean][]} */
  const words = [];
  let gap = "";
  for (let at = 0, end; at < text.length; at = end) {
    const bracket = bracketEnd(text, at, held);
    if (IS_SPACE.test(text[at])) {
      end = spaceEnd(text, at);
      gap = text.slice(at, end);
    } else if (bracket) {
      brackets.push([at, spaced(text.slice(at + 1, bracket - 1))]);
      end = bracket;
      gap ||= " ";
    } else {
      end = wordEnd(text, at, held);
      words.push([at, gap, text.slice(at, end), held.subarray(at, end).includes(WHOLE)]);
      gap = "";
    }
  }
  return { typed: text, words: tokensOf(words), brackets };
}

/** @param {string} text @param {number} at */
function spaceEnd(text, at) {
  while (at < text.length && IS_SPACE.test(text[at])) at += 1;
  return at;
}

/**
 * Where a remark in brackets ends that begins here; 0 where none does, as in "egg(s)".
 * @param {string} text @param {number} at @param {Uint8Array} held
 */
function bracketEnd(text, at, held) {
  if (!(text[at] in BRACKETS) || held[at] !== IN_BRACKETS || (at && held[at - 1] === IN_BRACKETS)) return 0;
  let end = at;
  while (end < text.length && held[end]) end += 1;
  const inside = text.slice(at + 1, end - 1);
  const glued = ALNUM.test(text[at - 1] ?? "") || ALNUM.test(text[end] ?? "");
  return NOTHING.test(inside) || (glued && covering(plainWords(inside)) === null) ? 0 : end;
}

/**
 * The end of a word; a quotation or a telephone number is one.
 * @param {string} text @param {number} at @param {Uint8Array} held
 */
function wordEnd(text, at, held) {
  let end = at + 1;
  while (end < text.length && ((held[end] === WHOLE && held[end - 1] === WHOLE) || !IS_SPACE.test(text[end]))) {
    if (bracketEnd(text, end, held)) break;
    end += 1;
  }
  return end;
}

/** The words of a short text in brackets; none of a longer one, which is a remark. @param {string} text */
function plainWords(text) {
  if (length(text) > LONGEST) return [];
  return tokensOf([...text.matchAll(WORD)].map(({ 0: word, index }) => [index, text[index - 1] ?? "", word, false]));
}

/**
 * The amount that these words are and nothing else; a unit alone only where asked for.
 * @param {Token[]} words @param {boolean} [lone]
 */
function covering(words, lone = false) {
  const amount = words.length ? amountAt(words, 0) : null;
  if (amount?.end === words.length && (lone || !amount.alone || words.length > 1)) return amount;
  const article = words.length > 1 && ARTICLES.has(words[0].low);
  const unit = lone || article ? unitAt(words, Number(article)) : null;
  return unit?.[1] && unit[0] === words.length ? amountOf(0, words.length, 1000, unit[1], { alone: true }) : null;
}

// --- an item ---

const CALLED = new Set(["plus", "+", "/", "плюс"]);

/**
 * What a thing's words come to: those of its name, the amounts beside them, the remarks by their places.
 * @typedef {{name: Token[], beside: [number, Amount][], remarks: [number, string][]}} Said
 */

/** @param {string} text @param {Amount | null} [amount] @param {string | null} [note] @returns {TypedItem} */
const itemOf = (text, amount = null, note = null) => ({
  text, quantity: amount && amount.value / 1000, unit: amount?.unit || null, note, ticked: null,
});

/** An item; where it is in doubt what is meant, the text as it was typed. @param {Thing} thing */
const read = (thing) => item(saidIn(thing), thing) ?? itemOf(asTyped(thing), null, noteOf(null, thing.remarks));

/** @param {Thing} thing */
const asTyped = ({ piece, amount }) => spaced(piece.typed + (amount ? `, ${amount.typed}` : ""));

/**
 * A dash with spaces around it begins a remark or an amount; brackets hold one; so may a comma.
 * @param {Thing} thing @returns {Said}
 */
function saidIn({ piece, amount: after }) {
  let segments = segmentsOf(piece.words);
  /** @type {Said} */
  const said = { name: segments[0], beside: [], remarks: [] };
  const first = covering(said.name);
  if (first && segments.length > 1 && !covering(segments[1])) {
    said.beside.push([-1, first]);
    segments = segments.slice(1);
    said.name = segments[0];
  }
  for (const segment of segments.slice(1))
    if (segment.some(({ low }) => NOT_BEFORE.has(low)) || isPrice(segment))
      said.name = [...said.name, ...withDash(piece.words, segment)];
    else afterDash(segment, said);
  for (const [place, inside] of piece.brackets) {
    const amount = covering(plainWords(inside), true);
    if (amount) said.beside.push([place, amount]);
    said.remarks.push([place, inside]);
  }
  const last = after && covering(after.words);
  if (last) said.beside.push([piece.typed.length, last]);
  said.remarks.sort(([one], [other]) => one - other);
  return said;
}

/** The words between dashes that stand alone, unless a dash joins the ends of a range. @param {Token[]} words */
function segmentsOf(words) {
  const dashes = words.flatMap(({ kind, gap }, at) => (at && kind === "d" && gap && words[at + 1]?.gap ? at : []));
  const amounts = dashes.length ? amountsIn(words) : [];
  const starts = dashes.filter((at) => !amounts.some(({ start, end }) => start < at && at < end));
  const segments = [-1, ...starts].map((start, at) => words.slice(start + 1, starts[at]));
  const filled = segments.filter((segment) => segment.length);
  return filled.length ? filled : [[]];
}

/** @param {Token[]} words @param {Token[]} segment */
const withDash = (words, segment) =>
  words.slice(words.indexOf(segment[0]) - 1, words.indexOf(segment[segment.length - 1]) + 1);

/** An amount, an amount in a unit and a remark, or a remark. @param {Token[]} segment @param {Said} said */
function afterDash(segment, { beside, remarks }) {
  const [{ place }] = segment;
  const whole = covering(segment, true);
  const amount = whole ?? amountAt(segment, 0);
  if (amount && (whole || (amount.unit && !amount.alone && !beside.length))) {
    beside.push([place, amount]);
    const rest = segment.slice(amount.end);
    if (rest.length) remarks.push([rest[0].place, typed(rest)]);
  } else remarks.push([place, typed(segment)]);
}

/** The item that was said; null where it is in doubt. @param {Said} said @param {Thing} thing */
function item(said, thing) {
  const own = amountsIn(said.name);
  if (meantTogether(said.name, own)) return null;
  const found = chosenOf(said.name, own);
  const beside = besideOf(said, thing);
  if (!found.sure || (said.beside.length && !beside)) return null;
  let { chosen } = found;
  const [place, other] = beside ?? [0, null];
  let { remarks } = said;
  let words = said.name;
  let size = "";
  if (other && (!chosen || (measures(chosen) && !measures(other)))) {
    remarks = remarks.filter(([at]) => at !== place);
    chosen = other;
  } else {
    size = thing.amount ? `, ${thing.amount.typed}` : "";
    words = chosen ? without(said.name, chosen) : said.name;
  }
  const text = typed(words) + size;
  if (NOTHING.test(text)) return container(said.name, chosen, thing);
  return itemOf(text, chosen, noteOf(chosen, [...remarks.map(([, remark]) => remark), ...thing.remarks]));
}

/**
 * The amount said beside the name; a size in brackets after it stays a remark: "curd - 2 packs (180 g)".
 * @param {Said} said @param {Thing} thing
 */
function besideOf({ beside }, { piece }) {
  if (beside.length < 2) return beside[0] ?? null;
  const inBrackets = (/** @type {number} */ place) => piece.brackets.some(([at]) => at === place);
  const plain = beside.filter(([place]) => !inBrackets(place));
  const sizes = beside.every(([place, amount]) => !inBrackets(place) || measures(amount));
  return plain.length === 1 && sizes ? plain[0] : null;
}

/** @param {Amount | null} amount @param {string[]} remarks */
const noteOf = (amount, remarks) => [...(amount?.note ? [amount.note] : []), ...remarks].join(", ") || null;

/**
 * "2 loaves", "3 bottles": the unit is the thing.
 * @param {Token[]} name @param {Amount | null} amount @param {Thing} thing
 */
function container(name, amount, { piece }) {
  if (!amount || !isContainer(amount) || !name.length || piece.brackets.length) return null;
  const words = name.slice(amount.unitFrom, amount.end);
  return words.length ? itemOf(typed(words), { ...amount, unit: null }, amount.note) : null;
}

/** "1 cup plus 1 tbsp": two amounts that are one. @param {Token[]} words @param {Amount[]} amounts */
const meantTogether = (words, amounts) =>
  amounts.some(({ unit, times, end }) => unit && !times && end < words.length && CALLED.has(words[end].low));

/**
 * Which of the amounts is the quantity, if any; not sure where that is in doubt.
 * @param {Token[]} words @param {Amount[]} amounts
 */
function chosenOf(words, amounts) {
  const lead = leadOf(words);
  const signed = amounts.filter(({ times }) => times);
  if (signed.length) return { sure: signed.length === 1 && !lists(words, signed[0], lead), chosen: signed[0] };
  const said = amounts.filter((amount) => mayCount(words, amount, lead));
  const counts = said.filter((amount) => !measures(amount));
  if (counts.length === 1 && counts[0].unit === null && counts[0].start > lead && strays(amounts, said))
    return { sure: false, chosen: null };
  const best = counts.length ? counts : said;
  const sure = best.length < 2 && !best.some((amount) => lists(words, amount, lead));
  return { sure, chosen: best[0] ?? null };
}

/**
 * "milk 2 l and bread": the amount is of the first only.
 * @param {Token[]} words @param {Amount} amount @param {number} lead
 */
const lists = (words, { start, end }, lead) => start > lead && words.slice(end).some(({ low }) => AND.has(low));

/** The first word that is more than an emoji. @param {Token[]} words */
const leadOf = (words) => Math.max(0, words.findIndex(({ kind, low }) => kind !== "w" || ALNUM.test(low)));

/** @param {Token[]} words @param {Amount} amount @param {number} lead */
function mayCount(words, amount, lead) {
  if (amount.start <= lead) return true;
  const last = amount.end === words.length;
  return amount.alone ? last : amount.unit !== null || (last && !amount.spelled);
}

/** Whether other numbers stand about, as in "milk 2 and bread 3". @param {Amount[]} amounts @param {Amount[]} said */
const strays = (amounts, said) => amounts.some((amount) => amount.unit === null && !said.includes(amount));

/**
 * The words without an amount, and without the signs that only joined it to them.
 * @param {Token[]} words @param {Amount} amount
 */
function without(words, amount) {
  const before = words.slice(0, amount.start);
  const after = words.slice(amount.end);
  while (before.length && "jd".includes(before[before.length - 1].kind)) before.pop();
  while (after.length && "jd".includes(after[0].kind)) after.shift();
  if (before.length && after.length && !after[0].gap) after[0] = { ...after[0], gap: words[amount.start].gap };
  return [...before, ...after];
}

// --- limits ---

/** What the text is too long for goes to the note, and from there to more items. @param {TypedItem} item */
function withinLimits(item) {
  let [text, rest] = cutAtWord(item.text, MOST_TEXT);
  let note;
  [note, rest] = cutAtWord([rest, item.note].filter(Boolean).join(", "), MOST_NOTE);
  const items = [{ ...item, text, note: note || null }];
  while (rest) {
    [text, rest] = cutAtWord(rest, MOST_TEXT);
    [note, rest] = cutAtWord(rest, MOST_NOTE);
    items.push({ ...itemOf(text, null, note || null), ticked: item.ticked });
  }
  return items;
}

/**
 * The beginning of a text and the rest; within a word only where one is longer than fits.
 * @param {string} text @param {number} most
 */
function cutAtWord(text, most) {
  // No more than has to be seen, two units a character at most: a long line is cut hundreds of times.
  const characters = [...text.slice(0, 2 * (most + 1))];
  if (characters.length <= most) return [text, ""];
  const space = characters.lastIndexOf(" ", most);
  const start = characters.slice(0, space > 0 ? space : most).join("");
  return [start.trim(), text.slice(start.length).trim()];
}
