/** The worker: which request it answers from its copies, and which copies it keeps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SHELLS, before, cacheOf, filesOf, isOfBuild, mayKeep, shellOf, unneeded, wanted } from "../../static/worker/model.js";

const HOME = "https://shop.example";
/** @param {string} path */
const navigate = (path) => wanted({ method: "GET", mode: "navigate", url: HOME + path }, HOME);

test("pages of the site open from their shells, whatever list or code they name", () => {
  assert.deepEqual(navigate("/"), { shell: "/" });
  assert.deepEqual(navigate("/list#new"), { shell: "/list" });
  assert.deepEqual(navigate("/list/0198f2a4-0000-7000-8000-000000000001"), { shell: "/list/-" });
  assert.deepEqual(navigate("/account?next=/list/x"), { shell: "/account" });
  assert.deepEqual(navigate("/join/a-code"), { shell: "/join/-" });
  assert.deepEqual(navigate("/s/a-key"), { shell: "/s/-" });
});

test("every shell is kept under an address that leads to itself", () => {
  for (const shell of SHELLS) assert.equal(shellOf(shell), shell);
});

test("calls, sockets, documentation and pages of no shell are the network's", () => {
  for (const path of ["/api/lists.index", "/socket.io/?EIO=4", "/openapi.json", "/swagger", "/swagger/live", "/healthz", "/list/x/y", "/list/", "/lists", "/sw.js", "/manifest.webmanifest"])
    assert.equal(navigate(path), null, path);
  assert.equal(wanted({ method: "POST", mode: "navigate", url: `${HOME}/list` }, HOME), null);
  assert.equal(wanted({ method: "GET", mode: "cors", url: `${HOME}/list` }, HOME), null);
  assert.equal(wanted({ method: "GET", mode: "navigate", url: "https://other.example/list" }, HOME), null);
});

test("files of a build may come from its copies; which build is served now may not", () => {
  const ask = (/** @type {string} */ path) => wanted({ method: "GET", mode: "no-cors", url: HOME + path }, HOME);
  assert.deepEqual(ask("/static/abc123/list.js"), { file: "/static/abc123/list.js" });
  assert.equal(ask("/static/build.json"), null);
});

test("a shell is of the build that all its files are of", () => {
  const shell = '<link href="/static/abc/app.css"><link href="/static/abc/icons/touch-180.png"><script src="/static/abc/list.js"></script>';
  assert.deepEqual(filesOf(shell), ["/static/abc/app.css", "/static/abc/icons/touch-180.png", "/static/abc/list.js"]);
  assert.equal(isOfBuild(shell, "abc"), true);
  assert.equal(isOfBuild(shell, "ab"), false);
  assert.equal(isOfBuild("The pages of this server are not built yet.", "abc"), false);
});

test("neither an error nor where a redirect led is kept as a page", () => {
  const shell = '<script src="/static/abc/list.js"></script>';
  const whole = { ok: true, redirected: false };
  assert.equal(mayKeep(whole, shell, "abc"), true);
  assert.equal(mayKeep({ ...whole, ok: false }, shell, "abc"), false);
  assert.equal(mayKeep({ ...whole, redirected: true }, shell, "abc"), false);
  assert.equal(mayKeep(whole, shell, "other"), false);
});

test("the copies of the build before are kept, as its pages may be open; older ones go, others' caches stay", () => {
  const [one, two, three] = ["1", "2", "3"].map(cacheOf);
  assert.deepEqual(unneeded(["other", one, two, three], three), [one]);
  assert.equal(before(["other", one, two, three], three), two);
  assert.equal(before(["other", three], three), undefined);
  assert.deepEqual(unneeded([one, two], one), [], "the server went back to the build before");
});
