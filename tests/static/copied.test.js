/** The text of a list that was copied: whoever pastes it has the same items again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UNITS, copied } from "../../static/shared/amounts.js";
import { asText, opened } from "../../static/list/model.js";
import { reader } from "../../static/shared/reader.js";
import { parse } from "../../static/shared/text.js";
import { words as english } from "../../static/shared/words.en.js";
import { speak } from "../../static/shared/words.js";
import { words as russian } from "../../static/shared/words.ru.js";

/** @import { Item } from '../../static/shared/shapes.js' */

const TEXTS = {
  en: ["potatoes", "milk 3.5%", "olive oil", "white bread", "nails", "Earl Grey tea", "salt and pepper", "toilet paper"],
  ru: ["картошка", "молоко 3,2%", "хлеб ржаной", "гвозди", "чай зелёный", "соль", "масло сливочное", "яблоки"],
};
const QUANTITIES = [null, 0.5, 1, 1.5, 2, 10, 12, 0.25, 500, 1000, 1500, 12_500, 1_000_000];

/** @param {readonly Item[]} items @param {string} title */
const state = (items, title) =>
  opened(null, { list: /** @type {any} */ ({ id: "l", title, revision: 1, epoch: "e" }), items: [...items], people: [], whole: true, now: "" });

for (const language of /** @type {const} */ (["en", "ru"]))
  test(`whatever is copied is read as the same items: ${language}`, (context) => {
    speak(language, language === "ru" ? russian : english);
    context.after(() => speak("en", english));
    const amounts = [null, ...UNITS].flatMap((unit) => QUANTITIES.map((quantity) => ({ unit, quantity })));
    const items = amounts.map(({ unit, quantity }, place) =>
      /** @type {Item} */ ({ id: `i${place}`, text: TEXTS[language][place % 8], unit, quantity, position: `a${String(place).padStart(4, "0")}`, removed: false }));
    const text = asText(state(items, language === "ru" ? "Выходные" : "Weekend"), copied);
    const read = parse(text).map(({ text, quantity, unit }) => `${text} | ${quantity} ${unit}`);
    const wanted = items.map(({ text, quantity, unit }) => `${text} | ${unit === null ? quantity : (quantity ?? 1)} ${unit}`);
    assert.deepEqual(read, wanted);
  });

/** Pieces of texts that mean something to the reader: separators, amounts, quotes, bullets, headings. */
const HARD = [
  "salt", "fine", "соль", " ", ", ", ",", "; ", ":", " - ", "/", "%", "•", "🥛", "2", "10 ", "2 kg", "кг", "x3", " and ", " и ", "to taste",
  "«", "»", '"', "“", "”", "„", "'", "(", ")", "[", "[x] ", "- ", "* ", "1. ", "# ", "https://a.example", "+7 900 123-45-67",
];

/** Every kind of quotes at once leaves none to put around it. @param {string} text */
const hasAllQuotes = (text) => /"/.test(text) && /[«»]/.test(text) && /[“”„]/.test(text);

test("whatever an item is called, its copied line is read as it: commas, amounts, quotes, bullets", async () => {
  await reader.load();
  let seed = 20_261_129;
  const below = (/** @type {number} */ end) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * end);
  };
  for (let tries = 0; tries < 1500; tries += 1) {
    const text = Array.from({ length: 1 + below(6) }, () => HARD[below(HARD.length)]).join("").replace(/ +/g, " ").trim();
    if (!/\p{L}/u.test(text) || hasAllQuotes(text)) continue;
    const amount = [{ quantity: null, unit: null }, { quantity: 2, unit: null }, { quantity: 1.5, unit: "kg" }][below(3)];
    const line = `- ${copied({ text, ...amount })}`;
    assert.deepEqual(parse(line), [{ text, ...amount, note: null, ticked: null }], line);
  }
});

test("quotes are written only where they are needed, and a list's title is no item, whatever is in it", async () => {
  await reader.load();
  const write = (/** @type {string} */ text, quantity = /** @type {number | null} */ (null)) => copied({ text, quantity, unit: null });
  assert.equal(write("Earl Grey tea", 2), "Earl Grey tea, 2");
  assert.equal(write("Salt, fine", 2), '"Salt, fine", 2');
  assert.equal(write('pan 9", black'), '«pan 9", black»');
  assert.equal(write("«Наполеон»"), "«Наполеон»");
  assert.deepEqual(parse(write("\u200fחלב, דק\u200f", 2)).map(({ text, quantity }) => [text, quantity]), [["חלב, דק", 2]]);
  for (const title of ["Weekend", "Weekend, May", "2 weeks", "🛒", "[x] done", "- trip"])
    assert.deepEqual(parse(asText(state([], title), copied)), [], title);
});
