/** Typed text: the cases that both parsers are held to, and what no case names. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "../../static/shared/text.js";

/** @typedef {{typed: string, items: (string | number | boolean | null)[][], why?: string}} Case */

const FILES = ["cases.en.jsonl", "cases.ru.jsonl", "cases.more.jsonl"];

/** @param {string} file @returns {Case[]} */
const casesOf = (file) =>
  readFileSync(join(import.meta.dirname, "..", "text", file), "utf8").trim().split("\n").map((line) => JSON.parse(line));

/** Items as the cases write them: without the nulls at the end. @param {string} text */
const read = (text) => parse(text).map(({ text, quantity, unit, note, ticked }) => cut([text, quantity, unit, note, ticked]));

/** @param {(string | number | boolean | null)[]} fields */
const cut = (fields) => fields.slice(0, fields.map((field) => field !== null).lastIndexOf(true) + 1);

for (const file of FILES)
  test(`every line of ${file} becomes what a person expects`, () => {
    const cases = casesOf(file);
    assert.ok(cases.length >= 240);
    for (const { typed, items, why } of cases) assert.deepEqual(read(typed), items, `${JSON.stringify(typed)}: ${why ?? ""}`);
  });

test("reading the same line again says the same: nothing is remembered between two keys", () => {
  for (const { typed } of casesOf("cases.en.jsonl")) assert.deepEqual(read(typed), read(typed), typed);
});

test("every half-typed line is read, key by key", () => {
  for (const { typed } of casesOf("cases.ru.jsonl").filter(({ typed }) => typed.length < 80))
    for (let end = 0; end <= typed.length; end += 1)
      for (const item of parse(typed.slice(0, end))) assert.ok(item.text.trim() && item.text.length <= 500, typed);
});

test("a line without end costs time in proportion to its length, and loses none", () => {
  for (const unit of ["a", "🥛", "a ", "«", "„"]) {
    const took = (/** @type {number} */ length) => {
      const line = unit.repeat(length / unit.length);
      // The processor's time: what else runs on the machine takes none of it.
      const before = process.cpuUsage();
      const items = parse(line);
      const ms = process.cpuUsage(before).user / 1000;
      const kept = items.map(({ text, note }) => text + (note ?? "")).join("");
      assert.equal(kept.replaceAll(" ", ""), line.replaceAll(" ", ""));
      return ms;
    };
    took(50_000);
    const [few, many] = [took(100_000), took(800_000)];
    assert.ok(many < 8 * 4 * Math.max(few, 10), `${unit}: ${few} ms, eight times as much ${many} ms`);
  }
});

test("a pasted page of 500 lines is read within a moment", () => {
  const lines = casesOf("cases.ru.jsonl").map(({ typed }) => typed).filter((typed) => typed.length < 100);
  const before = process.cpuUsage();
  parse(Array.from({ length: 500 }, (_, at) => lines[at % lines.length]).join("\n"));
  assert.ok(process.cpuUsage(before).user / 1000 < 2000);
});
