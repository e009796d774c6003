/** What a reader can do on the page of one list, and what the page tells them about it. */

/** @import { Edit, Item, ListChanged } from '../shared/shapes.js' */
/** @import { Entry } from '../shared/queue.js' */
/** @import { OpenList, Wish } from './open-list.js' */
import { signal } from "@preact/signals";
import { amount } from "../shared/amounts.js";
import { newId } from "../shared/ids.js";
import { t } from "../shared/words.js";
import * as model from "./model.js";

/** @typedef {{text: string, undo: Wish[] | null}} Snack */

const SNACK_MS = 6000;
const IDS_AN_EDIT = 500;

export class Screen {
  /** @param {OpenList} list */
  constructor(list) {
    this.list = list;
    this.session = list.session;
    this.snack = signal(/** @type {Snack | null} */ (null));
    /** @type {string[]} what the notice on the screen says was removed */
    this.removed = [];
    /** @type {string | null} the id of a copy whose making was not answered yet */
    this.copyId = null;
    /** The item that was last added or taken up, to be scrolled into view. */
    this.added = signal(/** @type {string | null} */ (null));
    /** What a screen reader says about others' doings. */
    this.said = signal("");
    list.onOverruled = (edit) => this.show(t("list.overruled", { text: this.nameOf(edit) }));
    list.onTold = (told) => this.say(told);
  }

  // --- items ---

  /** Add what was typed; what is bought already is taken up again in place of a second one. @param {string} typed */
  add(typed) {
    const state = this.list.shown.peek();
    const text = typed.trim();
    if (!text) return;
    const items = state ? model.onList(state) : [];
    const twin = model.sameOpen(items, text, null);
    const bought = twin ? undefined : model.sameBought(items, text);
    const item = bought?.id ?? newId();
    if (bought) this.takeUp(bought);
    else this.list.edit({ kind: "add", item, text });
    if (twin) this.showMerged(twin, item);
    this.added.value = twin?.id ?? item;
  }

  /** @param {Item} bought */
  takeUp(bought) {
    this.list.edit({ kind: "tick", item: bought.id, ticked: false });
    if (bought.quantity !== null) this.list.edit({ kind: "set", item: bought.id, quantity: null });
  }

  /** @param {Item} twin @param {string} item the id of the add that it takes in */
  showMerged(twin, item) {
    const now = this.list.shown.peek()?.items.get(twin.id);
    if (now) this.show(t("list.merged", { text: now.text, amount: amount(now) }), [{ kind: "remove", item }]);
  }

  /** @param {Item} item */
  toggle(item) {
    this.list.hold(item.id, item.ticked ? "bought" : "open");
    this.list.edit({ kind: "tick", item: item.id, ticked: !item.ticked });
  }

  /** Only what is another is sent, so that it does not overrule what others did meanwhile. @param {Item} item @param {Partial<Item>} fields */
  save(item, fields) {
    const known = /** @type {Record<string, unknown>} */ (item);
    const news = Object.entries(fields).filter(([name, value]) => known[name] !== value);
    if (news.length) this.list.edit({ kind: "set", item: item.id, ...Object.fromEntries(news) });
  }

  /** @param {Item} item @param {-1 | 1} step */
  move(item, step) {
    const state = this.list.shown.peek();
    if (!state) return;
    const { open } = model.parts(model.onList(state), this.list.held.peek());
    this.list.edit(...model.moved(open, item.id, step).map((place) => /** @type {Wish} */ ({ kind: "set", ...place })));
  }

  /** @param {readonly Item[]} items */
  remove(items) {
    const ids = items.map((item) => item.id);
    this.list.edit(...inSteps(ids).map((some) => /** @type {Wish} */ ({ kind: "remove", items: some })));
    const removed = [...this.removed, ...ids];
    const back = inSteps(removed).map((some) => /** @type {Wish} */ ({ kind: "restore", items: some }));
    this.show(t("list.removed", { count: removed.length }), back);
    this.removed = removed;
  }

  /** @param {readonly Item[]} items */
  untick(items) {
    const ids = items.map((item) => item.id);
    this.list.edit(...inSteps(ids).map((some) => /** @type {Wish} */ ({ kind: "tick", items: some, ticked: false })));
  }

  // --- the list itself ---

  /** @param {string} title */
  rename(title) {
    if (title.trim() && title.trim() !== this.list.shown.peek()?.list.title) this.list.edit({ kind: "rename", title: title.trim() });
  }

  async copy() {
    this.copyId ??= newId();
    const { list } = await this.session.live.call("lists.copy", { list: this.list.id, id: this.copyId });
    location.assign(`/list/${list.id}`);
  }

  /** @param {boolean} archived */
  async archive(archived) {
    await this.session.live.call("lists.archive", { list: this.list.id, archived });
    location.assign("/list");
  }

  async removeList() {
    await this.session.live.call("lists.delete", { list: this.list.id });
    location.assign("/list");
  }

  async leave() {
    await this.session.live.call("members.leave", { list: this.list.id });
    location.assign("/list");
  }

  /** @returns {Promise<{person: {id: string, name: string | null}, role: 'owner' | 'editor' | 'viewer'}[]>} */
  async members() {
    return (await this.session.live.call("members.list", { list: this.list.id })).members;
  }

  /** A link under the address at which this reader reached the house. @param {string} role @returns {Promise<string>} */
  async invite(role) {
    const { url } = await this.session.live.call("members.invite", { list: this.list.id, role, link: true });
    return location.origin + new URL(url, location.origin).pathname;
  }

  /** @param {number} [before] @returns {Promise<{changes: import("../shared/shapes.js").Change[], more: boolean}>} */
  history(before) {
    return this.session.live.call("lists.history", { list: this.list.id, ...(before && { before }) });
  }

  /** @param {number} revision @param {string} id the same when tried again */
  async undo(revision, id) {
    await this.session.live.call("lists.undo", { list: this.list.id, revision, id });
  }

  // --- what was not saved ---

  /** @param {Entry} entry */
  retry(entry) {
    void this.session.outbox.retry(entry, { at: this.session.clock.at(), seen: this.list.revision() });
  }

  /** @param {Entry} entry */
  drop(entry) {
    void this.session.outbox.drop(entry.edit.id);
  }

  /** What an edit is about, by name. @param {Edit} edit */
  nameOf(edit) {
    const item = edit.item ?? edit.items?.[0] ?? "";
    return edit.text ?? edit.title ?? this.list.shown.peek()?.items.get(item)?.text ?? t("unsaved.unknown_item");
  }

  // --- short notices ---

  /** @param {string} text @param {Wish[] | null} [undo] */
  show(text, undo = null) {
    clearTimeout(this.showing);
    this.removed = [];
    this.snack.value = { text, undo };
    this.showing = setTimeout(() => this.hideSnack(), SNACK_MS);
  }

  hideSnack() {
    this.snack.value = null;
    this.removed = [];
  }

  undoSnack() {
    const undo = this.snack.peek()?.undo;
    this.hideSnack();
    if (undo) this.list.edit(...undo);
  }

  /** @param {ListChanged} told */
  say(told) {
    const others = told.changes.filter((change) => change.by !== this.session.user.id);
    const added = others.flatMap(({ by, items }) =>
      Object.values(items).flatMap((fields) => (fields.added_by && fields.text ? { by, text: fields.text } : [])),
    );
    if (added.length === 0) return;
    const name = this.list.confirmed.peek()?.people.get(added[0].by ?? "") ?? t("list.someone");
    this.said.value = t("list.said_added", { name, text: added.map(({ text }) => text).join(", ") });
  }
}

/** @param {readonly string[]} ids @returns {string[][]} */
function inSteps(ids) {
  const steps = [];
  for (let from = 0; from < ids.length; from += IDS_AN_EDIT) steps.push(ids.slice(from, from + IDS_AN_EDIT));
  return steps;
}
