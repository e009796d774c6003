/** Adding to a list: what was typed becomes items, joins those that are there, or takes up those that were bought. */

/** @import { Notices } from './notices.js' */
/** @import { OpenList } from './open-list.js' */
/** @import { Step } from './plan.js' */
import { computed, signal } from "@preact/signals";
import { amount } from "../shared/amounts.js";
import { newId } from "../shared/ids.js";
import { onRemembered, recall, remember } from "../shared/memory.js";
import { reader, readerSoon } from "../shared/reader.js";
import { t } from "../shared/words.js";
import { onList } from "./model.js";
import { brief } from "./notices.js";
import { planned } from "./plan.js";
import { MOST_AT_ONCE, read } from "./typed.js";

// So many at once are worth a way back.
const MANY = 5;

export class Adding {
  /** @param {OpenList} list @param {Notices} notices */
  constructor(list, notices) {
    this.list = list;
    this.notices = notices;
    this.key = `typed ${list.session.user.id} ${list.id}`;
    /** What is typed and not added yet; it outlives the page, and all tabs have the same. */
    this.text = signal(recall(this.key) ?? "");
    this.items = computed(() => read(this.text.value));
    this.tooMany = computed(() => this.items.value.length > MOST_AT_ONCE);
    /** Where what was added last is shown: to be scrolled to, and to glow where it was there before. */
    this.arrived = signal(/** @type {{id: string, glows: boolean} | null} */ (null));
  }

  /** @param {string} text */
  type(text) {
    this.text.value = text;
    remember(this.key, text || null);
  }

  /** Take over what another tab typed or added. */
  recallTyped() {
    this.text.value = recall(this.key) ?? "";
  }

  /** A page that the browser kept, for the way back, was told of nothing meanwhile. @returns {() => void} ends it */
  hearTabs() {
    const recall = () => this.recallTyped();
    const back = (/** @type {PageTransitionEvent} */ event) => event.persisted && recall();
    const stop = onRemembered(this.key, recall);
    addEventListener("pageshow", back);
    return () => {
      stop();
      removeEventListener("pageshow", back);
    };
  }

  /** Add what is typed, unless it is too much: then it stays. */
  addTyped() {
    if (this.tooMany.peek()) return;
    const text = this.text.peek();
    this.text.value = "";
    void this.add(text);
  }

  /**
   * What is typed before the reader has come waits for it, but not for long, nor longer than the page is there; till then
   * the device remembers it.
   * @param {string} text
   */
  async add(text) {
    if (!text.trim()) return;
    if (!reader.here.peek()) await readerSoon();
    if (this.text.peek() === "") remember(this.key, null);
    this.addItems(read(text).slice(0, MOST_AT_ONCE));
  }

  /** @param {ReturnType<typeof read>} typed */
  addItems(typed) {
    const state = this.list.shown.peek();
    const steps = planned(state ? onList(state) : [], typed, newId);
    const wishes = steps.flatMap((step) => step.wishes);
    if (wishes.length > 0) this.list.edit(...wishes);
    const last = steps.at(-1);
    if (last) this.arrived.value = { id: last.id, glows: !last.own };
    this.tell(steps);
  }

  /** Nothing to say of a few new items, which are seen; of all else, and of many, with the way back. @param {readonly Step[]} steps */
  tell(steps) {
    const grown = steps.filter((step) => step.what === "grown" && !step.own);
    const back = steps.filter((step) => step.what === "back");
    const news = new Set(steps.flatMap((step) => (step.what === "new" ? step.id : [])));
    const many = news.size >= MANY;
    const words = [
      many ? t("list.added", { count: news.size }) : "",
      grown.length > 0 ? this.grownWords(grown) : "",
      back.length > 0 ? this.backWords(back) : "",
    ].filter(Boolean);
    const undone = many ? steps : [...grown, ...back];
    if (words.length > 0) this.notices.show(words.join(" · "), undone.flatMap((step) => step.undo));
  }

  /** @param {readonly Step[]} grown */
  grownWords(grown) {
    const ids = new Set(grown.map((step) => step.id));
    const item = this.list.shown.peek()?.items.get(grown[0].id);
    if (ids.size > 1 || !item) return t("list.merged_many", { count: ids.size });
    return t("list.merged", { text: brief(item.text), amount: amount(item) });
  }

  /** @param {readonly Step[]} back */
  backWords(back) {
    const item = this.list.shown.peek()?.items.get(back[0].id);
    if (back.length > 1 || !item) return t("list.back_many", { count: back.length });
    return t("list.back", { text: brief(item.text) });
  }
}
