/** One row of a list: a ring to tick, what to buy, how much of it, and the way to everything else. */

/** @import { Item } from '../shared/shapes.js' */
import { amount } from "../shared/amounts.js";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { number, t, together } from "../shared/words.js";
import { Stepper } from "./stepper-view.js";

/** @typedef {{choose: (id: string) => void, step: (id: string | null) => void, setQuantity: (item: Item, quantity: number) => void}} Deeds */
/**
 * @typedef {object} RowProps
 * @property {Item} item
 * @property {string} who added it, where that was another
 * @property {boolean} fixed it can be looked at, and nothing more
 * @property {boolean} bare it can be ticked at most
 * @property {boolean} stepping its quantity is being changed in place
 * @property {Deeds} deeds always the same
 */
/** @typedef {import("@preact/signals").Signal<RowProps>} Shows */

/** @param {{shows: Shows}} props */
export function Row({ shows }) {
  const { item, who, fixed, bare, stepping, deeds } = shows.value;
  const chip = amount(item);
  const second = secondLine(item, who);
  return html`
      <li class="row item" id=${`item-${item.id}`} data-item=${item.id}>
        <label class="row-main tick">
          <input class="ring" type="checkbox" checked=${item.ticked} disabled=${fixed}
            aria-label=${[item.text, chip, item.note].filter(Boolean).join(", ")} />
          <span class="row-words">
            <span class="row-text">${item.text}</span>
            ${second && html`<span class="row-second">${second}</span>`}
          </span>
        </label>
        ${chip && html`
          <button class="chip-target" type="button" disabled=${bare} onClick=${() => deeds.step(item.id)}
            aria-label=${t("item.amount", { amount: chip, name: item.text })}><span class="chip">${chip.replace("\u00a0", " ")}</span></button>
        `}
        <button class="round" type="button" aria-label=${t("do.more", { name: item.text })} onClick=${() => deeds.choose(item.id)}>
          <${Icon} name="more" />
        </button>
        ${stepping && !bare && html`
          <${Stepper} item=${item} set=${(/** @type {number} */ quantity) => deeds.setQuantity(item, quantity)} close=${() => deeds.step(null)} />
        `}
      </li>
    `;
}

/** Whether two rows look the same, so that one need not be drawn again. @param {RowProps} one @param {RowProps} other */
export const showsTheSame = (one, other) =>
  one.who === other.who && one.fixed === other.fixed && one.bare === other.bare && one.stepping === other.stepping && !isOther(one.item, other.item);

/** Waiting edits make items anew each time, most of them just the same. @param {Item} one @param {Item} other */
const isOther = (one, other) =>
  one !== other && Object.entries(one).some(([name, value]) => /** @type {Record<string, unknown>} */ (other)[name] !== value);

/** @param {Item} item @param {string} who */
const secondLine = ({ note, category, price }, who) =>
  together([note, category, price === null ? "" : number(price), who], "\u00a0· ");
