/** The sheet of one item: every field and every action. */

/** @import { Item } from '../shared/shapes.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { UNITS, numberTyped, unitName, unitTyped } from "../shared/amounts.js";
import { html } from "../shared/html.js";
import { Field, Sheet, fieldsOf } from "../shared/parts.js";
import { number, t } from "../shared/words.js";

/** @typedef {Partial<Record<'text' | 'quantity' | 'price', string>>} Wrong */

/** @param {{screen: Screen, item: Item, people: ReadonlyMap<string, string | null>, fixed: boolean, close: () => void}} props */
export function ItemSheet({ screen, item, people, fixed, close }) {
  const wrong = useSignal(/** @type {Wrong} */ ({}));
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const typed = fieldsOf(/** @type {HTMLFormElement} */ (event.target));
    wrong.value = mistakes(typed);
    if (Object.keys(wrong.value).length > 0) return;
    screen.save(item, written(typed));
    close();
  };
  const author = item.added_by === null ? null : people.get(item.added_by);
  return html`
    <${Sheet} title=${item.text} pane close=${close}>
      ${author && html`<p class="muted">${t("item.by", { name: author })}</p>`}
      <form class="form" onSubmit=${submit}>
        <fieldset class="bare" disabled=${fixed}>
          <${Fields} item=${item} wrong=${wrong.value} />
          ${!fixed && html`<button class="button main" type="submit">${t("do.save")}</button>`}
        </fieldset>
      </form>
      ${!fixed && html`<${Actions} screen=${screen} item=${item} close=${close} />`}
    <//>
  `;
}

/** @param {{item: Item, wrong: Wrong}} props */
const Fields = ({ item, wrong }) => html`
  <${Field} label=${t("item.text")} name="text" value=${item.text} maxlength="500" autocomplete="off" error=${wrong.text} />
  <div class="pair">
    <${Field} label=${t("item.quantity")} name="quantity" inputmode="decimal" autocomplete="off" error=${wrong.quantity}
      value=${item.quantity === null ? "" : number(item.quantity)} />
    <${Field} label=${t("item.unit")} name="unit" maxlength="50" autocomplete="off" list="units"
      value=${item.unit === null ? "" : unitName(item.unit)} />
  </div>
  <datalist id="units">${UNITS.map((code) => html`<option value=${unitName(code)}></option>`)}</datalist>
  <${Field} label=${t("item.note")} name="note" value=${item.note ?? ""} maxlength="2000" autocomplete="off" />
  <div class="pair">
    <${Field} label=${t("item.category")} name="category" value=${item.category ?? ""} maxlength="100" autocomplete="off" />
    <${Field} label=${t("item.price")} name="price" inputmode="decimal" autocomplete="off" error=${wrong.price}
      value=${item.price === null ? "" : number(item.price)} />
  </div>
`;

/** @param {{screen: Screen, item: Item, close: () => void}} props */
const Actions = ({ screen, item, close }) => html`
  <div class="buttons">
    ${!item.ticked && html`
      <button class="button" type="button" onClick=${() => screen.move(item, -1)}>${t("item.move_up")}</button>
      <button class="button" type="button" onClick=${() => screen.move(item, 1)}>${t("item.move_down")}</button>
    `}
    <button class="button danger" type="button" onClick=${() => (close(), screen.remove([item]))}>${t("item.remove")}</button>
  </div>
`;

/** @param {Record<string, string>} typed @returns {Wrong} */
function mistakes({ text, quantity, price }) {
  const amount = numberTyped(quantity, 3);
  const cost = numberTyped(price, 2);
  return {
    ...(!text.trim() && { text: t("item.text_missing") }),
    ...((amount === undefined || amount === 0) && { quantity: t("item.number_wrong") }),
    ...(cost === undefined && { price: t("item.number_wrong") }),
  };
}

/** @param {Record<string, string>} typed @returns {Partial<Item>} */
const written = ({ text, quantity, unit, note, category, price }) => ({
  text: text.trim(),
  quantity: numberTyped(quantity, 3) ?? null,
  unit: unitTyped(unit),
  note: note.trim() || null,
  category: category.trim() || null,
  price: numberTyped(price, 2) ?? null,
});
