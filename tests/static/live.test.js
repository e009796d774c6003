/** The live connection: when it counts as ours, and what it does when it is lost. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { Clock } from "../../static/shared/clock.js";
import { Live } from "../../static/shared/live.js";

const LATER = "later";

/** What the npm client gives us, with the server's part in the hands of the test. */
class Socket extends EventEmitter {
  connected = false;
  active = true;
  io = { opts: { transports: ["websocket", "polling"] } };
  /** @type {string[]} */
  did = [];
  /** @type {((error: Error) => void)[]} */
  unanswered = [];
  /** @type {Record<string, any>} */
  answers = {
    "accounts.me": { ok: true, result: { user: { id: "ann" } } },
    clock: { ok: true, result: { now: "2026-11-25T12:00:00.000Z" } },
  };

  timeout() {
    return { emit: (/** @type {string} */ name, /** @type {object} */ _payload, /** @type {any} */ hear) => {
      this.did.push(name);
      if (this.answers[name] === LATER) this.unanswered.push(hear);
      else if (this.answers[name]) hear(null, this.answers[name]);
      else if (name in this.answers) hear(new Error("operation has timed out"));
    } };
  }

  connect() {
    this.did.push("connect");
    return this;
  }

  disconnect() {
    this.did.push("disconnect");
    this.connected = false;
    return this;
  }

  /** @param {string} event @param {...unknown} told */
  happens(event, ...told) {
    this.connected = event === "connect" || (this.connected && event !== "disconnect");
    this.emit(event, ...told);
    if (event === "disconnect") for (const hear of this.unanswered.splice(0)) hear(new Error("socket has been disconnected"));
    return this.did.splice(0);
  }
}

function pair() {
  const socket = new Socket();
  return { socket, live: new Live(new Clock(), /** @type {any} */ (socket)) };
}

test("a connection is ready once it is known whose it is, and the clock is asked", () => {
  const { socket, live } = pair();
  assert.deepEqual(socket.happens("connect"), ["accounts.me", "clock"]);
  assert.equal(live.state.value, "ready");
});

test("another's connection is never used", () => {
  const { socket, live } = pair();
  live.onGreeted = (user) => user.id === "bob";
  socket.happens("connect");
  assert.equal(live.state.value, "connecting");
});

test("a token that ended leads to no more attempts, whether told at the door, inside, or by an answer", () => {
  const ended = { code: "unauthenticated", title: "Signed out" };
  const atTheDoor = pair();
  atTheDoor.socket.happens("connect_error", Object.assign(new Error(), { data: ended }));
  const inside = pair();
  inside.socket.happens("connect");
  inside.socket.happens("signed_out", { reason: "revoked" });
  const answered = pair();
  answered.socket.answers["accounts.me"] = { ok: false, error: ended };
  answered.socket.happens("connect");
  assert.deepEqual([atTheDoor, inside, answered].map(({ live }) => live.why), ["", "revoked", ""]);
  for (const { socket, live } of [atTheDoor, inside, answered]) {
    assert.equal(live.state.value, "signed_out");
    socket.happens("disconnect", "io server disconnect");
    live.check();
    assert.equal(socket.did.includes("connect"), false);
  }
});

test("the server's own goodbye is followed by a new connection, a broken line is left to the library", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket, live } = pair();
  socket.happens("connect");
  socket.happens("disconnect", "transport close");
  assert.equal(live.state.value, "away");
  t.mock.timers.tick(60_000);
  assert.deepEqual(socket.did, []);
  socket.happens("disconnect", "io server disconnect");
  t.mock.timers.tick(2000);
  assert.deepEqual(socket.did, ["connect"]);
});

test("a refusal for a while is waited out as long as the server asks", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { socket } = pair();
  socket.active = false;
  socket.happens("connect_error", Object.assign(new Error(), { data: { code: "too_many_requests", title: "Later", retry_after: 30 } }));
  t.mock.timers.tick(29_000);
  assert.deepEqual(socket.did, []);
  t.mock.timers.tick(1000);
  assert.deepEqual(socket.did, ["connect"]);
});

test("where web sockets are taken and stay silent, the next attempt begins with polling", () => {
  const { socket } = pair();
  socket.happens("connect_error", new Error("timeout"));
  assert.deepEqual(socket.io.opts.transports, ["polling", "websocket"]);
});

test("coming back to the page asks the line for a sign of life, and leaves one that gives none", () => {
  const { socket, live } = pair();
  socket.happens("connect");
  live.check();
  assert.deepEqual(socket.did.splice(0), ["clock"]);
  socket.answers.clock = undefined;
  live.check();
  assert.deepEqual(socket.did, ["clock", "disconnect", "connect"]);
});

test("a line that breaks while it is asked for a sign of life is left to the library", () => {
  const { socket, live } = pair();
  socket.happens("connect");
  socket.answers.clock = LATER;
  live.check();
  assert.deepEqual(socket.happens("disconnect", "transport close"), ["clock"]);
});

test("coming back without a connection tries at once, whatever the pause between attempts", () => {
  const { socket, live } = pair();
  socket.happens("connect");
  socket.happens("disconnect", "transport close");
  live.check();
  assert.deepEqual(socket.did, ["disconnect", "connect"]);
});

test("a connection that does not say whose it is, is left for a new one", () => {
  const { socket } = pair();
  socket.answers["accounts.me"] = undefined;
  assert.deepEqual(socket.happens("connect"), ["accounts.me", "disconnect", "connect"]);
});

test("a call without a connection fails at once", async () => {
  const { live } = pair();
  await assert.rejects(live.call("lists.index"), { code: "unreachable" });
});
