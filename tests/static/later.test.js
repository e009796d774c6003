import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Later } from "../../static/shared/later.js";

/** Let all that is ready run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param {import("node:test").TestContext} context */
function withTimers(context) {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
}

test("it is asked for until it comes, with longer and longer pauses", async (context) => {
  withTimers(context);
  /** @type {number[]} */
  const tries = [];
  const later = new Later(async (number) => {
    tries.push(number);
    if (number < 3) throw new Error("no network");
    return "there";
  });
  void later.load();
  await settled();
  assert.deepEqual([tries, later.missing.value, later.here.value], [[0], true, null]);
  for (const ms of [1000, 2000, 4000]) {
    mock.timers.tick(ms - 1);
    await settled();
    const before = tries.length;
    mock.timers.tick(1);
    await settled();
    assert.equal(tries.length, before + 1);
  }
  assert.equal(later.here.value, "there");
});

test("another wish does not wait for the pause, and asks for nothing twice", async (context) => {
  withTimers(context);
  let line = false;
  let asked = 0;
  const later = new Later(async () => {
    asked += 1;
    if (!line) throw new Error("no network");
    return "there";
  });
  void later.load();
  await settled();
  line = true;
  await Promise.all([later.load(), later.load()]);
  assert.deepEqual([later.here.value, asked], ["there", 2]);
  await later.load();
  assert.equal(asked, 2);
});

test("what is cut without a word is asked for again", async (context) => {
  withTimers(context);
  const later = new Later((number) => (number === 0 ? new Promise(() => {}) : Promise.resolve("there")));
  const coming = later.load();
  mock.timers.tick(15_000);
  await settled();
  assert.equal(later.missing.value, true);
  mock.timers.tick(1000);
  await coming;
  assert.equal(later.here.value, "there");
});
