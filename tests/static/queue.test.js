/** What goes next, what folds together, and what an answer means. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../static/shared/problem.js";
import { folded, nextBatch, payloadOf, verdict } from "../../static/shared/queue.js";

/** @import { Entry } from '../../static/shared/queue.js' */
/** @import { Edit } from '../../static/shared/shapes.js' */

const AT = "2026-11-25T12:00:00.000Z";

/** @param {string} id @param {Partial<Edit>} [edit] @param {Partial<Entry>} [more] @returns {Entry} */
const entry = (id, edit = {}, more = {}) => ({
  account: "ann", list: "l", epoch: "e", state: "waiting", sent: false, ...more,
  edit: { id, kind: "add", item: `item ${id}`, text: "milk", at: AT, seen: 0, ...edit },
});
/** @param {readonly Entry[]} entries */
const ids = (entries) => entries.map(({ edit }) => edit.id);
/** @param {string} code @param {object} [more] */
const problem = (code, more = {}) => new Problem({ code, detail: "why", ...more });

test("the next call holds the list's oldest waiting edits, in order, of one epoch", () => {
  const entries = [
    entry("1"), entry("2", {}, { list: "other" }), entry("3", {}, { state: "aside" }), entry("4"), entry("5", {}, { epoch: "later" }), entry("6"),
  ];
  assert.deepEqual(ids(nextBatch(entries, "l")), ["1", "4"]);
  assert.deepEqual(ids(nextBatch(entries, "other")), ["2"]);
  assert.deepEqual(nextBatch(entries, "none"), []);
  assert.deepEqual(payloadOf(nextBatch(entries, "other")), { list: "other", epoch: "e", edits: [entries[1].edit] });
});

test("a call stays within the server's limits, and one edit always goes", () => {
  const many = Array.from({ length: 600 }, (_, place) => entry(String(place)));
  assert.equal(nextBatch(many, "l").length, 200);
  assert.equal(nextBatch(many, "l", 7).length, 7);
  const large = Array.from({ length: 200 }, (_, place) => entry(String(place), { note: "ж".repeat(2000) }));
  const bytes = Buffer.byteLength(JSON.stringify(payloadOf(nextBatch(large, "l"))));
  assert.ok(bytes > 200_000 && bytes < 1_048_576, `${bytes} bytes`);
  assert.equal(nextBatch([entry("huge", { note: "x".repeat(300_000) }), entry("2")], "l").length, 1);
});

test("a set of an item whose add was never sent becomes part of the add, which keeps its time", () => {
  const add = entry("1", { item: "i" });
  const set = entry("2", { kind: "set", item: "i", text: "oat milk", note: null, at: "2026-11-25T12:05:00.000Z", seen: 9 });
  assert.deepEqual(folded([add], set)?.edit, { ...add.edit, text: "oat milk", note: null });
});

test("nothing folds into an add that may have been sent, nor what is no set", () => {
  const set = entry("2", { kind: "set", item: "i", text: "tea" });
  assert.equal(folded([entry("1", { item: "i" }, { sent: true })], set), null);
  assert.equal(folded([entry("1", { item: "i" }, { state: "aside" })], set), null);
  assert.equal(folded([entry("1", { item: "another" })], set), null);
  assert.equal(folded([entry("1", { item: "i" })], entry("3", { kind: "tick", item: "i", ticked: true })), null);
});

test("what is applied, superseded or a duplicate is done, what is refused is set aside with its reason", () => {
  const batch = ["1", "2", "3", "4"].map((id) => entry(id));
  const told = verdict(batch, {
    revision: 9,
    results: [
      { edit: "1", status: "applied", revision: 8 },
      { edit: "2", status: "superseded", revision: 9 },
      { edit: "3", status: "duplicate", revision: 2 },
      { edit: "4", status: "refused", revision: null, error: { code: "full", title: "Full", detail: "2,000 items", status: 409 } },
    ],
  });
  assert.deepEqual(ids(told.done.map((done) => done.entry)), ["1", "2", "3"]);
  assert.deepEqual(told.aside, [{ entry: batch[3], problem: { code: "full", message: "2,000 items" } }]);
  assert.equal(told.pause, null);
});

test("an answer that forgets an edit leaves it waiting", () => {
  const told = verdict([entry("1"), entry("2")], { revision: 1, results: [{ edit: "1", status: "applied", revision: 1 }] });
  assert.deepEqual(ids(told.done.map((done) => done.entry)), ["1"]);
  assert.equal(told.pause, "later");
});

test("a call refused for its shape sets the named edits aside and keeps the rest", () => {
  const batch = Array.from({ length: 12 }, (_, place) => entry(String(place)));
  const told = verdict(batch, problem("invalid", { fields: { "edits.1.text": "too long", "edits.10": "no such kind" } }));
  assert.deepEqual(told.aside, [
    { entry: batch[1], problem: { code: "invalid", message: "too long" } },
    { entry: batch[10], problem: { code: "invalid", message: "no such kind" } },
  ]);
  assert.equal(told.pause, null);
});

test("a refusal that names no edit sets all of the call aside, so that it never goes round for ever", () => {
  for (const [code, fields] of /** @type {const} */ ([["invalid", { epoch: "odd" }], ["forbidden", {}], ["not_found", {}], ["gone", {}]]))
    assert.deepEqual(ids(verdict([entry("1"), entry("2")], problem(code, { fields })).aside.map((one) => one.entry)), ["1", "2"]);
});

test("what is too large, or trips the server, is halved until the edit alone is set aside", () => {
  for (const code of ["too_large", "internal"]) {
    assert.deepEqual(verdict([entry("1"), entry("2")], problem(code)), { done: [], aside: [], pause: "smaller", after: 0 });
    assert.equal(verdict([entry("1")], problem(code)).aside.length, 1);
  }
});

test("a server that is busy or away costs nothing but time", () => {
  assert.deepEqual(verdict([entry("1")], problem("unavailable")), { done: [], aside: [], pause: "later", after: 0 });
  assert.deepEqual(verdict([entry("1")], problem("unreachable")), { done: [], aside: [], pause: "later", after: 0 });
  assert.equal(verdict([entry("1")], problem("too_many_requests", { retry_after: 7 })).after, 7000);
});

test("whoever is signed out keeps the queue", () => {
  assert.deepEqual(verdict([entry("1")], problem("unauthenticated")), { done: [], aside: [], pause: "signed_out", after: 0 });
});
