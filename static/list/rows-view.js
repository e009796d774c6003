/** The rows of a list: what is to buy, and below it what is bought. */

/** @import { Item } from '../shared/shapes.js' */
/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { Component } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { amount } from "../shared/amounts.js";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { number, t } from "../shared/words.js";
import { ItemSheet } from "./item-view.js";
import { onList, parts } from "./model.js";

/** @typedef {(item: Item) => void} OnItem */

/** @param {{screen: Screen, state: State}} props */
export function Rows({ screen, state }) {
  const chosen = useSignal(/** @type {string | null} */ (null));
  const toggle = useRef((/** @type {Item} */ item) => screen.toggle(item)).current;
  const choose = useRef((/** @type {Item} */ item) => void (chosen.value = item.id)).current;
  const { open, bought } = parts(onList(state), screen.list.held.value);
  const fixed = state.list.right === "view";
  const added = screen.adding.added.value;
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
