/** Quantities that go up and down in steps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stepped } from "../../static/shared/amounts.js";

/** @param {number | null} quantity @param {string | null} unit @param {1 | -1} way @param {number} times */
function walked(quantity, unit, way, times) {
  const seen = [];
  for (let now = stepped({ quantity, unit }, way); now !== null && seen.length < times; now = stepped({ quantity: now, unit }, way)) seen.push(now);
  return seen;
}

test("pieces go by ones and stay at one", () => {
  assert.deepEqual(walked(2, null, 1, 3), [3, 4, 5]);
  assert.deepEqual(walked(3, "pack", -1, 9), [2, 1]);
});

test("few kilos and litres go by halves, many by ones, the same way up and down", () => {
  assert.deepEqual(walked(4, "kg", 1, 4), [4.5, 5, 6, 7]);
  assert.deepEqual(walked(6, "l", -1, 3), [5, 4.5, 4]);
  assert.deepEqual(walked(1, "kg", -1, 9), [0.5]);
});

test("grams and millilitres go by fifties, many by hundreds", () => {
  assert.deepEqual(walked(400, "g", 1, 4), [450, 500, 600, 700]);
  assert.deepEqual(walked(600, "ml", -1, 3), [500, 450, 400]);
  assert.deepEqual(walked(100, "g", -1, 9), [50]);
});

test("what stands between two marks goes to the next one", () => {
  assert.deepEqual(walked(1.3, "kg", 1, 2), [1.5, 2]);
  assert.deepEqual(walked(1.3, "kg", -1, 9), [1, 0.5]);
  assert.deepEqual(walked(0.25, null, 1, 1), [1]);
  assert.deepEqual(walked(0.25, "kg", -1, 9), []);
  assert.deepEqual(walked(333, "g", -1, 1), [300]);
});

test("no number yet becomes one; the most stays", () => {
  assert.deepEqual(walked(null, "kg", 1, 2), [1, 1.5]);
  assert.equal(stepped({ quantity: null, unit: "kg" }, -1), null);
  assert.equal(stepped({ quantity: 1_000_000, unit: null }, 1), null);
});
