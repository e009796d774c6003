/** The two dictionaries, and how they are read. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UNITS, amount, numberTyped, unitTyped } from "../../static/shared/amounts.js";
import { words as english } from "../../static/shared/words.en.js";
import { reader } from "../../static/shared/reader.js";
import { addWords, chooseLanguage, isWord, isolated, language, loadWords, moment, number, plain, speak, t } from "../../static/shared/words.js";
import { words as russian } from "../../static/shared/words.ru.js";

/** @type {Record<string, import("../../static/shared/words.js").Words>} */
const { en, ru } = { en: english, ru: russian };
const keys = Object.keys(en);
const holes = (/** @type {string} */ text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
const forms = (/** @type {unknown} */ entry) => /** @type {Record<string, string>} */ (typeof entry === "string" ? { other: entry } : entry);

test("both languages have the same words, none of them empty", () => {
  assert.deepEqual(Object.keys(ru).sort(), Object.keys(en).sort());
  for (const dictionary of [en, ru])
    for (const entry of Object.values(dictionary)) for (const form of Object.values(forms(entry))) assert.ok(form.trim());
});

test("a sentence names the same values in both languages, in every form", () => {
  for (const key of keys)
    for (const form of [...Object.values(forms(ru[key])), ...Object.values(forms(en[key]))])
      assert.deepEqual(holes(form), holes(forms(en[key]).other ?? ""), key);
});

test("whatever is counted has every plural that its language knows", () => {
  const plurals = keys.filter((key) => typeof en[key] === "object" || typeof ru[key] === "object");
  assert.ok(plurals.length > 0);
  for (const key of plurals)
    for (const [language, dictionary] of /** @type {const} */ ([["en", en], ["ru", ru]])) {
      const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      assert.deepEqual(Object.keys(forms(dictionary[key])).sort(), [...wanted].sort(), `${language} ${key}`);
    }
});

test("no word lies unused", () => {
  const folder = new URL("../../static", import.meta.url).pathname;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sources = files.filter((name) => name.endsWith(".js") && !/^dist|words\.(en|ru)/.test(name));
  const text = sources.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const families = [...text.matchAll(/`([a-z_]+\.(?:[a-z_]+\.)?)\$\{/g)].map(([, prefix]) => prefix);
  const unused = keys.filter((key) => !text.includes(`"${key}"`) && !families.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unused, []);
});

test("the first language of the wishes that we speak is spoken, else English", () => {
  assert.equal(chooseLanguage(undefined, "de-DE", "ru-RU", "en"), "ru");
  assert.equal(chooseLanguage(null, "fr"), "en");
});

test("counts, numbers and times are written as the language writes them", () => {
  speak("ru", ru);
  assert.equal(t("list.removed", { count: 1 }), "Убран 1 товар");
  assert.equal(t("list.removed", { count: 3 }), "Убрано 3 товара");
  assert.equal(t("list.removed", { count: 5 }), "Убрано 5 товаров");
  assert.equal(amount({ quantity: 0.5, unit: "kg" }), "0,5\u00a0кг");
  assert.equal(amount({ quantity: 1, unit: "bar" }), "1\u00a0плитка");
  assert.equal(amount({ quantity: 2, unit: "bar" }), "2\u00a0плитки");
  assert.equal(amount({ quantity: 2.5, unit: "bar" }), "2,5\u00a0плитки");
  assert.equal(amount({ quantity: 5, unit: "bar" }), "5\u00a0плиток");
  assert.equal(amount({ quantity: null, unit: "bar" }), "плитка");
  const now = new Date("2026-11-25T12:00:00");
  assert.equal(moment("2026-11-25T09:05:00", now), "09:05");
  assert.equal(moment("2026-11-24T09:05:00", now), "вчера, 09:05");
  assert.match(moment("2026-11-23T09:05:00", now), /^23 нояб\.?$/);
  assert.match(moment("2025-11-24T09:05:00", now), /24 нояб\. 2025/);
  speak("en", en);
  assert.equal(t("list.removed", { count: 1 }), "1 removed");
  assert.equal(amount({ quantity: 1.5, unit: "сажень" }), "1.5\u00a0сажень");
  assert.equal(amount({ quantity: null, unit: null }), "");
});

test("a typed text turns no other word of a sentence, and ordinary text is said as it is", () => {
  speak("en", en);
  const say = (/** @type {string} */ name, text = "Milk") => t("said.tick", { name, text });
  for (const name of ["Ann", "Аня", "Zoë 👩🏽‍🍳", "李", "x\ufe0f"]) assert.equal(say(name), `${name} ticked Milk`);
  for (const sign of ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"])
    assert.equal(say(`An${sign}n`), "Ann ticked Milk");
  for (const name of ["חנה 2", "علي", "\u{10900}", "\u{1e900}"]) assert.equal(say(name, "3 eggs"), `\u2068${name}\u2069 ticked 3 eggs`);
  assert.equal(say("\u2069\u202eחנה\u2067"), "\u2068חנה\u2069 ticked Milk");
});

test("texts that are isolated stay so in a sentence, and every isolation ends", () => {
  speak("en", en);
  const signs = ["\u2066", "\u2067", "\u2068", "\u2069", "\u202e", "א", "a"];
  const depthOf = (/** @type {string} */ text) => {
    let depth = 0;
    for (const char of text) {
      depth += Number(/[\u2066-\u2068]/.test(char)) - Number(char === "\u2069");
      assert.ok(depth >= 0, JSON.stringify(text));
      assert.ok(depth > 0 || !/[\u202eא]/.test(char), JSON.stringify(text));
    }
    return depth;
  };
  for (let seed = 0; seed < signs.length ** 5; seed += 1) {
    const text = [0, 1, 2, 3, 4].map((place) => signs[Math.floor(seed / signs.length ** place) % signs.length]).join("");
    assert.equal(depthOf(isolated(text)), 0, JSON.stringify(text));
    assert.equal(depthOf(isolated(`${isolated(text)}, b`)), 0, JSON.stringify(text));
  }
  const both = ["חלב", "לחם"].map(isolated).join(", ");
  assert.equal(t("history.and_more", { names: both, count: 2 }), `\u2068${both}\u2069 and 2 more`);
});

test("numbers are read with a comma or a point, and what is none is told apart from nothing", () => {
  assert.equal(numberTyped(" 0,5 ", 3), 0.5);
  assert.equal(numberTyped("1 000.25", 2), 1000.25);
  assert.equal(numberTyped("", 3), null);
  for (const typed of ["two", "1,2345", "-1", "1e3", "1,2,3"]) assert.equal(numberTyped(typed, 3), undefined, typed);
});

/** @param {import("node:test").TestContext} context @param {string} locale the reader's, region and all */
function speakAs(context, locale) {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { languages: [locale] }, configurable: true });
  const language = chooseLanguage(locale);
  speak(language, language === "ru" ? ru : en);
  context.after(() => {
    Reflect.deleteProperty(globalThis, "navigator");
    if (before) Object.defineProperty(globalThis, "navigator", before);
    speak("en", en);
  });
}

for (const locale of ["en-GB", "en-US", "en-ZA", "ru-RU"])
  test(`whatever number is written is read as the same one: ${locale}`, (context) => {
    speakAs(context, locale);
    for (const value of [1, 0.5, 1.125, 999, 1000, 1201, 1234.5, 1500, 12_345.675, 999_999.999, 1_000_000])
      for (const written of [plain(value), number(value)]) assert.equal(numberTyped(written, 3), value, written);
    for (const price of [1299, 1399.5, 1_000_000_000]) assert.equal(numberTyped(number(price), 2), price);
  });

test("a comma before three digits parts thousands where the reader is shown them so, and decimals elsewhere", (context) => {
  speakAs(context, "en-GB");
  assert.equal(plain(1500), "1500");
  assert.equal(numberTyped("1,201", 3), 1201);
  assert.equal(numberTyped("1,299.50", 2), 1299.5);
  assert.equal(numberTyped("0,125", 3), 0.125);
  assert.equal(numberTyped("1,50", 2), 1.5);
  for (const typed of ["1,2345", "1,23,456", "1,500,5"]) assert.equal(numberTyped(typed, 3), undefined, typed);
  speakAs(context, "ru-RU");
  assert.equal(numberTyped("1,201", 3), 1.201);
  assert.equal(numberTyped("1\u00a0500,5", 3), 1500.5);
});

test("a unit is read by its name in the reader's language or by its code, any other text stays", async () => {
  speak("ru", ru);
  assert.equal(unitTyped("сажень"), "сажень", "known by its name alone until the reader has come");
  assert.equal(unitTyped(" КГ "), "kg");
  await reader.load();
  assert.equal(unitTyped(" КГ "), "kg");
  assert.equal(unitTyped("kg"), "kg");
  assert.equal(unitTyped("литров"), "l");
  assert.equal(unitTyped("Ст. л."), "tbsp");
  assert.equal(unitTyped("ведерко"), "tub");
  assert.equal(unitTyped("шт."), null);
  assert.equal(unitTyped("сажень"), "сажень");
  assert.equal(unitTyped("  "), null);
  speak("en", en);
  for (const code of UNITS) assert.ok(`unit.${code}` in en, code);
});

test("words that a newer server has no more are none: its problem is no dictionary", async (t) => {
  const { fetch } = globalThis;
  t.after(() => (globalThis.fetch = fetch));
  globalThis.fetch = async () => new Response(JSON.stringify({ code: "not_found", title: "Not found" }), { status: 404 });
  await assert.rejects(loadWords("list", "ru"));
  await assert.rejects(addWords("sheets"));
  assert.equal(language(), "en");
  assert.equal(isWord("do.undo") && !isWord("title"), true);
});

test("words of two scripts that come at once are known, all of them", async (t) => {
  const { fetch } = globalThis;
  t.after(() => (globalThis.fetch = fetch));
  globalThis.fetch = async (address) => new Response(JSON.stringify({ [String(address).includes("pane") ? "lists.title" : "menu.title"]: "here" }));
  speak("en", /** @type {any} */ ({}));
  await Promise.all([addWords("sheets"), addWords("pane")]);
  assert.equal(isWord("lists.title") && isWord("menu.title"), true);
  speak("en", en);
});
