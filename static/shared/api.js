/** Calls over HTTP, for what sets or clears the cookie and for pages without a live connection. */

import { isOthers } from "./known.js";
import { problemFrom } from "./problem.js";
import { language } from "./words.js";

const PATIENCE_MS = 15_000;

/**
 * @template [T=any]
 * @param {string} operation as `accounts.sign_in`
 * @param {object} [payload]
 * @returns {Promise<T>} never ends on a page that begins anew, as somebody else is signed in by now
 * @throws {import("./problem.js").Problem}
 */
export async function call(operation, payload = {}) {
  if (isOthers()) return new Promise(() => {});
  const gaveUp = new AbortController();
  const timer = setTimeout(() => gaveUp.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(`/api/${operation}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": language() },
      body: JSON.stringify(payload),
      credentials: "same-origin",
      cache: "no-store",
      signal: gaveUp.signal,
    });
    const told = await answer.json();
    if (answer.ok) return told;
    throw problemFrom(told);
  } catch (error) {
    throw problemFrom(error);
  } finally {
    clearTimeout(timer);
  }
}
