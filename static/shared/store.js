/**
 * What this device keeps: the queue of edits of each account, and copies of lists for the first paint.
 *
 * IndexedDB keeps it over restarts and shares it among tabs; each method is one transaction, so tabs never see half
 * of one another's. Where the browser refuses IndexedDB, copies last as long as the page, and edits stay in the journal.
 */

/** @import { Entry, Journal } from './queue.js' */
/** @import { DBSchema, IDBPDatabase } from 'idb' */
import { openDB } from "idb";
import { inTime } from "./in-time.js";
import { folded, isEntry, nextBatch, takesMore } from "./queue.js";

/**
 * @typedef {object} Store
 * @property {(account: string) => Promise<Entry[]>} entries of an account, oldest first
 * @property {(entries: readonly Entry[]) => Promise<void>} append folds what can be folded; all are of one account
 * @property {(account: string, list: string, most?: number) => Promise<Entry[]>} take the next batch, from then on sent
 * @property {(ids: readonly string[]) => Promise<void>} drop edits that are stored, or given up
 * @property {(entries: readonly Entry[]) => Promise<void>} setAside
 * @property {(key: string) => Promise<any>} copy undefined where there is none
 * @property {(key: string, value: unknown) => Promise<void>} keepCopy
 * @property {(key: string) => Promise<void>} dropCopy
 * @property {() => Promise<void>} dropCopies all, when someone signs out
 */

/**
 * @typedef {DBSchema & {
 *   edits: {key: number, value: Entry, indexes: {account: string, edit: string}},
 *   copies: {key: string, value: unknown}}} Schema
 */

/** @returns {Promise<Store>} */
export async function openStore(name = "shoplist") {
  const store = new DatabaseStore(name);
  try {
    await store.connection();
    return store;
  } catch {
    return new PageStore();
  }
}

/** Whether an edit of anybody waits on this device. */
export async function editsWait(name = "shoplist") {
  const database = await openDatabase(name, () => {}).catch(() => null);
  const entries = await database?.getAll("edits").catch(() => []);
  database?.close();
  return (entries ?? []).some((entry) => isEntry(entry) && entry.state === "waiting");
}

const SHAPE = 1;
const PATIENCE_MS = 4000;

/**
 * Some browsers never answer; no page may stay blank for that.
 * @template {{close: () => void}} T
 * @param {Promise<T>} opening
 * @returns {Promise<T>}
 */
function soon(opening) {
  return inTime(opening, PATIENCE_MS).catch((error) => {
    void opening.then((database) => database.close(), () => {});
    throw error;
  });
}

/** @param {string} name @param {() => void} onClosed @returns {Promise<IDBPDatabase<Schema>>} */
async function openDatabase(name, onClosed) {
  /** @type {import("idb").OpenDBCallbacks<Schema>} */
  const callbacks = {
    upgrade(database) {
      const edits = database.createObjectStore("edits", { keyPath: "n", autoIncrement: true });
      edits.createIndex("account", "account");
      edits.createIndex("edit", "edit.id", { unique: true });
      database.createObjectStore("copies");
    },
    // A newer page, in another tab, wants to change the shape: let it, this one takes the new shape up.
    blocking(_current, _blocked, event) {
      /** @type {IDBDatabase} */ (event.target).close();
      onClosed();
    },
    terminated: onClosed,
  };
  try {
    return await soon(openDB(name, SHAPE, callbacks));
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "VersionError") throw error;
    // A newer page was here, and the server went back since: shapes only grow, so what it keeps is ours to send too.
    return soon(openDB(name, undefined, callbacks));
  }
}

/** @implements {Store} */
class DatabaseStore {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    /** @type {Promise<IDBPDatabase<Schema>> | null} none before the first use, and after the browser or a newer page ended it */
    this.opened = null;
  }

  connection() {
    const forget = () => void (this.opened = null);
    if (!this.opened) {
      this.opened = openDatabase(this.name, forget);
      this.opened.catch(forget);
    }
    return this.opened;
  }

  /** @template {"edits" | "copies"} Name @template {IDBTransactionMode} Mode @param {Name} name @param {Mode} mode */
  async begin(name, mode) {
    const start = async () => (await this.connection()).transaction(name, mode);
    const begun = await start().catch(() => {
      // Phones take the database from pages that they put to sleep, and do not always say so.
      this.opened = null;
      return start();
    });
    // Whoever sees a request of it fail does not ask how it ended.
    begun.done.catch(() => {});
    return begun;
  }

  /** @param {string} account */
  async entries(account) {
    const reading = await this.begin("edits", "readonly");
    return (await reading.store.index("account").getAll(account)).filter(isEntry);
  }

  /** @param {readonly Entry[]} entries */
  async append(entries) {
    const writing = await this.begin("edits", "readwrite");
    const all = entries.length > 0 ? await writing.store.index("account").getAll(entries[0].account) : [];
    const known = all.filter(isEntry);
    const ids = new Map(known.map((entry) => [entry.edit.id, entry]));
    const adds = new Map(known.filter(takesMore).map((add) => [add.edit.item, add]));
    for (const entry of entries) {
      const same = ids.get(entry.edit.id);
      if (same) {
        // Two pages may bring in what a third left behind, and one that lost this store may have sent it.
        if (entry.sent && takesMore(same)) {
          adds.delete(same.edit.item);
          await writing.store.put({ ...same, sent: true });
        }
        continue;
      }
      const add = adds.get(entry.edit.item);
      const kept = (add && folded([add], entry)) ?? entry;
      const n = await writing.store.put(kept);
      ids.set(kept.edit.id, { ...kept, n });
      if (takesMore(kept)) adds.set(kept.edit.item, { ...kept, n });
    }
    await writing.done;
  }

  /** @param {string} account @param {string} list @param {number} [most] */
  async take(account, list, most) {
    const writing = await this.begin("edits", "readwrite");
    const batch = nextBatch((await writing.store.index("account").getAll(account)).filter(isEntry), list, most);
    const taken = batch.map((entry) => ({ ...entry, sent: true }));
    for (const entry of taken) await writing.store.put(entry);
    await writing.done;
    return taken;
  }

  /** @param {readonly string[]} ids */
  async drop(ids) {
    const writing = await this.begin("edits", "readwrite");
    for (const id of ids) {
      const key = await writing.store.index("edit").getKey(id);
      if (key !== undefined) await writing.store.delete(key);
    }
    await writing.done;
  }

  /** @param {readonly Entry[]} entries */
  async setAside(entries) {
    const writing = await this.begin("edits", "readwrite");
    for (const entry of entries) {
      const key = await writing.store.index("edit").getKey(entry.edit.id);
      if (key !== undefined) await writing.store.put({ ...entry, n: key, state: "aside" });
    }
    await writing.done;
  }

  /** @param {string} key */
  async copy(key) {
    return (await this.begin("copies", "readonly")).store.get(key);
  }

  /**
   * A later version of the pages reads it: where the shape of the value changes, so must the key.
   * @param {string} key
   * @param {unknown} value
   */
  async keepCopy(key, value) {
    const writing = await this.begin("copies", "readwrite");
    await writing.store.put(value, key);
    await writing.done;
  }

  /** @param {string} key */
  async dropCopy(key) {
    const writing = await this.begin("copies", "readwrite");
    await writing.store.delete(key);
    await writing.done;
  }

  async dropCopies() {
    const writing = await this.begin("copies", "readwrite");
    await writing.store.clear();
    await writing.done;
  }
}

/** The same for as long as the page is open; an outbox gives it its journal, for the next page. @implements {Store} */
export class PageStore {
  /**
   * @param {Store} [broken] in whose place it came: what leaves here must not come back from there
   * @param {Journal} [journal]
   */
  constructor(broken, journal) {
    this.broken = broken;
    this.journal = journal;
    /** @type {Entry[]} */
    this.kept = [];
    /** @type {Map<string, unknown>} */
    this.copies = new Map();
    this.next = 1;
  }

  /** @param {string} account */
  async entries(account) {
    return this.kept.filter((entry) => entry.account === account);
  }

  /** @param {readonly Entry[]} entries */
  async append(entries) {
    for (const entry of entries) {
      const add = folded(this.kept, entry);
      if (this.has(entry.edit.id)) this.replace([entry]);
      else if (add && this.isOnlyHere(add)) this.replace([add]);
      else this.push({ ...entry, n: entry.n ?? this.next });
      this.next = Math.max(this.next, (this.kept.at(-1)?.n ?? 0) + 1);
    }
    this.kept.sort((one, other) => (one.n ?? 0) - (other.n ?? 0));
  }

  /** @param {string} account @param {string} list @param {number} [most] */
  async take(account, list, most) {
    // Without a pause in between, as in a transaction: an edit must not fold into an add that is on its way.
    const own = this.kept.filter((entry) => entry.account === account);
    const taken = nextBatch(own, list, most).map((entry) => ({ ...entry, sent: true }));
    this.replace(taken);
    return taken;
  }

  /** @param {readonly string[]} ids */
  async drop(ids) {
    this.kept = this.kept.filter((entry) => !ids.includes(entry.edit.id));
    await this.broken?.drop(ids).catch(() => {});
    for (const id of ids) if (!this.has(id)) this.journal?.forget(id);
  }

  /** @param {readonly Entry[]} entries */
  async setAside(entries) {
    this.replace(entries.map((entry) => ({ ...entry, state: /** @type {const} */ ("aside") })));
  }

  /** @param {string} key */
  async copy(key) {
    return this.copies.get(key);
  }

  /** @param {string} key @param {unknown} value */
  async keepCopy(key, value) {
    this.copies.set(key, value);
  }

  /** @param {string} key */
  async dropCopy(key) {
    this.copies.delete(key);
  }

  async dropCopies() {
    this.copies.clear();
  }

  /** @param {string} id of an edit */
  has(id) {
    return this.kept.some(({ edit }) => edit.id === id);
  }

  /** @param {Entry} entry */
  push(entry) {
    this.kept.push(entry);
    this.note(entry);
  }

  /** @param {readonly Entry[]} entries */
  replace(entries) {
    const news = new Map(entries.map((entry) => [entry.edit.id, entry]));
    this.kept = this.kept.map((entry) => ({ ...(news.get(entry.edit.id) ?? entry), n: entry.n }));
    entries.filter(({ edit }) => this.has(edit.id)).forEach((entry) => this.note(entry));
  }

  /** Whether no other page has read it from the journal since, and may have sent it. @param {Entry} add */
  isOnlyHere(add) {
    return (this.journal?.find(add.edit.id) ?? [add]).some(takesMore);
  }

  /** Its place here is none in the store that the next page has. @param {Entry} entry */
  note({ n, ...entry }) {
    this.journal?.keep(entry);
  }
}
