/** What a browser remembers: signing out forgets the account, never an edit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isEdit, journal } from "../../static/shared/journal.js";
import { forgetAllBut, recall, remember, remembered } from "../../static/shared/memory.js";

/** As browsers have it: what is kept are its own properties. */
class Kept {
  /** @param {string} name */
  getItem(name) {
    return /** @type {any} */ (this)[name] ?? null;
  }
  /** @param {string} name @param {string} value */
  setItem(name, value) {
    /** @type {any} */ (this)[name] = value;
  }
  /** @param {string} name */
  removeItem(name) {
    delete (/** @type {any} */ (this)[name]);
  }
}

test("what a full browser does not take is remembered as long as the page, over the older value", () => {
  const kept = new Kept();
  Object.defineProperty(globalThis, "localStorage", { value: kept, configurable: true });
  remember("user", "ann");
  kept.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  remember("user", "bob");
  assert.equal(recall("user"), "bob");
  assert.equal(kept.getItem("shoplist.user"), null, "the next page begins with none, rather than with another");
  remember("user", null);
  assert.equal(recall("user"), null, "what is forgotten does not come back");
});

test("a full browser loses no edit that it had for what became of it", () => {
  const kept = new Kept();
  Object.defineProperty(globalThis, "localStorage", { value: kept, configurable: true });
  /** @type {any} */
  const entry = { account: "bob", sent: false, edit: { id: "1", at: "2026-11-25T12:00:00.000Z" } };
  journal.keep(entry);
  kept.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  journal.keep({ ...entry, state: "aside" });
  assert.equal(journal.find("1")[0].state, "aside");
  assert.equal(kept.getItem("shoplist.edit 1"), JSON.stringify(entry));
  journal.forget("1");
  assert.deepEqual(journal.find("1"), []);
  assert.deepEqual(remembered("edit "), []);
});

test("signing out forgets all of the account, and keeps every edit that the store does not have yet", () => {
  const kept = new Kept();
  Object.defineProperty(globalThis, "localStorage", { value: kept, configurable: true });
  kept.setItem("another program's", "stays");
  remember("user", "ann");
  remember("clock", "0 0");
  /** @type {any} */
  const entry = { account: "bob", edit: { id: "1", at: "2026-11-25T12:00:00.000Z" } };
  journal.keep(entry);
  forgetAllBut((name) => name === "clock" || isEdit(name));
  assert.deepEqual([recall("user"), recall("clock")], [null, "0 0"]);
  assert.deepEqual(journal.left("bob"), [entry]);
  assert.equal(kept.getItem("another program's"), "stays");
  journal.forget("1");
  assert.deepEqual(remembered("edit "), []);
});

test("an edit that cannot be read any more is forgotten, and holds up none of the others", () => {
  const kept = new Kept();
  Object.defineProperty(globalThis, "localStorage", { value: kept, configurable: true });
  for (const [name, text] of Object.entries({ half: '{"account":"bob","ed', null: "null", bare: '{"account":"bob"}', empty: "" }))
    kept.setItem(`shoplist.edit ${name}`, text);
  /** @type {any} */
  const entry = { account: "bob", edit: { id: "1", at: "2026-11-25T12:00:00.000Z" } };
  journal.keep(entry);
  assert.deepEqual(journal.left("bob"), [entry]);
  assert.deepEqual(remembered("edit "), ["edit 1"]);
});
