/** Marks of a tab. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mark, unmark } from "../../static/shared/marks.js";

/** @param {object} kept */
const tab = (kept) => Object.assign(globalThis, { sessionStorage: kept });

test("a mark is set once, until it is taken off or is another", () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  tab({
    getItem: (/** @type {string} */ name) => kept.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => kept.set(name, value),
    removeItem: (/** @type {string} */ name) => kept.delete(name),
  });
  assert.deepEqual([mark("a", "x"), mark("a", "x"), mark("a", "y"), mark("b", "x")], [true, false, true, true]);
  unmark("a");
  assert.ok(mark("a", "y"));
});

test("where the browser keeps none, nothing is done by one", () => {
  const refuses = () => {
    throw new DOMException("no", "SecurityError");
  };
  tab({ getItem: refuses, setItem: refuses, removeItem: refuses });
  assert.equal(mark("a", "x"), false);
  unmark("a");
  tab({ getItem: () => null, setItem: refuses });
  assert.equal(mark("a", "x"), false, "it would be set again and again");
});
