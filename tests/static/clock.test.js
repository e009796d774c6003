/** The time of edits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../../static/shared/clock.js";

const NOON = Date.parse("2026-11-25T12:00:00.000Z");

test("times grow by 1 ms at least, while the clock stands still or goes back", () => {
  let now = NOON;
  const clock = new Clock(() => now);
  assert.equal(clock.at(), "2026-11-25T12:00:00.000Z");
  assert.equal(clock.at(), "2026-11-25T12:00:00.001Z");
  now -= 60_000;
  assert.equal(clock.at(), "2026-11-25T12:00:00.002Z");
});

test("a clock that is an hour behind is put right by the server's, half a round trip ago", () => {
  let now = NOON - 3_600_000;
  const clock = new Clock(() => now);
  const asked = now;
  now += 200;
  clock.heard("2026-11-25T12:00:00.100Z", asked);
  assert.equal(clock.at(), "2026-11-25T12:00:00.200Z");
});

test("the correction and the last time are kept for a start without network", () => {
  let text = "";
  const kept = { read: () => text, write: (/** @type {string} */ news) => (text = news) };
  const before = new Clock(() => NOON, kept);
  before.heard("2026-11-25T13:00:00.000Z", NOON);
  before.at();
  assert.equal(new Clock(() => NOON, kept).at(), "2026-11-25T13:00:00.001Z");
});

test("words in place of a time change nothing", () => {
  const clock = new Clock(() => NOON);
  clock.heard("soon", NOON);
  assert.equal(clock.at(), "2026-11-25T12:00:00.000Z");
});
