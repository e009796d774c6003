/** The page of one list: its bar, its rows, what was not saved, and the bar to add. */

/** @import { Item } from '../shared/shapes.js' */
/** @import { Entry } from '../shared/queue.js' */
/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
/** @import { Session } from '../shared/session.js' */
import { useSignal } from "@preact/signals";
import { Component } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { amount } from "../shared/amounts.js";
import { copyText } from "../shared/copy.js";
import { Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { Connection } from "../shared/parts.js";
import { number, t } from "../shared/words.js";
import { ItemSheet } from "./item-view.js";
import { Menu } from "./menu-view.js";
import { asText, onList, parts } from "./model.js";

/** @typedef {(item: Item) => void} OnItem */

/** @param {{screen: Screen}} props */
export function ListPage({ screen }) {
  const { list, session } = screen;
  const state = list.shown.value;
  if (list.gone.value) return html`<${Gone} screen=${screen} state=${state} />`;
  return html`
    ${state ? html`<${Known} screen=${screen} state=${state} />` : html`<${Waiting} session=${session} />`}
    <div class="foot">
      <${Snackbar} screen=${screen} />
      ${state?.list.right !== "view" && html`<${AddBar} add=${(/** @type {string} */ text) => screen.add(text)} />`}
    </div>
    <p class="unseen" role="status" aria-live="polite">${screen.said.value}</p>
  `;
}

/** @param {{screen: Screen, state: State}} props */
const Known = ({ screen, state }) => html`
  <${Bar} screen=${screen} state=${state}>
    ${state.list.archived && html`<p class="muted">${t("list.archived")}</p>`}
    ${state.list.right === "view" && html`<p class="muted">${t("list.look_only")}</p>`}
    <${Unsaved} screen=${screen} entries=${screen.list.aside.value} />
    <${Rows} screen=${screen} state=${state} />
  <//>
`;

/** @param {{screen: Screen, state: State, children?: import("preact").ComponentChildren}} props */
function Bar({ screen, state, children }) {
  const menu = useSignal(false);
  const items = onList(state);
  const done = items.filter((item) => item.ticked).length;
  const progress = t("list.progress", { done, total: items.length });
  const side = html`
    <span class="bar-count" aria-label=${progress}>${t("lists.counts", { done, total: items.length })}</span>
    <button class="round" type="button" aria-label=${t("do.menu")} onClick=${() => (menu.value = true)}><${Icon} name="more" /></button>
  `;
  const below = html`
    <progress class="progress" max=${items.length || 1} value=${done} aria-label=${progress}></progress>
    <${Connection} session=${screen.session} />
  `;
  return html`
    <${Page} title=${state.list.title} back="/list" side=${side} below=${below}>${children}<//>
    ${menu.value && html`<${Menu} screen=${screen} state=${state} close=${() => (menu.value = false)} />`}
  `;
}

/** @param {{screen: Screen, state: State}} props */
function Rows({ screen, state }) {
  const chosen = useSignal(/** @type {string | null} */ (null));
  const toggle = useRef((/** @type {Item} */ item) => screen.toggle(item)).current;
  const choose = useRef((/** @type {Item} */ item) => void (chosen.value = item.id)).current;
  const { open, bought } = parts(onList(state), screen.list.held.value);
  const fixed = state.list.right === "view";
  const added = screen.added.value;
  useEffect(() => document.getElementById(`item-${added}`)?.scrollIntoView({ block: "nearest" }), [added]);
  const item = chosen.value === null ? undefined : state.items.get(chosen.value);
  /** @param {Item} item */
  const row = (item) => html`<${Row} key=${item.id} item=${item} fixed=${fixed} toggle=${toggle} choose=${choose} />`;
  return html`
    ${open.length + bought.length === 0 && html`<p class="empty">${t("list.empty")}</p>`}
    ${open.length === 0 && bought.length > 0 && html`<p class="empty">${t("list.all_bought")}</p>`}
    <ul class="plain" aria-label=${state.list.title}>${open.map(row)}</ul>
    ${bought.length > 0 && html`
      <details class="folded" open>
        <summary>${t("list.bought", { count: bought.length })}</summary>
        <ul class="plain">${bought.map(row)}</ul>
        ${!fixed && html`<button class="button" type="button" onClick=${() => screen.remove(bought)}>${t("list.clear")}</button>`}
      </details>
    `}
    ${item && !item.removed && html`
      <${ItemSheet} screen=${screen} item=${item} people=${state.people} fixed=${fixed} close=${() => (chosen.value = null)} />
    `}
  `;
}

/**
 * A row is drawn again only when its item is another: a tap in a long list costs one row.
 * @extends {Component<{item: Item, fixed: boolean, toggle: OnItem, choose: OnItem}>}
 */
class Row extends Component {
  /** @param {{item: Item, fixed: boolean}} next */
  shouldComponentUpdate(next) {
    return next.item !== this.props.item || next.fixed !== this.props.fixed;
  }

  render() {
    const { item, fixed, toggle, choose } = this.props;
    const chip = amount(item);
    const second = secondLine(item);
    return html`
      <li class="row" id=${`item-${item.id}`}>
        <label class="row-main tick">
          <input class="ring" type="checkbox" checked=${item.ticked} disabled=${fixed} onChange=${() => toggle(item)}
            aria-label=${[item.text, chip, item.note].filter(Boolean).join(", ")} />
          <span class="row-words">
            <span class="row-text">${item.text}</span>
            ${second && html`<span class="row-second">${second}</span>`}
          </span>
          ${chip && html`<span class="chip">${chip}</span>`}
        </label>
        <button class="round" type="button" aria-label=${t("do.more", { name: item.text })} onClick=${() => choose(item)}>
          <${Icon} name="more" />
        </button>
      </li>
    `;
  }
}

/** @param {Item} item */
const secondLine = ({ note, category, price }) =>
  [note, category, price === null ? null : number(price)].filter((part) => part !== null && part !== "").join(" · ");

/** @param {{add: (text: string) => void}} props */
function AddBar({ add }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const text = useSignal("");
  useEffect(() => focusOnKey(field), []);
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (text.value.trim()) add(text.value);
    text.value = "";
    field.current?.focus();
  };
  return html`
    <form class="add-bar" onSubmit=${submit}>
      <div class="add-bar-inside">
        <div class="add-bar-line">
          <input class="add-field" ref=${field} aria-label=${t("list.add")} placeholder=${t("list.add_example")} maxlength="500"
            autocomplete="off" enterkeyhint="done" value=${text.value}
            onInput=${(/** @type {any} */ event) => (text.value = event.target.value)} />
          <button class="round main" type="submit" aria-label=${t("list.do_add")}><${Icon} name="add" /></button>
        </div>
      </div>
    </form>
  `;
}

/** `n` and `/` lead to the field, unless someone types elsewhere. @param {{current: HTMLInputElement | null}} field */
function focusOnKey(field) {
  /** @param {KeyboardEvent} event */
  const hear = (event) => {
    const typing = event.target instanceof Element && event.target.matches("input:not([type=checkbox]), textarea, select, dialog *");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !["n", "/"].includes(event.key)) return;
    event.preventDefault();
    field.current?.focus();
  };
  addEventListener("keydown", hear);
  return () => removeEventListener("keydown", hear);
}

/** @param {{screen: Screen}} props */
function Snackbar({ screen }) {
  const snack = screen.snack.value;
  if (!snack) return null;
  return html`
    <div class="snack" role="status">
      <span class="wrap">${snack.text}</span>
      ${snack.undo && html`<button class="button quiet" type="button" onClick=${() => screen.undoSnack()}>${t("do.undo")}</button>`}
    </div>
  `;
}

/** Edits that the server refused: kept, and their author decides. @param {{screen: Screen, entries: readonly Entry[]}} props */
const Unsaved = ({ screen, entries }) =>
  entries.length > 0 &&
  html`
    <section class="card warn" aria-label=${t("unsaved.title")}>
      <h2>${t("unsaved.title")}</h2>
      <ul class="plain">${entries.map((entry) => html`<${UnsavedRow} key=${entry.edit.id} screen=${screen} entry=${entry} />`)}</ul>
    </section>
  `;

/** @param {{screen: Screen, entry: Entry}} props */
function UnsavedRow({ screen, entry }) {
  const copied = useSignal("");
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const { edit, problem } = entry;
  const text = screen.nameOf(edit);
  const what = edit.kind === "tick" && !edit.ticked ? "untick" : edit.kind;
  const copy = async () => (copied.value = t((await copyText(text, field.current)) ? "state.copied" : "state.select_and_copy"));
  return html`
    <li class="row tall">
      <div class="row-main">
        <span class="row-text">${t(`unsaved.${what}`, { text })}</span>
        <span class="row-second">${copied.value || problem?.message || t("problem.other")}</span>
        <input class="unseen" ref=${field} value=${text} readonly tabindex="-1" aria-hidden="true" />
        <span class="buttons">
          <button class="button" type="button" onClick=${() => screen.retry(entry)}>${t("do.retry")}</button>
          <button class="button" type="button" onClick=${copy}>${t("do.copy_text")}</button>
          <button class="button" type="button" onClick=${() => screen.drop(entry)}>${t("do.drop")}</button>
        </span>
      </div>
    </li>
  `;
}

/** @param {{screen: Screen, state: State | null}} props */
const Gone = ({ screen, state }) => html`
  <${Page} title=${state?.list.title ?? t("app.name")} back="/list">
    <section class="card">
      <p>${t(`list.gone.${screen.list.gone.value ?? "unknown"}`)}</p>
      ${state && html`
        <p class="muted">${t("list.gone_text")}</p>
        <textarea class="text" rows="8" readonly>${asText(state, (item) => [item.text, amount(item)].filter(Boolean).join(" · "))}</textarea>
      `}
      <a class="button" href="/list">${t("nav.lists")}</a>
    </section>
    <${Unsaved} screen=${screen} entries=${screen.list.aside.value} />
  <//>
`;

/** Six grey rows, shown by the stylesheet only if the list takes longer than a moment. @param {{session: Session}} props */
const Waiting = ({ session }) => html`
  <${Page} title="" back="/list" below=${html`<${Connection} session=${session} />`}>
    <ul class="plain waiting" aria-hidden="true">${Array.from({ length: 6 }, (_, place) => html`<li class="row" key=${place}></li>`)}</ul>
  <//>
`;
