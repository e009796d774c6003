/** What is typed before the reader of typed text has come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../static/list/typed.js";

test("without the reader a line is one thing as it is typed, and one that is too long goes on in the next", () => {
  assert.deepEqual(read("2 kg potatoes\n\n milk ").map((item) => [item.text, item.quantity]), [["2 kg potatoes", null], ["milk", null]]);
  const long = "🥕".repeat(3000);
  const items = read(long);
  assert.equal(items.map((item) => item.text).join(""), long);
  assert.ok(items.every((item) => [...item.text].length <= 500));
});
