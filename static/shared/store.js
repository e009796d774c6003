/**
 * What this device keeps: the queue of edits of each account, and copies of lists for the first paint.
 *
 * IndexedDB keeps it over restarts and shares it among tabs; each method is one transaction, so tabs never see half
 * of one another's. Where the browser refuses IndexedDB, it is kept as long as the page is open.
 */

/** @import { Entry } from './queue.js' */
/** @import { DBSchema, IDBPDatabase } from 'idb' */
import { openDB } from "idb";
import { folded, nextBatch } from "./queue.js";

/**
 * @typedef {object} Store
 * @property {(account: string) => Promise<Entry[]>} entries of an account, oldest first
 * @property {(entries: readonly Entry[]) => Promise<void>} append folds what can be folded
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
  try {
    return new DatabaseStore(await openDatabase(name));
  } catch {
    return new PageStore();
  }
}

/** @param {string} name @returns {Promise<IDBPDatabase<Schema>>} */
function openDatabase(name) {
  return openDB(name, 1, {
    upgrade(database) {
      const edits = database.createObjectStore("edits", { keyPath: "n", autoIncrement: true });
      edits.createIndex("account", "account");
      edits.createIndex("edit", "edit.id", { unique: true });
      database.createObjectStore("copies");
    },
    // A newer page wants to change the shape: let it, this one goes on after a reload.
    blocking(_current, _blocked, event) {
      /** @type {IDBDatabase} */ (event.target).close();
    },
  });
}

/** @implements {Store} */
class DatabaseStore {
  /** @param {IDBPDatabase<Schema>} database */
  constructor(database) {
    this.database = database;
  }

  /** @param {string} account */
  entries(account) {
    return this.database.getAllFromIndex("edits", "account", account);
  }

  /** @param {readonly Entry[]} entries */
  async append(entries) {
    const writing = this.database.transaction("edits", "readwrite");
    for (const entry of entries) {
      const known = await writing.store.index("account").getAll(entry.account);
      await writing.store.put(folded(known, entry) ?? entry);
    }
    await writing.done;
  }

  /** @param {string} account @param {string} list @param {number} [most] */
  async take(account, list, most) {
    const writing = this.database.transaction("edits", "readwrite");
    const batch = nextBatch(await writing.store.index("account").getAll(account), list, most);
    const taken = batch.map((entry) => ({ ...entry, sent: true }));
    for (const entry of taken) await writing.store.put(entry);
    await writing.done;
    return taken;
  }

  /** @param {readonly string[]} ids */
  async drop(ids) {
    const writing = this.database.transaction("edits", "readwrite");
    for (const id of ids) {
      const key = await writing.store.index("edit").getKey(id);
      if (key !== undefined) await writing.store.delete(key);
    }
    await writing.done;
  }

  /** @param {readonly Entry[]} entries */
  async setAside(entries) {
    const writing = this.database.transaction("edits", "readwrite");
    for (const entry of entries) {
      const key = await writing.store.index("edit").getKey(entry.edit.id);
      if (key !== undefined) await writing.store.put({ ...entry, n: key, state: "aside" });
    }
    await writing.done;
  }

  /** @param {string} key */
  copy(key) {
    return this.database.get("copies", key);
  }

  /** @param {string} key @param {unknown} value */
  async keepCopy(key, value) {
    await this.database.put("copies", value, key);
  }

  /** @param {string} key */
  async dropCopy(key) {
    await this.database.delete("copies", key);
  }

  async dropCopies() {
    await this.database.clear("copies");
  }
}

/** The same for as long as the page is open. @implements {Store} */
export class PageStore {
  constructor() {
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
      const known = this.kept.some(({ edit }) => edit.id === entry.edit.id);
      if (known) this.replace([entry]);
      else if (add) this.replace([add]);
      else this.kept = [...this.kept, { ...entry, n: this.next++ }];
    }
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

  /** @param {readonly Entry[]} entries */
  replace(entries) {
    const news = new Map(entries.map((entry) => [entry.edit.id, entry]));
    this.kept = this.kept.map((entry) => news.get(entry.edit.id) ?? entry);
  }
}
