/** Adding what was typed: once, all together, with a word where there is something to say. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Adding } from "../../static/list/adding.js";
import { opened, overlaid } from "../../static/list/model.js";
import { remember } from "../../static/shared/memory.js";
import { reader } from "../../static/shared/reader.js";
import * as text from "../../static/shared/text.js";

/** @import { Edit, Item } from '../../static/shared/shapes.js' */
/** @import { Wish } from '../../static/list/open-list.js' */

const AT = "2026-11-25T12:00:00.000Z";
const KEY = "typed me l";
/** @param {string} id @param {Partial<Item>} [more] @returns {Item} */
const item = (id, more = {}) => ({
  id, text: id, quantity: null, unit: null, note: null, category: null, price: null, picture: null, position: "a0",
  ticked: false, removed: false, added_by: "ann", ticked_by: null, updated_at: AT, ...more,
});

/** @param {...Item} items on the list */
function begun(...items) {
  const list = /** @type {any} */ ({ id: "l", title: "Shop", revision: 5, epoch: "e", categories: {} });
  let state = opened(null, { list, items, people: [], whole: true, now: AT });
  /** @type {Wish[]} */
  const done = [];
  /** @type {{text: string, undo: readonly Wish[] | null}[]} */
  const told = [];
  const open = /** @type {any} */ ({
    id: "l",
    session: { user: { id: "me" } },
    shown: { peek: () => state },
    edit: (/** @type {Wish[]} */ ...wishes) => {
      done.push(...wishes);
      state = overlaid(state, wishes.map((wish) => /** @type {Edit} */ ({ id: "e", at: AT, seen: 5, ...wish })), "me");
    },
  });
  const notices = /** @type {any} */ ({ show: (/** @type {string} */ words, /** @type {readonly Wish[]} */ undo) => told.push({ text: words, undo }) });
  return { adding: new Adding(open, notices), done, told, begunAgain: () => new Adding(open, notices) };
}

beforeEach(() => {
  reader.here.value = text;
  remember(KEY, null);
});

/** @param {Adding} adding @param {string} words */
async function enter(adding, words) {
  adding.type(words);
  adding.addTyped();
  await Promise.resolve();
}

test("a page has what other tabs typed or added, also after the browser kept it aside, and no longer than it hears", (t) => {
  const page = new EventTarget();
  for (const name of /** @type {const} */ (["addEventListener", "removeEventListener"])) {
    Object.defineProperty(globalThis, name, { value: page[name].bind(page), configurable: true });
    t.after(() => void Reflect.deleteProperty(globalThis, name));
  }
  const { adding } = begun();
  const happens = (/** @type {string} */ type, /** @type {object} */ more) => page.dispatchEvent(Object.assign(new Event(type), more));
  const end = adding.hearTabs();
  adding.type("milk");
  remember(KEY, "milk and bread");
  happens("pageshow", { persisted: false });
  assert.equal(adding.text.value, "milk", "a page that begins knows all");
  happens("pageshow", { persisted: true });
  assert.equal(adding.text.value, "milk and bread");
  happens("storage", { key: `shoplist.${KEY}` });
  assert.equal(adding.text.value, "", "what this page alone remembers is older");
  end();
  remember(KEY, "tea");
  happens("pageshow", { persisted: true });
  assert.equal(adding.text.value, "");
});

test("what is typed is added and the field is empty, at once: a second Enter adds nothing", async () => {
  const { adding, done, told } = begun();
  adding.type("milk");
  adding.addTyped();
  assert.equal(adding.text.value, "");
  adding.addTyped();
  await Promise.resolve();
  assert.deepEqual(done.map(({ kind, text }) => [kind, text]), [["add", "milk"]]);
  assert.deepEqual(told, [], "who sees it needs no word");
});

test("blanks are nothing", async () => {
  const { adding, done } = begun();
  await enter(adding, "  \n ");
  assert.deepEqual(done, []);
});

test("what is typed and not added is there the next time, and what was added is not", async () => {
  const { adding, begunAgain } = begun();
  adding.type("2 kg potatoes");
  assert.equal(begunAgain().text.value, "2 kg potatoes");
  adding.addTyped();
  await Promise.resolve();
  assert.equal(begunAgain().text.value, "");
});

test("over five hundred nothing is added and the text stays", async () => {
  const { adding, done } = begun();
  const many = Array.from({ length: 501 }, (_, place) => `thing ${"abcdefghij"[place % 10]}${"abcdefghij"[Math.floor(place / 10) % 10]}${"klmnop"[Math.floor(place / 100)]}`);
  await enter(adding, many.join("\n"));
  assert.equal(adding.tooMany.value, true);
  assert.deepEqual(done, []);
  assert.equal(adding.text.value, many.join("\n"));
  await enter(adding, many.slice(1).join("\n"));
  assert.equal(done.length, 500);
});

test("what was there is told with its amount now, and glows", async () => {
  const { adding, told } = begun(item("Milk"));
  await enter(adding, "milk");
  assert.equal(told[0].text, "Milk was on the list: now 2");
  assert.equal(told[0].undo?.length, 1);
  assert.deepEqual(adding.arrived.value, { id: "Milk", glows: true });
});

test("a few things at once are told of what is not plain to see only", async () => {
  const { adding, told } = begun(item("Milk"), item("Tea", { ticked: true }));
  await enter(adding, "milk\ntea\nbread");
  assert.equal(told[0].text, "Milk was on the list: now 2 · Tea is back on the list");
  assert.equal(told[0].undo?.some((wish) => wish.kind === "remove" && wish.item === adding.arrived.value?.id), false, "the bread stays");
});

test("many at once are told with the way back of them all", async () => {
  const { adding, told } = begun(item("Milk"));
  await enter(adding, "milk\nbread\ntea\nsalt\nrice\nflour\nbread");
  assert.equal(told[0].text, "5 added · Milk was on the list: now 2");
  assert.equal(told[0].undo?.length, 7);
});

test("several that were there are counted, each once", async () => {
  const { adding, told } = begun(item("Milk"), item("Tea"), item("Salt", { ticked: true }), item("Rice", { ticked: true }));
  await enter(adding, "milk\nmilk\ntea\nsalt\nrice");
  assert.equal(told[0].text, "2 were on the list already · 2 are back on the list");
});
