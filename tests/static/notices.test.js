/** Notices of a list: for how long, gathered, and taken back. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Notices, brief } from "../../static/list/notices.js";

/** @import { ListChanged } from '../../static/shared/shapes.js' */
/** @import { Wish } from '../../static/list/open-list.js' */

/** @param {import("node:test").TestContext} context */
function begun(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {Wish[][]} */
  const back = [];
  const state = { items: new Map([["milk", { id: "milk", text: "milk" }]]), people: new Map([["ann", "Ann"]]) };
  const list = /** @type {any} */ ({
    confirmed: { peek: () => state },
    shown: { peek: () => state },
    session: { user: { id: "me" } },
    takeBack: (/** @type {Wish[]} */ wishes) => back.push(wishes),
  });
  const pass = (/** @type {number} */ ms) => context.mock.timers.tick(ms);
  return { notices: new Notices(list), back, pass };
}

/** @param {string} id @returns {ListChanged} */
const ticked = (id) =>
  /** @type {ListChanged} */ (/** @type {unknown} */ ({ list: "l", revision: 2, people: [], changes: [{ revision: 2, edit: "e", by: "ann", at: "", items: { [id]: { ticked: true } } }] }));

beforeEach(() => void Reflect.deleteProperty(globalThis, "document"));

test("a notice stays for six seconds", (context) => {
  const { notices, pass } = begun(context);
  notices.show("Told");
  pass(5999);
  assert.equal(notices.snack.value?.text, "Told");
  pass(1);
  assert.equal(notices.snack.value, null);
});

test("while someone stands on it, it stays, and for its time afterwards", (context) => {
  const { notices, pass } = begun(context);
  notices.show("Told");
  pass(5000);
  notices.keep("focus", true);
  pass(60_000);
  assert.ok(notices.snack.value);
  notices.keep("focus", false);
  pass(5999);
  assert.ok(notices.snack.value);
  pass(1);
  assert.equal(notices.snack.value, null);
});

test("a pointer that leaves it takes it from nobody who stands on it, nor the focus from one who points at it", (context) => {
  const { notices, pass } = begun(context);
  for (const [first, other] of /** @type {const} */ ([["pointer", "focus"], ["focus", "pointer"]])) {
    notices.show("Told");
    notices.keep(first, true);
    notices.keep(other, true);
    notices.keep(first, false);
    pass(60_000);
    assert.ok(notices.snack.value, first);
    notices.keep(other, false);
    pass(6000);
    assert.equal(notices.snack.value, null);
  }
});

test("it waits for a page that is looked at", (context) => {
  const { notices, pass } = begun(context);
  const document = { visibilityState: "hidden" };
  Object.assign(globalThis, { document });
  notices.show("Told");
  pass(30_000);
  assert.ok(notices.snack.value);
  document.visibilityState = "visible";
  pass(6000);
  assert.equal(notices.snack.value, null);
});

test("removals that follow one another are one notice with one way back", (context) => {
  const { notices, back } = begun(context);
  notices.removed(["milk"]);
  assert.equal(notices.snack.value?.text, "1 removed");
  notices.removed(["tea", "salt"]);
  assert.equal(notices.snack.value?.text, "3 removed");
  notices.undo();
  assert.deepEqual(back, [[{ kind: "restore", items: ["milk", "tea", "salt"] }]]);
  assert.equal(notices.snack.value, null);
  notices.undo();
  assert.equal(back.length, 1, "and it is taken back once");
});

test("another notice between two removals parts them", (context) => {
  const { notices } = begun(context);
  notices.removed(["milk"]);
  notices.show("Something else");
  notices.removed(["tea"]);
  assert.equal(notices.snack.value?.text, "1 removed");
});

test("a thousand removed items come back in portions that an edit may name", (context) => {
  const { notices } = begun(context);
  notices.removed(Array.from({ length: 1001 }, (_, place) => `i${place}`));
  assert.equal(notices.snack.value?.text, "1,001 removed");
  assert.deepEqual(notices.snack.value?.undo?.map((wish) => wish.items?.length), [500, 500, 1]);
});

test("what others did is said together after five seconds, and once", (context) => {
  const { notices, pass } = begun(context);
  notices.say(ticked("milk"));
  pass(4000);
  notices.say(ticked("milk"));
  assert.equal(notices.said.value, "");
  pass(1000);
  assert.equal(notices.said.value, "Ann ticked milk");
  notices.say(ticked("ghost"));
  pass(5000);
  assert.equal(notices.said.value, "Ann ticked milk", "nothing is said of what is not known");
});

test("what is done again in the same words is said again", (context) => {
  const { notices, pass } = begun(context);
  /** @type {string[]} */
  const told = [];
  notices.said.subscribe((text) => void told.push(text));
  for (let time = 0; time < 2; time++) {
    notices.say(ticked("milk"));
    pass(5000);
  }
  assert.deepEqual(told, ["", "Ann ticked milk", "", "Ann ticked milk"]);
});

test("a long text is cut by letters, not through one", () => {
  assert.equal(brief("Milk"), "Milk");
  assert.equal(brief("🍫".repeat(41)), `${"🍫".repeat(40)}…`);
});
