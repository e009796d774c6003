/** An account's pages: where signing in leads, what a device calls itself, what waits, how a second factor is shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressWaiting, deviceOf, nextPage, ownPath } from "../../static/account/model.js";
import { byName, countsOf, placeWord, signsOf, sizeOf } from "../../static/admin/model.js";
import { codeOf, deadLink } from "../../static/join/model.js";
import { fileOf, grouped, pictureOf, rightsOf } from "../../static/security/model.js";

test("signing in leads back to the page that asked for it, and never to another site", () => {
  assert.equal(nextPage("?next=%2Fjoin%2FaB-c_d"), "/join/aB-c_d");
  assert.equal(nextPage(""), "/list");
  for (const foreign of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "list"])
    assert.equal(nextPage(`?next=${encodeURIComponent(foreign)}`), "/list", foreign);
});

test("a device is named by its browser and system", () => {
  const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
  const edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";
  assert.deepEqual(deviceOf(iphone), { browser: "Safari", system: "iPhone" });
  assert.deepEqual(deviceOf(edge), { browser: "Edge", system: "Windows" });
  const yandex = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 YaBrowser/25.8.0.0 Safari/537.36";
  assert.deepEqual(deviceOf(yandex), { browser: "Yandex Browser", system: "Windows" });
  assert.deepEqual(deviceOf("curl/8"), { browser: null, system: null });
});

test("an invitation's code is the last part of its address", () => {
  assert.equal(codeOf("/join/aB-c_d"), "aB-c_d");
  assert.equal(codeOf("/join/"), "");
  assert.equal(codeOf("/join/%zz"), "%zz", "an address cut in its middle is a code that nobody has");
});

test("a link is dead when it is unknown or has expired, not when the line or the server fails", () => {
  assert.equal(deadLink("not_found"), "join.unknown");
  assert.equal(deadLink("gone"), "join.expired");
  for (const problem of ["unreachable", "unauthenticated", "rate_limited", "unavailable"]) assert.equal(deadLink(problem), null);
});

test("a link of the server is followed under the page's own origin", () => {
  assert.equal(ownPath("http://127.0.0.1:8080/files/export/aB-c?x=1"), "/files/export/aB-c?x=1");
  assert.equal(ownPath("/files/export/aB-c"), "/files/export/aB-c");
});

test("an address waits to be confirmed: a new one always, one's own only where mail is sent", () => {
  const ann = { email: "ann@example.org", email_verified: false };
  assert.equal(addressWaiting(ann, true), "ann@example.org");
  assert.equal(addressWaiting(ann, false), null);
  assert.equal(addressWaiting({ ...ann, email_verified: true }, true), null);
  assert.equal(addressWaiting({ ...ann, email_verified: true, new_email: "anna@example.org" }, false), "anna@example.org");
});

test("a secret is read in groups of four, and a picture of it runs nothing", () => {
  assert.equal(grouped("ABCDEFGHIJ"), "ABCD EFGH IJ");
  assert.equal(grouped("ABCD EFGH"), "ABCD EFGH");
  const address = pictureOf('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0#"/></svg>');
  assert.match(address, /^data:image\/svg\+xml,[^<>#" ]+$/);
  assert.equal(fileOf("Codes", ["a", "b"]), "Codes\n\na\nb\n");
});

test("a program is said to do what its scopes let it", () => {
  assert.equal(rightsOf(["read"]), "programs.reads");
  assert.equal(rightsOf(["write"]), "programs.writes");
  assert.equal(rightsOf(["read", "write"]), "programs.both");
});

test("an alert says where in words, but for places that speak for themselves", () => {
  assert.equal(placeWord({ kind: "sign_ins", detail: "account" }), "admin.place.account");
  assert.equal(placeWord({ kind: "sign_ins", detail: "address" }), "admin.place.address");
  assert.equal(placeWord({ kind: "sign_ins", detail: "typed" }), "admin.place.typed");
  assert.equal(placeWord({ kind: "disk", detail: "12 MiB" }), "admin.place.disk");
  assert.equal(placeWord({ kind: "exception", detail: "ValueError" }), null);
});

test("of an account an admin reads what is out of the ordinary", () => {
  const ann = { blocked: false, role: /** @type {const} */ ("user"), totp: false };
  assert.deepEqual(signsOf(ann, false), []);
  assert.deepEqual(signsOf({ ...ann, blocked: true, totp: true }, false), ["admin.blocked", "admin.totp"]);
  assert.deepEqual(signsOf({ ...ann, role: "admin" }, true), ["members.you", "admin.role"]);
});

test("accounts stand in the order of their names, those of one name by their addresses", () => {
  /** @type {any[]} */
  const users = [["яна", "b"], ["Ёж", "c"], ["Ann 10", "d"], ["zoe", "e"], ["Ann 9", "f"], ["Яна", "a"], ["Егор", "g"]].map(([name, email]) => ({ name, email }));
  assert.deepEqual(byName(users, "ru").map(({ email }) => email).join(""), "gcbafde");
  assert.deepEqual(byName(users, "en").map(({ email }) => email).join(""), "fdegcba");
  assert.equal(users[0].email, "b", "what was read stays in its own order, by which more is asked for");
});

test("bytes are said in the unit that leaves one to three digits before the point", () => {
  assert.deepEqual(sizeOf(0), ["admin.size.kb", { size: 0 }]);
  assert.deepEqual(sizeOf(49_152), ["admin.size.kb", { size: 49 }]);
  assert.deepEqual(sizeOf(1_250_000), ["admin.size.mb", { size: 1.3 }]);
  assert.deepEqual(sizeOf(12_400_000_000), ["admin.size.gb", { size: 12 }]);
  assert.deepEqual(sizeOf(7e15), ["admin.size.tb", { size: 7000 }]);
});

test("an admin reads every count that the server tells", () => {
  const told = { people: 1, lists: 2, changes: 3, connections: 4, mails_waiting: 5, store_bytes: null, disk_free_bytes: 6, started_at: "", version: "" };
  assert.deepEqual(countsOf(told).map(([, count]) => count), [1, 2, 3, 4, 5]);
});
