/** The text of a list that was copied: whoever pastes it has the same items again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UNITS, copied } from "../../static/shared/amounts.js";
import { asText, opened } from "../../static/list/model.js";
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
