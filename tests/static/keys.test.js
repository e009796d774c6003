/** Keys by their signs, on whatever keyboard. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { signOf } from "../../static/list/keys.js";

test("a key is known by its sign, and by its place where the alphabet is another", () => {
  const keys = { n: "KeyN", N: "KeyN", т: "KeyN", Т: "KeyN", я: "KeyZ", z: "KeyY", y: "KeyZ", "/": "Slash", "?": "Digit7", ж: "Semicolon" };
  const signs = Object.entries(keys).map(([key, code]) => signOf({ key, code }));
  assert.deepEqual(signs, ["n", "n", "n", "n", "z", "z", "y", "/", "?", "semicolon"]);
});
