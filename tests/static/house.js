/**
 * A plain reference for tests of the pages: one list on a server that decides edits by the contract's rules, and a line
 * to it that loses, delays and breaks. It knows nothing of the pages' code.
 */
import { signal } from "@preact/signals";

/** @import { Edit, Result } from '../../static/shared/shapes.js' */

const CONTENT = /** @type {const} */ (["text", "quantity", "unit", "note", "category", "price", "picture"]);

/** @typedef {{at: number, revision: number}} Stamp */

export class House {
  constructor() {
    this.id = "10000000-0000-4000-8000-000000000000";
    this.now = 1_800_000_000_000;
    this.revision = 0;
    this.title = "Shop";
    /** @type {Map<string, any>} */
    this.items = new Map();
    /** @type {Map<string, string>} */
    this.aliases = new Map();
    /** @type {Map<string, Stamp>} */
    this.stamps = new Map();
    /** @type {Map<string, Result>} */
    this.results = new Map();
    /** @type {Map<string, Edit>} adds as they came, by the id of their item */
    this.adds = new Map();
    /** @type {any[]} */
    this.log = [];
    /** @type {Set<Line>} */
    this.room = new Set();
  }

  get list() {
    const { id, title, revision } = this;
    return { id, title, revision, epoch: "e1", role: "owner", right: "edit", categories: {}, archived: false, deleted_at: null };
  }

  /** @param {Line} line @param {{since?: number, epoch?: string}} asked */
  open(line, { since, epoch }) {
    this.room.add(line);
    const whole = since === undefined || epoch !== "e1" || since > this.revision;
    const changed = new Set(this.log.flatMap((change) => (change.revision > (since ?? 0) ? Object.keys(change.items) : [])));
    const items = [...this.items.values()].filter((item) => (whole ? !item.removed : changed.has(item.id)));
    return { list: this.list, items: structuredClone(items), people: [], whole, now: new Date(this.now).toISOString() };
  }

  /** @param {string} by @param {Edit[]} edits */
  edit(by, edits) {
    const before = this.log.length;
    const results = edits.map((edit) => this.decide(by, edit));
    const changes = structuredClone(this.log.slice(before));
    if (changes.length) {
      const told = { list: this.id, revision: this.revision, changes, people: [] };
      for (const line of this.room) line.tell("list.changed", told);
    }
    return { revision: this.revision, results };
  }

  /** @param {string} by @param {Edit} edit @returns {Result} */
  decide(by, edit) {
    const first = this.results.get(edit.id);
    if (first) return { ...first, status: "duplicate" };
    const ids = (edit.items ?? [edit.item ?? ""]).map((id) => this.aliases.get(id) ?? id);
    const known = ids.filter((id) => this.items.has(id));
    const missing = edit.kind !== "add" && edit.kind !== "rename" && known.length === 0;
    if (missing || (edit.kind === "add" && known.length > 0))
      return { edit: edit.id, status: "refused", revision: null, error: /** @type {any} */ ({ code: missing ? "not_found" : "conflict" }) };
    const at = Math.min(Date.parse(edit.at), this.now);
    this.revision += 1;
    /** @type {any} */
    const change = { revision: this.revision, edit: edit.id, by, at: new Date(at).toISOString(), items: {} };
    const item = this.apply(edit, at, known, by, change);
    this.log.push(change);
    const status = Object.keys(change.items).length > 0 || change.list ? "applied" : "superseded";
    /** @type {Result} */
    const result = { edit: edit.id, status, revision: this.revision, ...(item && { item }) };
    this.results.set(edit.id, result);
    return result;
  }

  /** @param {Edit} edit @param {number} at @param {string[]} known @param {string} by @param {any} change */
  apply(edit, at, known, by, change) {
    if (edit.kind === "rename") {
      if (this.wins("list", "title", at, edit.seen)) change.list = { title: (this.title = edit.title ?? "") };
      return undefined;
    }
    if (edit.kind === "add") return this.add(edit, at, by, change);
    for (const id of known) {
      if (edit.kind === "set") this.set(id, edit, at, change);
      else {
        const name = edit.kind === "tick" ? "ticked" : "removed";
        const value = edit.kind === "tick" ? edit.ticked : edit.kind === "remove";
        const fields = name === "ticked" ? { ticked: value, ticked_by: value ? by : null } : { removed: value };
        if (this.wins(id, name, at, edit.seen)) this.change(id, value === false && name === "removed" ? { ...this.items.get(id), ...fields } : fields, change);
      }
    }
    return undefined;
  }

  /** @param {Edit} edit @param {number} at @param {string} by @param {any} change */
  add(edit, at, by, change) {
    const id = edit.item ?? "";
    this.adds.set(id, edit);
    const twins = [...this.items.values()].filter(
      (item) => !item.removed && !item.ticked && item.unit === (edit.unit ?? null) && item.text.toLowerCase() === edit.text?.toLowerCase(),
    );
    const twin = twins.sort((one, other) => (one.position < other.position || (one.position === other.position && one.id < other.id) ? -1 : 1))[0];
    if (twin) {
      this.aliases.set(id, twin.id);
      this.stamp(twin.id, "quantity", at);
      this.change(twin.id, { quantity: (twin.quantity ?? 1) + (edit.quantity ?? 1) }, change);
      return twin.id;
    }
    const last = [...this.items.values()].reduce((most, item) => (item.position > most ? item.position : most), "a0");
    const item = { id, text: "", quantity: null, unit: null, note: null, category: null, price: null, picture: null, position: `${last}V`, ticked: false };
    const written = Object.fromEntries(CONTENT.flatMap((name) => (name in edit ? [[name, edit[name]]] : [])));
    for (const name of [...CONTENT, "position", "ticked", "removed"]) this.stamp(id, name, at);
    this.change(id, { ...item, removed: false, added_by: by, ticked_by: null, ...written }, change);
    return undefined;
  }

  /** @param {string} id @param {Edit} edit @param {number} at @param {any} change */
  set(id, edit, at, change) {
    const named = [...CONTENT, /** @type {const} */ ("position")].filter((name) => name in edit);
    const won = named.filter((name) => this.wins(id, name, at, edit.seen));
    if (won.length === 0) return;
    const fields = Object.fromEntries(won.map((name) => [name, edit[name]]));
    const back = this.items.get(id).removed && this.wins(id, "removed", at, edit.seen);
    this.change(id, back ? { ...this.items.get(id), ...fields, removed: false } : fields, change);
  }

  /** @param {string} id @param {string} name @param {number} at @param {number} seen */
  wins(id, name, at, seen) {
    const stamp = this.stamps.get(`${id} ${name}`);
    const loses = stamp && stamp.at > at && stamp.revision > seen;
    if (!loses) this.stamp(id, name, at);
    return !loses;
  }

  /** @param {string} id @param {string} name @param {number} at */
  stamp(id, name, at) {
    this.stamps.set(`${id} ${name}`, { at, revision: this.revision });
  }

  /** @param {string} id @param {object} fields @param {any} change */
  change(id, fields, change) {
    const told = { ...fields, updated_at: change.at };
    this.items.set(id, { ...this.items.get(id), ...told });
    change.items[id] = { ...change.items[id], ...told };
  }
}

/** The live connection of one device, as the pages know it, on a line that a test moves by hand. */
export class Line {
  /** @param {House} house @param {string} person */
  constructor(house, person) {
    this.house = house;
    this.person = person;
    this.state = signal(/** @type {import("../../static/shared/live.js").LiveState} */ ("connecting"));
    /** @type {Map<string, ((told: any) => void)[]>} */
    this.ears = new Map();
    /** @type {{name: string, payload: any, hear: (problem: any, result: any) => void}[]} */
    this.up = [];
    /** @type {(() => void)[]} */
    this.down = [];
    /** @type {Set<(problem: any, result: any) => void>} */
    this.unanswered = new Set();
  }

  /** @param {string} event @param {(told: any) => void} hear */
  on(event, hear) {
    this.ears.set(event, [...(this.ears.get(event) ?? []), hear]);
  }

  /** @param {string} name @param {any} payload @param {(problem: any, result: any) => void} hear */
  ask(name, payload, hear) {
    if (this.state.peek() !== "ready") {
      hear({ code: "unreachable" }, null);
      return;
    }
    this.unanswered.add(hear);
    this.up.push({ name, payload: structuredClone(payload), hear });
  }

  /** @param {string} name @param {any} payload @returns {Promise<any>} */
  call(name, payload) {
    return new Promise((resolve, reject) => this.ask(name, payload, (problem, result) => (problem ? reject(problem) : resolve(result))));
  }

  again() {
    this.cut();
  }

  /** @param {string} event @param {any} told */
  tell(event, told) {
    this.down.push(() => this.ears.get(event)?.forEach((hear) => hear(structuredClone(told))));
  }

  join() {
    this.state.value = "ready";
  }

  /** The line breaks: what was on its way in either direction is lost, and nobody knows what arrived. */
  cut() {
    this.house.room.delete(this);
    this.up = [];
    this.down = [];
    this.state.value = "away";
    const waiting = [...this.unanswered];
    this.unanswered.clear();
    for (const hear of waiting) hear({ code: "unreachable" }, null);
  }

  /** The server takes the oldest call. */
  arrive() {
    const call = this.up.shift();
    if (!call) return false;
    const { name, payload, hear } = call;
    const result = name === "lists.open" ? this.house.open(this, payload) : this.house.edit(this.person, payload.edits);
    this.down.push(() => {
      if (this.unanswered.delete(hear)) hear(null, structuredClone(result));
    });
    return true;
  }

  /** The device hears the oldest message. */
  hear() {
    const message = this.down.shift();
    message?.();
    return message !== undefined;
  }
}
