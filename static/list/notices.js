/** What a list tells its reader in passing: a short notice with a way back, and what others did, for a screen reader. */

/** @import { ListChanged } from '../shared/shapes.js' */
/** @import { Snack } from '../shared/snacks.js' */
/** @import { OpenList, Wish } from './open-list.js' */
import { signal } from "@preact/signals";
import { SNACK_MS, Snacks } from "../shared/snacks.js";
import { t } from "../shared/words.js";
import { inSteps } from "./model.js";
import { deedsIn, saidOf } from "./said.js";
import { named } from "./steps.js";

/** @typedef {Snack & {undo?: readonly Wish[] | null}} Told edits that take it back, if there are any */

const SAY_MS = 5000;
const LONGEST_NAME = 40;

/** A text cut so that the sentence about it is read whole. @param {string} text */
export const brief = (text) => {
  const letters = [...text];
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME).join("").trimEnd()}…` : text;
};

/** @extends {Snacks<Told>} */
export class Notices extends Snacks {
  /** @param {OpenList} list */
  constructor(list) {
    super();
    this.list = list;
    /** @type {readonly string[]} what the notice on the screen says was removed */
    this.gathered = [];
    this.removedAt = 0;
    /** What a screen reader says about others' doings. */
    this.said = signal("");
    /** @type {import("./said.js").Deed[]} */
    this.heard = [];
  }

  /** Tell what was done just now. @param {string} text @param {readonly Wish[] | null} [undo] the edits that take it back */
  show(text, undo = null) {
    const left = named(this.list.shown.peek(), undo ?? []);
    this.put({ text, undo, ...(undo && { take: () => this.list.takeBack(undo, left) }) });
  }

  /** Tell something that the reader may answer. @param {string} text @param {string} label @param {() => void} take */
  offer(text, label, take) {
    this.put({ text, undo: null, label, take });
  }

  /** @override @param {Told} snack */
  put(snack) {
    this.gathered = [];
    super.put(snack);
  }

  /** @override */
  hide() {
    this.gathered = [];
    super.hide();
  }

  /** Take back what the notice tells, by edits of now: so it works without the network. */
  undo() {
    if (this.snack.peek()?.undo) this.take();
  }

  /** Items were removed; removals that follow soon on one another are told together, however long the notice stays. @param {readonly string[]} ids */
  removed(ids) {
    const soon = Date.now() - this.removedAt < SNACK_MS;
    const gathered = soon ? [...this.gathered, ...ids] : ids;
    const back = inSteps(gathered).map((items) => /** @type {Wish} */ ({ kind: "restore", items }));
    this.show(t("list.removed", { count: gathered.length }), back);
    this.gathered = gathered;
    this.removedAt = Date.now();
  }

  /** What others did is gathered for a while, so that a screen reader is not talked over. @param {ListChanged} told */
  say(told) {
    const state = this.list.confirmed.peek();
    if (!state) return;
    const deeds = deedsIn(told, state, this.list.session.user.id);
    if (deeds.length === 0) return;
    if (this.heard.length === 0) {
      // Said in the same words again, it would be no news to a screen reader.
      this.said.value = "";
      setTimeout(() => this.speak(), SAY_MS);
    }
    this.heard.push(...deeds);
  }

  speak() {
    this.said.value = saidOf(this.heard);
    this.heard = [];
  }
}
