/** What an account leaves on a device: nothing once it was signed out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { copyKeeper } from "../../static/shared/session.js";
import { rememberUser } from "../../static/shared/known.js";
import { PageStore } from "../../static/shared/store.js";
import { signedOut } from "../../static/shared/who.js";

/** @type {any} */
const ann = { id: "ann" };

test("a page that is still open when its account is signed out keeps nothing more of it", async () => {
  const store = new PageStore();
  const keep = copyKeeper(ann, store);
  rememberUser(ann);
  await keep("list ann 1", "milk");
  assert.equal(await store.copy("list ann 1"), "milk");
  await signedOut(store);
  await keep("list ann 1", "milk");
  assert.equal(await store.copy("list ann 1"), undefined);
});

test("what another page kept while its account was being signed out goes too", async () => {
  const store = new PageStore();
  const drop = store.dropCopies.bind(store);
  rememberUser(ann);
  store.dropCopies = async () => {
    await drop();
    await copyKeeper(ann, store)("list ann 1", "milk");
  };
  await signedOut(store);
  assert.equal(await store.copy("list ann 1"), undefined);
});
