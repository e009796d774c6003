/** What a reader can do on the page of one list, and what the page tells them about it. */

/** @import { Edit, Item } from '../shared/shapes.js' */
/** @import { Entry } from '../shared/queue.js' */
/** @import { OpenList, Wish } from './open-list.js' */
import { signal } from "@preact/signals";
import { here } from "../shared/here.js";
import { newId } from "../shared/ids.js";
import { rememberDeleted } from "../lists/lists.js";
import { goTo } from "../shared/sheets.js";
import { t } from "../shared/words.js";
import { amount } from "../shared/amounts.js";
import { Adding } from "./adding.js";
import { Members } from "./members.js";
import * as model from "./model.js";
import { Notices } from "./notices.js";
import { Overruled } from "./overruled.js";

export class Screen {
  /** @param {OpenList} list */
  constructor(list) {
    this.list = list;
    this.session = list.session;
    this.notices = new Notices(list);
    this.adding = new Adding(list, this.notices);
    /** The item whose details are open. */
    this.chosen = signal(/** @type {string | null} */ (null));
    this.circle = new Members(list);
    this.members = this.circle.known;
    /** What stands in the right column, or in a sheet, besides an item. */
    this.side = signal(/** @type {'members' | 'shares' | 'history' | null} */ (null));
    /** @type {string | null} the id of a copy whose making was not answered yet */
    this.copyId = null;
    this.overruled = new Overruled(list, this.notices, (edit) => this.nameOf(edit));
    list.onOverruled = (edit) => this.overruled.lost(edit);
    list.onTold = (told) => {
      this.overruled.told(told);
      this.notices.say(told);
    };
    /** @type {readonly Entry[]} what the notice on the screen says was dropped */
    this.dropped = [];
    /** @type {import("./notices.js").Told | null} that notice */
    this.told = null;
    this.unsaved = 0;
    /** Whether all that was not saved is unfolded: it stays so where the list goes and takes its page along. */
    this.unfolded = signal(false);
    this.tellUnsaved();
  }

  // --- items ---

  /** @param {Item} item */
  toggle(item) {
    this.list.hold(item);
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
    const place = this.open().findIndex(({ id }) => id === item.id);
    if (place >= 0) this.place(item.id, place + step);
  }

  /** Bring an item to a place among those that are to buy. @param {string} id @param {number} to */
  place(id, to) {
    if (this.list.isTaken(id)) return;
    const wishes = model.placed(this.open(), id, to).map((place) => /** @type {Wish} */ ({ kind: "set", ...place }));
    if (wishes.length > 0) this.list.edit(...wishes);
  }

  /** What the screen shows as to buy, in its order. */
  open() {
    const state = this.list.shown.peek();
    return state ? model.parts(model.onList(state), this.list.held.peek()).open : [];
  }

  /** @param {readonly Item[]} items */
  remove(items) {
    const ids = items.map((item) => item.id);
    this.list.edit(...model.inSteps(ids).map((some) => /** @type {Wish} */ ({ kind: "remove", items: some })));
    this.notices.removed(ids);
  }

  /** Take all that is bought off the list, and nothing that was just unticked. */
  clearBought() {
    const state = this.list.shown.peek();
    const bought = state ? model.onList(state).filter((item) => item.ticked) : [];
    if (bought.length > 0) this.remove(bought);
  }

  /** Take back the last own step, and what the notice on the screen tells if that is it. */
  undoLast() {
    const { list, notices } = this;
    const told = notices.snack.peek()?.undo;
    const state = list.shown.peek();
    if (told && list.steps.covers(told)) notices.undo();
    else if (state) list.takeBack(list.steps.last(state));
  }

  /** @param {readonly Item[]} items */
  untick(items) {
    const ids = items.map((item) => item.id);
    this.list.edit(...model.inSteps(ids).map((some) => /** @type {Wish} */ ({ kind: "tick", items: some, ticked: false })));
  }

  // --- the list itself ---

  /** @param {string} title */
  rename(title) {
    if (title.trim() && title.trim() !== this.list.shown.peek()?.list.title) this.list.edit({ kind: "rename", title: title.trim() });
  }

  async copy() {
    this.copyId ??= newId();
    const { list } = await this.session.live.call("lists.copy", { list: this.list.id, id: this.copyId });
    void goTo(`/list/${list.id}`);
  }

  /** @param {boolean} archived */
  async archive(archived) {
    await this.session.live.call("lists.archive", { list: this.list.id, archived });
    void goTo("/list");
  }

  /** In place, unlike putting it away. */
  async unarchive() {
    await this.session.live.call("lists.archive", { list: this.list.id, archived: false });
  }

  async removeList() {
    const title = this.list.shown.peek()?.list.title ?? "";
    await this.session.live.call("lists.delete", { list: this.list.id });
    rememberDeleted({ id: this.list.id, title });
    void goTo("/list");
  }

  async leave() {
    await this.session.live.call("members.leave", { list: this.list.id });
    void goTo("/list");
  }

  /** @param {string} person */
  async removeMember(person) {
    await this.session.live.call("members.remove", { list: this.list.id, person });
    // Taken off is taken off, also where who is left could not be read.
    this.members.value = this.members.peek().filter((member) => member.person.id !== person);
    void this.circle.read().catch(() => {});
  }

  /** A link under the address at which this reader reached the house. @param {string} role @returns {Promise<string>} */
  async invite(role) {
    const { url } = await this.session.live.call("members.invite", { list: this.list.id, role, link: true });
    return here(url);
  }

  /** A code goes by mail to one person. @param {string} role @param {string} email */
  async inviteByMail(role, email) {
    await this.session.live.call("members.invite", { list: this.list.id, role, email });
  }

  /** What is still open, each link under the address at which this reader reached the house. @returns {Promise<import("./invitations-view.js").Invitation[]>} */
  async invitations() {
    const { invitations } = await this.session.live.call("members.invitations", { list: this.list.id });
    return invitations.map((/** @type {import("./invitations-view.js").Invitation} */ one) => ({ ...one, url: one.url && here(one.url) }));
  }

  /** @param {string} id of an invitation */
  async uninvite(id) {
    await this.session.live.call("members.uninvite", { list: this.list.id, id });
  }

  /** @param {string} person @param {string} role */
  async setRole(person, role) {
    await this.session.live.call("members.set_role", { list: this.list.id, person, role });
    await this.circle.read().catch(() => {});
  }

  get historyKey() {
    return `history ${this.session.user.id} ${this.list.id}`;
  }

  /** A page of it; the newest is kept on the device for when there is no network. @param {number} [before] @returns {Promise<import("./history.js").Pages>} */
  async history(before) {
    const { live, keepCopy } = this.session;
    const read = await live.call("lists.history", { list: this.list.id, ...(before && { before }) });
    if (!before) await keepCopy(this.historyKey, read);
    return read;
  }

  /** @returns {Promise<import("./history.js").Pages | null>} */
  async keptHistory() {
    const kept = await this.session.store.copy(this.historyKey).catch(() => null);
    return Array.isArray(kept?.changes) ? kept : null;
  }

  /** @param {number} revision @param {string} id the same when tried again */
  async undo(revision, id) {
    await this.session.live.call("lists.undo", { list: this.list.id, revision, id });
  }

  // --- what was not saved ---

  /** The card may be far up: say that there is something new in it. */
  tellUnsaved() {
    this.unsaved = this.list.aside.peek().length;
    this.list.aside.subscribe((entries) => {
      const news = entries.length - this.unsaved;
      this.unsaved = entries.length;
      if (news > 0) this.notices.offer(t("unsaved.told", { count: news }), t("unsaved.show"), showUnsaved);
    });
  }

  /** In their order, as an edit may need the one before it. @param {...Entry} entries */
  async retry(...entries) {
    for (const entry of entries)
      await this.session.outbox.retry(entry, { at: this.session.clock.at(), seen: this.list.revision() });
  }

  /** Those that are dropped one after the other come back together. @param {...Entry} entries */
  drop(...entries) {
    const { notices, session } = this;
    const dropped = notices.snack.peek() === this.told ? [...this.dropped, ...entries] : entries;
    for (const entry of entries) void session.outbox.drop(entry.edit.id);
    notices.offer(t("unsaved.dropped", { count: dropped.length }), t("do.undo"), () => this.putBack(dropped));
    this.told = notices.snack.peek();
    this.dropped = dropped;
  }

  /** What comes back was told before. @param {readonly Entry[]} entries */
  putBack(entries) {
    this.unsaved += entries.length;
    void this.session.outbox.putBack(entries);
  }

  /** What an edit is about, by name; whoever draws it is drawn again when the list has come. @param {Edit} edit */
  nameOf(edit) {
    const item = edit.item ?? edit.items?.[0] ?? "";
    const add = this.list.own.value.find((entry) => entry.edit.kind === "add" && entry.edit.item === item);
    return edit.text ?? edit.title ?? this.list.shown.value?.items.get(item)?.text ?? add?.edit.text ?? t("unsaved.unknown_item");
  }

  /** The same with the amount that it carries. @param {Edit} edit */
  lineOf(edit) {
    const typed = { quantity: edit.quantity ?? null, unit: edit.unit ?? null };
    return [this.nameOf(edit), amount(typed), edit.note].filter(Boolean).join(" · ");
  }

  /** The person has what they wanted of a list that is gone: what this device kept of it goes too. */
  async leaveGone() {
    clearTimeout(this.list.keeping);
    for (const key of [this.list.copyKey, this.circle.copyKey, this.historyKey]) await this.session.store.dropCopy(key).catch(() => {});
    location.assign("/list");
  }

}

const showUnsaved = () => document.querySelector(".unsaved")?.scrollIntoView({ block: "center" });
