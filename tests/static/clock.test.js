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

test("an answer that was long in coming spoils nothing that a quick one told, unless that cannot be right any more", () => {
  let now = NOON;
  const clock = new Clock(() => now);
  /** @param {string} serverTime @param {number} trip ms */
  const heard = (serverTime, trip) => {
    const asked = now;
    now += trip;
    clock.heard(serverTime, asked);
  };
  heard("2026-11-25T12:00:00.020Z", 40);
  heard("2026-11-25T12:00:01.900Z", 2000); // nearly all of the time went into asking
  assert.equal(clock.at(), "2026-11-25T12:00:02.040Z");
  now -= 3_600_000; // somebody set the clock
  heard("2026-11-25T12:00:03.000Z", 2000);
  assert.equal(clock.at(), "2026-11-25T12:00:04.000Z");
  heard("2026-11-25T12:00:04.030Z", 40);
  assert.equal(clock.at(), "2026-11-25T12:00:04.050Z");
});

test("a clock that is set back while an answer is on its way is right at once, and better with the next one", () => {
  let now = NOON;
  const clock = new Clock(() => now);
  clock.heard("2026-11-25T12:00:00.000Z", now);
  const asked = now;
  now += 300 - 3_600_000;
  clock.heard("2026-11-25T12:00:00.100Z", asked);
  assert.equal(clock.at(), "2026-11-25T12:00:00.100Z");
  clock.heard("2026-11-25T12:00:00.400Z", now - 200);
  assert.equal(clock.at(), "2026-11-25T12:00:00.500Z");
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
