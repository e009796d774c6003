/** The links of a list, by a line that says what was asked of it. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Shares } from "../../static/list/shares.js";
import { problemFrom } from "../../static/shared/problem.js";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-25T12:00:00Z");

before(() => Object.assign(globalThis, { location: new URL("https://shop.home:8443/list/1") }));

/** This device's clock is an hour late. @param {Record<string, unknown>} answers by operation */
function known(answers) {
  /** @type {[string, any][]} */
  const asked = [];
  const call = async (/** @type {string} */ operation, /** @type {unknown} */ payload) => {
    asked.push([operation, payload]);
    if (!answers[operation]) throw problemFrom({ code: "unreachable" });
    return answers[operation];
  };
  const clock = { now: () => NOW - 3_600_000, ahead: 3_600_000 };
  return { asked, shares: new Shares(/** @type {any} */ ({ id: "1", session: { live: { call }, clock } })) };
}

const share = { id: "a", name: "Ann", right: "view", url: "http://10.0.0.5:8080/s/key", expires_at: null, created_at: "2026-11-24T12:00:00Z", last_used: null };

test("links are shown under the address of the page", async () => {
  const { shares } = known({ "shares.list": { shares: [share] } });
  await shares.read();
  assert.deepEqual(shares.known.value, [{ ...share, url: "https://shop.home:8443/s/key" }]);
});

test("a link's end is counted by the server's clock, and nothing is sent of what was not chosen", async () => {
  const { asked, shares } = known({ "shares.create": { id: "b", key: "k", url: "http://10.0.0.5:8080/s/k" } });
  await shares.make({ right: "tick", name: " Bob ", lasts: "week" });
  await shares.make({ right: "edit", name: "  ", lasts: "never" });
  assert.deepEqual(asked, [
    ["shares.create", { list: "1", right: "tick", name: "Bob", expires_at: new Date(NOW + 7 * DAY_MS).toISOString() }],
    ["shares.create", { list: "1", right: "edit" }],
  ]);
});

test("what was made is there although the others could not be read, and what was withdrawn is not", async () => {
  const { shares } = known({ "shares.create": { id: "b", key: "k", url: "http://10.0.0.5:8080/s/k" }, "shares.revoke": {} });
  await assert.rejects(shares.read());
  assert.equal(await shares.make({ right: "tick", name: "Bob", lasts: "never" }), "b");
  assert.deepEqual(shares.known.value?.map(({ id, name, url }) => [id, name, url]), [["b", "Bob", "https://shop.home:8443/s/k"]]);
  await shares.withdraw("b");
  assert.deepEqual(shares.known.value, []);
});

test("what is read again shows what others did, and takes nothing back that was done here meanwhile", async () => {
  const opened = { ...share, last_used: "2026-11-25T11:00:00Z" };
  /** @type {Record<string, unknown>} */
  const answers = { "shares.list": { shares: [share] }, "shares.create": { id: "b", key: "k", url: share.url }, "shares.revoke": {} };
  const { shares } = known(answers);
  await shares.read();
  answers["shares.list"] = { shares: [opened] };
  await shares.read();
  assert.deepEqual(shares.known.value?.map(({ last_used }) => last_used), [opened.last_used]);

  /** @type {(answer: unknown) => void} */
  let answer = () => {};
  answers["shares.list"] = new Promise((resolve) => (answer = resolve));
  const reading = shares.read();
  await shares.make({ right: "tick", name: "Bob", lasts: "never" });
  await shares.withdraw("a");
  answer({ shares: [opened] });
  await reading;
  assert.deepEqual(shares.known.value?.map(({ id }) => id), ["b"]);
});

test("one that was read before its making was answered is there once", async () => {
  const { shares } = known({ "shares.list": { shares: [{ ...share, id: "b" }] }, "shares.create": { id: "b", key: "k", url: share.url } });
  await shares.read();
  await shares.make({ right: "tick", name: "Bob", lasts: "never" });
  assert.deepEqual(shares.known.value?.map(({ id }) => id), ["b"]);
});

test("what could not be made or withdrawn changes nothing", async () => {
  const { shares } = known({ "shares.list": { shares: [share] } });
  await shares.read();
  await assert.rejects(shares.make({ right: "tick", name: "", lasts: "day" }));
  await assert.rejects(shares.withdraw("a"));
  assert.deepEqual(shares.known.value?.map(({ id }) => id), ["a"]);
});
