/** When a page gives way to a newer build: never with an edit waiting, nor under someone's hands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { QUIET_MS, buildOf, isTyped, mayTake } from "../../static/version/model.js";

const AWAY = { waiting: 0, typed: false, open: false, pressed: false, hidden: true, quiet: 0 };
const SEEN = { ...AWAY, hidden: false, quiet: QUIET_MS };

test("a page that nobody sees may be loaded again at once", () => {
  assert.equal(mayTake(AWAY), true);
});

test("a page that may be looked at has to be left alone for a minute", () => {
  assert.equal(mayTake(SEEN), true);
  assert.equal(mayTake({ ...SEEN, quiet: QUIET_MS - 1 }), false);
});

test("an edit that waits, typed text, an open sheet and a finger on the glass hold it, seen or not", () => {
  for (const moment of [AWAY, SEEN])
    for (const hold of [{ waiting: 1 }, { typed: true }, { open: true }, { pressed: true }])
      assert.equal(mayTake({ ...moment, ...hold }), false, JSON.stringify(hold));
});

test("a text to copy is not typed, and a field as it was given is not either", () => {
  const field = { type: "text", readOnly: false, value: "milk", defaultValue: "" };
  assert.equal(isTyped(field), true);
  assert.equal(isTyped({ ...field, type: "textarea" }), true);
  assert.equal(isTyped({ ...field, type: "textarea", readOnly: true }), false);
  assert.equal(isTyped({ ...field, readOnly: true }), false);
  assert.equal(isTyped({ ...field, defaultValue: "milk" }), false);
  assert.equal(isTyped({ ...field, type: "checkbox", value: "on" }), false);
});

test("a page knows its build by the address of its script", () => {
  assert.equal(buildOf("https://shop.example/static/3ce0f634b7b7/list.js"), "3ce0f634b7b7");
  assert.equal(buildOf("file:///checkout/static/version/watch.js"), null);
});
