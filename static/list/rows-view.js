/** The rows of a list: what is to buy, and below it what is bought. */

/** @import { Item } from '../shared/shapes.js' */
/** @import { State } from './model.js' */
/** @import { Tops } from './motion.js' */
/** @import { VNode } from 'preact' */
/** @import { Deeds, Shows } from './row-view.js' */
/** @import { Screen } from './screen.js' */
import { signal, useSignal } from "@preact/signals";
import { Component, createRef, h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { recall, remember } from "../shared/memory.js";
import { t } from "../shared/words.js";
import { Gestures } from "./gestures.js";
import { hearKeys } from "./keys.js";
import { Late } from "./late.js";
import { onList, parts } from "./model.js";
import { Motion, glow, itemOf } from "./motion.js";
import { Row, showsTheSame } from "./row-view.js";
import { AllBought, Empty } from "./states-view.js";

const BOUGHT_SHOWN = 20;

/** @param {{screen: Screen, state: State}} props */
export function Rows({ screen, state }) {
  const { chosen } = screen;
  const stepping = useSignal(/** @type {string | null} */ (null));
  const help = useSignal(false);
  const all = useSignal(false);
  /** @type {Deeds} */
  const deeds = useRef({
    choose: (/** @type {string} */ id) => void (chosen.value = id),
    step: (/** @type {string | null} */ id) => void (stepping.value = id),
    setQuantity: (/** @type {Item} */ item, /** @type {number} */ quantity) => screen.save(item, { quantity }),
  }).current;
  useEffect(() => hearKeys(screen, () => (help.value = true)), []);
  const { open, bought } = parts(onList(state), screen.list.held.value);
  const fixed = state.list.right === "view";
  // Who may tick does nothing else.
  const bare = state.list.right !== "edit";
  const id = chosen.value;
  const item = id === null ? undefined : state.items.get(id);
  const there = item !== undefined && !item.removed;
  const stepped = stepping.value;
  const steps = stepped !== null && !bare && state.items.get(stepped)?.removed === false;
  // What someone removes and brings back must not open its details again, under another tap, nor take the focus for its
  // stepper. A tap between this drawing and its effect has chosen another.
  useEffect(() => {
    if (!there && chosen.peek() === id) chosen.value = null;
    if (!steps && stepping.peek() === stepped) stepping.value = null;
  });
  useEffect(() => () => void (chosen.value = null), []);
  const me = screen.list.session.user.id;
  /** A row is the same for as long as the page lasts, and hears itself what it shows: a tap draws one, and no list. */
  const drawn = useRef(/** @type {Map<string, {row: VNode, shows: Shows}>} */ (new Map())).current;
  /** @param {Item} item */
  const row = (item) => {
    const who = (item.added_by !== me && state.people.get(item.added_by ?? "")) || "";
    const news = { item, who, fixed, bare, stepping: stepped === item.id, deeds };
    let known = drawn.get(item.id);
    if (!known) {
      const shows = signal(news);
      drawn.set(item.id, (known = { row: h(Row, { key: item.id, shows }), shows }));
    } else if (!showsTheSame(known.shows.peek(), news)) known.shows.value = news;
    return known.row;
  };
  const shown = all.value ? bought : bought.slice(0, BOUGHT_SHOWN);
  return html`
    ${open.length + bought.length === 0 && html`<${Empty} screen=${screen} state=${state} />`}
    ${open.length === 0 && bought.length > 0 && html`<${AllBought} screen=${screen} fixed=${bare} />`}
    <${Moving} screen=${screen} open=${open} bought=${shown} chosen=${chosen.value}>
      <${Part} label=${state.list.title} rows=${open.map(row)} />
      ${bought.length > 0 && html`
        <details class="folded bought" open=${recall("bought") !== "folded"} onToggle=${keepFold}>
          <summary>${t("list.bought", { count: bought.length })}</summary>
          <${Part} rows=${shown.map(row)} />
          <div class="buttons">
            ${shown.length < bought.length && html`
              <button class="button" type="button" onClick=${() => (all.value = true)}>${t("list.show_all", { count: bought.length })}</button>
            `}
            ${!bare && html`<button class="button" type="button" onClick=${() => screen.clearBought()}>${t("list.clear")}</button>`}
          </div>
        </details>
      `}
    <//>
    ${there && html`
      <${Late} sheet="ItemSheet" screen=${screen} item=${item} people=${state.people} fixed=${bare} close=${() => (chosen.value = null)} />
    `}
    ${help.value && html`<${Late} sheet="KeysSheet" close=${() => (help.value = false)} />`}
  `;
}

/** @param {Event} event */
const keepFold = ({ target }) => remember("bought", /** @type {HTMLDetailsElement} */ (target).open ? null : "folded");

/** Drawn again for other rows only, or another order of them. @extends {Component<{label?: string, rows: readonly VNode[]}>} */
class Part extends Component {
  /** @param {{label?: string, rows: readonly VNode[]}} news */
  shouldComponentUpdate({ label, rows }) {
    const before = this.props;
    return label !== before.label || rows.length !== before.rows.length || rows.some((row, place) => row !== before.rows[place]);
  }

  render() {
    return html`<ul class="plain" aria-label=${this.props.label}>${this.props.rows}</ul>`;
  }
}

/** @typedef {{screen: Screen, open: readonly Item[], bought: readonly Item[], chosen: string | null}} Shown chosen: whose details are open */
/** @typedef {{tops: Tops, focused: string | undefined}} Before */

/**
 * What moves when its order is another, and what fingers and keys can do to it.
 * @extends {Component<Shown>}
 */
class Moving extends Component {
  /** @param {any} props */
  constructor(props) {
    super(props);
    this.root = createRef();
  }

  componentDidMount() {
    this.motion = new Motion(this.root.current);
    this.gestures = new Gestures(this.root.current, this.props.screen, this.motion);
  }

  componentWillUnmount() {
    this.gestures?.end();
  }

  /** Where rows are before they are drawn in another order. @param {Shown} before @returns {Before | null} */
  getSnapshotBeforeUpdate({ open, bought, chosen }) {
    if (!this.motion || (isSameOrder(open, this.props.open) && isSameOrder(bought, this.props.bought))) return null;
    const row = /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest("[data-item]"));
    // Details that close with their row gone had the focus from it.
    const closed = chosen !== null && this.props.chosen === null ? chosen : undefined;
    return { tops: this.motion.tops(), focused: row ? itemOf(row) : closed };
  }

  /** @param {Shown} shown @param {any} _ @param {Before | null} before */
  componentDidUpdate(shown, _, before) {
    if (!before) return;
    this.motion?.glide(before.tops);
    if (before.focused) this.keepFocus(before.focused, shown);
    const known = new Set([...shown.open, ...shown.bought].map(({ id }) => id));
    const me = this.props.screen.list.session.user.id;
    for (const item of this.props.open) if (!known.has(item.id) && item.added_by !== me) glow(rowOf(item.id));
  }

  /** The focus stays with its row; if that sank or left, the next one takes it, or after the last the field to add. @param {string} id @param {Shown} shown */
  keepFocus(id, { open, bought }) {
    if (document.activeElement !== document.body) return;
    const [before, now] = open.some((item) => item.id === id) ? [open, this.props.open] : [bought, this.props.bought];
    const there = new Set(now.map((item) => item.id));
    const place = before.findIndex((item) => item.id === id);
    const next = before.slice(place).find((item) => there.has(item.id)) ?? before.slice(0, place).reverse().find((item) => there.has(item.id));
    // A thumb would get a keyboard over its screen that it did not ask for.
    const field = matchMedia("(hover: hover)").matches ? /** @type {HTMLElement | null} */ (document.querySelector(".add-field")) : null;
    (next ? ringOf(next.id) : field)?.focus({ preventScroll: true });
  }

  render() {
    return html`
      <div class="rows" ref=${this.root}>
        <div class="swipe-ground" hidden aria-hidden="true"><${Icon} name="remove" /> <span>${t("item.remove")}</span></div>
        ${this.props.children}
      </div>
    `;
  }
}

/** @param {readonly Item[]} one @param {readonly Item[]} other */
const isSameOrder = (one, other) => one.length === other.length && one.every((item, place) => item.id === other[place].id);

/** @param {string} id */
const rowOf = (id) => document.getElementById(`item-${id}`);

/** @param {string} id @returns {HTMLElement | null | undefined} */
const ringOf = (id) => rowOf(id)?.querySelector(".ring");
