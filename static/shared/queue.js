/**
 * The queue of edits that wait to be sent: what goes next, how edits fold together, and what an answer means for them.
 *
 * An entry is bound to its account and never changes place. Ids make it harmless that two tabs send the same one.
 */

/** @import { Edit, Edited, Result } from './shapes.js' */
/** @import { Problem } from './problem.js' */

/**
 * @typedef {object} Entry
 * @property {number} [n] its place in the store; none until it is stored
 * @property {string} account
 * @property {string} list
 * @property {string} epoch the list's when the edit was made: `seen` counts only within it; empty before the first answer
 * @property {Edit} edit
 * @property {'waiting' | 'aside'} state aside: refused, shown as not saved until its author decides
 * @property {boolean} sent whether any tab may have sent it; from then on it must not change
 * @property {{code: string, message: string}} [problem] why it was set aside
 */

/**
 * @typedef {object} Verdict what an answer means for the batch that it answers
 * @property {{entry: Entry, result: Result}[]} done stored by the server: leave the queue
 * @property {{entry: Entry, problem: {code: string, message: string}}[]} aside
 * @property {null | 'later' | 'smaller' | 'signed_out'} pause why the rest of the batch, which stays, has to wait
 * @property {number} after ms to wait at least where the server said so
 */

/** @typedef {{keep: (entry: Entry) => void, forget: (id: string) => void, find: (id: string) => Entry[], left: (account: string) => Entry[]}} Journal of edits that no store has */

/** Whether it can be told from others at all; a store may hold what another build or program left. @param {Entry} entry */
export const isEntry = (entry) => typeof entry?.edit?.id === "string";

const EDITS_A_CALL = 200;
// A call may have 1 MiB; text outside ASCII takes up to three bytes a character, so this leaves room enough.
const CHARACTERS_A_CALL = 200_000;

/**
 * The next call for a list: its oldest waiting edits, in order, of one epoch, within the limits of a call.
 * @param {readonly Entry[]} entries in order
 * @param {string} list
 * @param {number} [most] fewer edits than usual, after a call that was too large
 * @returns {Entry[]}
 */
export function nextBatch(entries, list, most = EDITS_A_CALL) {
  const waiting = entries.filter((entry) => entry.list === list && entry.state === "waiting");
  let room = CHARACTERS_A_CALL;
  const end = waiting.findIndex((entry, place) => {
    room -= JSON.stringify(entry.edit).length;
    return place === most || entry.epoch !== waiting[0].epoch || (room < 0 && place > 0);
  });
  return end < 0 ? waiting : waiting.slice(0, end);
}

/** @param {readonly Entry[]} batch */
export const payloadOf = (batch) => ({
  list: batch[0].list,
  ...(batch[0].epoch && { epoch: batch[0].epoch }),
  edits: batch.map((entry) => entry.edit),
});

/** Whether it is an `add` that no tab has sent. @param {Entry} entry */
export const takesMore = ({ edit, sent, state }) => edit.kind === "add" && !sent && state === "waiting";

/**
 * A `set` of an item whose `add` was never sent becomes part of that `add`, which keeps its time: a later one would
 * overrule the edits made in between.
 * @param {readonly Entry[]} entries
 * @param {Entry} entry
 * @returns {Entry | null} the `add` to store instead, null where nothing folds
 */
export function folded(entries, entry) {
  if (entry.edit.kind !== "set" || entry.state !== "waiting") return null;
  const add = entries.find((one) => takesMore(one) && one.edit.item === entry.edit.item && one.list === entry.list);
  if (!add) return null;
  const { id, kind, at, seen, item, ...fields } = entry.edit;
  return { ...add, edit: { ...add.edit, ...fields } };
}

/**
 * What the answer to a batch means. Nothing else decides what leaves the queue.
 * @param {readonly Entry[]} batch
 * @param {Edited | Problem} answer
 * @returns {Verdict}
 */
export function verdict(batch, answer) {
  return "results" in answer ? answered(batch, answer) : refused(batch, answer);
}

/** @param {readonly Entry[]} batch @param {Edited} answer @returns {Verdict} */
function answered(batch, answer) {
  const results = new Map(answer.results.map((result) => [result.edit, result]));
  /** @type {Verdict} */
  const found = { done: [], aside: [], pause: null, after: 0 };
  for (const entry of batch) {
    const result = results.get(entry.edit.id);
    if (!result) found.pause = "later";
    else if (result.status !== "refused") found.done.push({ entry, result });
    else found.aside.push({ entry, problem: toldBy(result.error ?? { code: "other" }) });
  }
  return found;
}

/** @param {readonly Entry[]} batch @param {Problem} problem @returns {Verdict} */
function refused(batch, problem) {
  const after = (problem.retryAfter ?? 0) * 1000;
  /** @param {readonly Entry[]} entries @param {(place: number) => string} why @returns {Verdict} */
  const setAside = (entries, why) => ({
    done: [],
    aside: entries.map((entry) => ({ entry, problem: { code: problem.code, message: why(batch.indexOf(entry)) } })),
    pause: null,
    after: 0,
  });
  switch (problem.code) {
    case "invalid": {
      const named = batch.filter((_, place) => fieldOf(problem, place) !== undefined);
      return setAside(named.length ? named : batch, (place) => fieldOf(problem, place) ?? problem.message);
    }
    case "too_large":
    case "internal":
      // Whatever the server stumbles over, the edit alone is set aside, and its neighbours go on.
      if (batch.length > 1) return { done: [], aside: [], pause: "smaller", after: 0 };
      return setAside(batch, () => problem.message);
    case "forbidden":
    case "not_found":
    case "gone":
    case "conflict":
      return setAside(batch, () => problem.message);
    case "unauthenticated":
    case "wrong_credentials":
      return { done: [], aside: [], pause: "signed_out", after };
    default:
      return { done: [], aside: [], pause: "later", after };
  }
}

/** The message of the first field named within an edit: `edits.3.item` or `edits.3`. @param {Problem} problem @param {number} place */
function fieldOf(problem, place) {
  const own = Object.keys(problem.fields).find((name) => `${name}.`.startsWith(`edits.${place}.`));
  return own === undefined ? undefined : problem.fields[own];
}

/** @param {{code: string, detail?: string, title?: string}} error */
const toldBy = ({ code, detail, title }) => ({ code, message: detail || title || "" });
