/** What a list tells its reader in passing: a short notice with a way back, and what others did, for a screen reader. */

/** @import { ListChanged } from '../shared/shapes.js' */
/** @import { OpenList, Wish } from './open-list.js' */
import { signal } from "@preact/signals";
import { t } from "../shared/words.js";
import { inSteps } from "./model.js";

/** @typedef {{text: string, undo: Wish[] | null}} Snack */

const SNACK_MS = 6000;

export class Notices {
  /** @param {OpenList} list */
  constructor(list) {
    this.list = list;
    this.snack = signal(/** @type {Snack | null} */ (null));
    /** @type {string[]} what the notice on the screen says was removed */
    this.gathered = [];
    /** What a screen reader says about others' doings. */
    this.said = signal("");
  }

  /** @param {string} text @param {Wish[] | null} [undo] the edits that take it back */
  show(text, undo = null) {
    clearTimeout(this.showing);
    this.gathered = [];
    this.snack.value = { text, undo };
    this.showing = setTimeout(() => this.hide(), SNACK_MS);
  }

  hide() {
    this.snack.value = null;
    this.gathered = [];
  }

  /** Take back what the notice tells, by edits of now: so it works without the network. */
  undo() {
    const undo = this.snack.peek()?.undo;
    this.hide();
    if (undo) this.list.takeBack(undo);
  }

  /** Items were removed; removals that follow one another are told together. @param {readonly string[]} ids */
  removed(ids) {
    const gathered = [...this.gathered, ...ids];
    const back = inSteps(gathered).map((items) => /** @type {Wish} */ ({ kind: "restore", items }));
    this.show(t("list.removed", { count: gathered.length }), back);
    this.gathered = gathered;
  }

  /** @param {ListChanged} told */
  say(told) {
    const others = told.changes.filter((change) => change.by !== this.list.session.user.id);
    const added = others.flatMap(({ by, items }) =>
      Object.values(items).flatMap((fields) => (fields.added_by && fields.text ? { by, text: fields.text } : [])),
    );
    if (added.length === 0) return;
    const name = this.list.confirmed.peek()?.people.get(added[0].by ?? "") ?? t("list.someone");
    this.said.value = t("list.said_added", { name, text: added.map(({ text }) => text).join(", ") });
  }
}
