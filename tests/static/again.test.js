/** Reading again what nobody tells of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { again } from "../../static/list/again.js";

const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
Object.assign(globalThis, { document: page });

/** @param {string} state */
function looked(state) {
  page.visibilityState = state;
  page.dispatchEvent(new Event("visibilitychange"));
}

test("it is read at once, every ten seconds, and when the page is looked at again, until the end", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const read = t.mock.fn();
  const end = again(read);
  assert.equal(read.mock.callCount(), 1);
  t.mock.timers.tick(20_000);
  assert.equal(read.mock.callCount(), 3);
  looked("hidden");
  t.mock.timers.tick(60_000);
  assert.equal(read.mock.callCount(), 3, "nobody looks");
  looked("visible");
  assert.equal(read.mock.callCount(), 4);
  end();
  looked("visible");
  t.mock.timers.tick(60_000);
  assert.equal(read.mock.callCount(), 4);
});
