/** Why a call failed, as the server told it or as we found it. */

/** @import { ProblemObject } from './shapes.js' */

/** `code` is for programs; `message` is for the reader, in their language, empty where we have to find the words. */
export class Problem extends Error {
  /** @param {Partial<ProblemObject> & {code: string}} told */
  constructor(told) {
    super(told.detail || told.title || "");
    this.code = told.code;
    this.status = told.status ?? 0;
    this.fields = told.fields ?? {};
    this.retryAfter = told.retry_after ?? null;
  }
}

/** No answer came: nobody knows whether the call was done. */
export const unreachable = () => new Problem({ code: "unreachable" });

/** @param {unknown} told @returns {Problem} */
export function problemFrom(told) {
  if (told instanceof Problem) return told;
  const known = typeof told === "object" && told !== null && "code" in told && typeof told.code === "string";
  return known ? new Problem(/** @type {ProblemObject} */ (told)) : unreachable();
}
