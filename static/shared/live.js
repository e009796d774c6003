/**
 * The live connection of a signed-in person: one socket, our own timeouts, and the certainty of whose it is.
 *
 * The cookie may have become another's since the page was made, so nothing is sent before `accounts.me` answered with
 * the account that the page is about.
 */

/** @import { Clock } from './clock.js' */
/** @import { Problem } from './problem.js' */
/** @import { User } from './shapes.js' */
import { signal } from "@preact/signals";
import { io } from "socket.io-client";
import { problemFrom, unreachable } from "./problem.js";
import { language } from "./words.js";

/** @typedef {'connecting' | 'ready' | 'away' | 'signed_out'} LiveState */

const PATIENCE_MS = 10_000;
const SHORT_PATIENCE_MS = 4000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 20_000;

export class Live {
  /**
   * @param {Clock} clock learns the server's time
   * @param {import("socket.io-client").Socket} [socket]
   */
  constructor(clock, socket = connectTo(location.origin)) {
    this.clock = clock;
    this.socket = socket;
    this.state = signal(/** @type {LiveState} */ ("connecting"));
    /** Called when the connection is there, with whose it is; false refuses to use it. */
    this.onGreeted = (/** @type {User} */ _user) => true;
    /** Why the server ended the sign-in, where it said so. */
    this.why = "";
    this.pause = FIRST_PAUSE_MS;
    socket.on("connect", () => this.greet());
    socket.on("disconnect", (reason) => this.lost(reason));
    socket.on("connect_error", (error) => this.refused(error));
    socket.on("signed_out", ({ reason }) => this.signedOut(reason));
  }

  start() {
    this.socket.connect();
  }

  /** Somebody signed in again, in this tab or another. */
  signedIn() {
    if (this.state.value !== "signed_out") return;
    this.why = "";
    this.state.value = "connecting";
    this.socket.connect();
  }

  /** @param {string} event @param {(told: any) => void} hear */
  on(event, hear) {
    this.socket.on(event, hear);
  }

  /**
   * Call an operation; `hear` runs before anything that the server told after its answer.
   * @param {string} operation
   * @param {object} payload
   * @param {(problem: Problem | null, result: any) => void} hear
   */
  ask(operation, payload, hear, patience = PATIENCE_MS) {
    if (!this.socket.connected) {
      hear(unreachable(), null);
      return;
    }
    this.socket.timeout(patience).emit(operation, payload, (/** @type {Error | null} */ late, /** @type {any} */ answer) => {
      if (late || !answer) hear(unreachable(), null);
      else if (answer.ok) hear(null, answer.result);
      else hear(problemFrom(answer.error), null);
    });
  }

  /**
   * @template [T=any]
   * @param {string} operation
   * @param {object} [payload]
   * @returns {Promise<T>} fails with a Problem; `unreachable` means that nobody knows whether it was done
   */
  call(operation, payload = {}) {
    return new Promise((resolve, reject) => {
      this.ask(operation, payload, (problem, result) => (problem ? reject(problem) : resolve(result)));
    });
  }

  /** Make sure that the connection is alive: phones put pages to sleep, and sockets die unheard. */
  check() {
    if (this.state.value === "signed_out") return;
    // While the library waits for its next attempt, `connect` alone would wait with it.
    if (!this.socket.connected) this.again();
    // A line that broke meanwhile is the library's: while it closes, a new connection would get in the way of its own.
    else this.askClock((problem) => problem?.code === "unreachable" && this.socket.connected && this.again());
  }

  /** Leave a connection that does not answer, and make a new one. */
  again() {
    this.socket.disconnect().connect();
  }

  greet() {
    this.ask("accounts.me", {}, (problem, result) => {
      if (problem) this.notGreeted(problem);
      else if (this.onGreeted(result.user)) this.welcome();
    });
  }

  welcome() {
    this.pause = FIRST_PAUSE_MS;
    this.askClock();
    this.state.value = "ready";
  }

  /** @param {Problem} problem */
  notGreeted(problem) {
    if (problem.code === "unauthenticated") this.signedOut();
    else if (this.socket.connected && problem.code === "unreachable") this.again();
    else if (this.socket.connected) {
      this.socket.disconnect();
      this.connectLater();
    }
  }

  askClock(hear = (/** @type {Problem | null} */ _problem) => {}) {
    const asked = this.clock.now();
    this.ask(
      "clock",
      {},
      (problem, result) => {
        if (!problem) this.clock.heard(result.now, asked);
        hear(problem);
      },
      SHORT_PATIENCE_MS,
    );
  }

  /** @param {string} reason */
  lost(reason) {
    if (this.state.value === "signed_out") return;
    this.state.value = "away";
    // The library comes back by itself after a broken line, not after the server's own goodbye.
    if (reason === "io server disconnect") this.connectLater();
  }

  /** @param {Error & {data?: unknown}} error */
  refused(error) {
    if (this.state.value === "signed_out") return;
    const problem = error.data ? problemFrom(error.data) : null;
    if (problem?.code === "unauthenticated") {
      this.signedOut();
      return;
    }
    this.state.value = "away";
    // Something on the way takes web sockets and is silent: from now on begin with what always passes.
    if (error.message === "timeout") this.socket.io.opts.transports = ["polling", "websocket"];
    if (!this.socket.active) this.connectLater((problem?.retryAfter ?? 0) * 1000);
  }

  signedOut(why = "") {
    this.why ||= why;
    this.state.value = "signed_out";
    this.socket.disconnect();
  }

  connectLater(atLeast = 0) {
    const pause = Math.max(this.pause * (0.75 + Math.random() / 2), atLeast);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
    setTimeout(() => this.state.value !== "signed_out" && this.socket.connect(), pause);
  }
}

/** @param {string} origin @param {{key?: string}} [shown] who connects, where it is not the cookie that says so */
export function connectTo(origin, shown = {}) {
  return io(`${origin}/live`, {
    path: "/socket.io/",
    // A web socket first spares two round trips; where something on the way breaks it, polling takes over.
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    autoConnect: false,
    timeout: PATIENCE_MS,
    // Nobody tells a page when a network is back that was never reported gone: all agree within 5 s of its return.
    reconnectionDelay: 300,
    reconnectionDelayMax: 1500,
    randomizationFactor: 0.3,
    auth: (tell) => tell({ ...shown, language: language() }),
  });
}
