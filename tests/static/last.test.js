/** The list where the site begins on a device. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import { keepLast, lastOf } from "../../static/shared/last.js";

/** @param {string} id */
const listOf = (id) => ({ id, confirmed: signal(/** @type {object | null} */ (null)), gone: signal(/** @type {string | null} */ (null)) });

test("a list is opened last once it is there, not again when others change it in a tab behind", () => {
  const [first, second] = [listOf("1"), listOf("2")];
  keepLast("ann", first);
  assert.equal(lastOf("ann"), null);
  first.confirmed.value = {};
  assert.equal(lastOf("ann"), "1");
  keepLast("ann", second);
  second.confirmed.value = {};
  first.confirmed.value = {};
  assert.equal(lastOf("ann"), "2");
  first.gone.value = "deleted";
  assert.equal(lastOf("ann"), "2");
  second.gone.value = "deleted";
  assert.equal(lastOf("ann"), null);
});
