/** The sheet of one item: every field and every action. */

/** @import { Item } from '../shared/shapes.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { UNITS, numberTyped, unitName, unitTyped } from "../shared/amounts.js";
import { html } from "../shared/html.js";
import { Field, Sheet, fieldsOf } from "../shared/parts.js";
import { number, t } from "../shared/words.js";

/** @typedef {Partial<Record<'text' | 'quantity' | 'price', string>>} Wrong */

/** @typedef {{screen: Screen, item: Item, people: ReadonlyMap<string, string | null>, fixed: boolean, close: () => void}} Props */

/** In the right column one item follows another: what was typed for one must not be the other's. @param {Props} props */
export const ItemSheet = (props) => html`
  <${Sheet} title=${props.item.text} pane close=${props.close}><${Details} key=${props.item.id} ...${props} /><//>
`;

/** @param {Props} props */
function Details({ screen, item, people, fixed, close }) {
  const wrong = useSignal(/** @type {Wrong} */ ({}));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const now = useRef(item);
  now.current = item;
  const leaving = useRef(() => {});
  // Whoever goes elsewhere with something typed meant it; only what is wrong cannot be kept.
  leaving.current = () => {
    const { typed, faults } = typedIn(form.current);
    if (!fixed) screen.save(now.current, only(written(typed), typed, faults));
  };
  useEffect(() => {
    const { current } = form;
    return () => {
      form.current = current;
      leaving.current();
    };
  }, []);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    wrong.value = typedIn(form.current).faults;
    if (Object.keys(wrong.value).length === 0) close();
  };
  const remove = () => {
    leaving.current = () => {};
    close();
    screen.remove([now.current]);
  };
  return html`
    <${Who} item=${item} people=${people} />
    <form class="form" ref=${form} onSubmit=${submit}>
      <fieldset class="bare" disabled=${fixed}>
        <${Fields} item=${item} wrong=${wrong.value} />
        ${!fixed && html`<button class="button main" type="submit">${t("do.save")}</button>`}
      </fieldset>
    </form>
    ${!fixed && html`<${Actions} screen=${screen} item=${item} remove=${remove} />`}
  `;
}

/** Who put it on the list, and who bought it. @param {{item: Item, people: Props['people']}} props */
function Who({ item, people }) {
  const author = people.get(item.added_by ?? "");
  const buyer = item.ticked && people.get(item.ticked_by ?? "");
  const words = [author && t("item.by", { name: author }), buyer && t("item.ticked_by", { name: buyer })].filter(Boolean);
  return words.length > 0 && html`<p class="muted">${words.join(" · ")}</p>`;
}

/** What is typed and differs from what the form showed, so that a field left alone never overrules another's. @param {HTMLFormElement | null} form */
function typedIn(form) {
  const all = form ? fieldsOf(form) : {};
  const fields = /** @type {(HTMLInputElement | HTMLTextAreaElement)[]} */ ([...(form?.querySelectorAll("input, textarea") ?? [])]);
  const names = fields.filter((field) => field.value !== field.defaultValue).map((field) => field.name);
  const typed = Object.fromEntries(names.map((name) => [name, all[name] ?? ""]));
  return { typed, faults: mistakes(typed) };
}

/** @param {Partial<Item>} fields @param {Record<string, string>} typed @param {Wrong} faults @returns {Partial<Item>} */
const only = (fields, typed, faults) => Object.fromEntries(Object.entries(fields).filter(([name]) => name in typed && !(name in faults)));

/** A line break belongs into a note: in the text, Enter saves. @param {KeyboardEvent} event */
function saveOnEnter(event) {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  /** @type {HTMLTextAreaElement} */ (event.target).form?.requestSubmit();
}

/** @param {{item: Item, wrong: Wrong}} props */
const Fields = ({ item, wrong }) => html`
  <${Field} label=${t("item.text")} name="text" lines onKeyDown=${saveOnEnter} value=${item.text} maxlength="500" autocomplete="off" error=${wrong.text} />
  <div class="pair">
    <${Field} label=${t("item.quantity")} name="quantity" inputmode="decimal" autocomplete="off" error=${wrong.quantity}
      value=${item.quantity === null ? "" : number(item.quantity)} />
    <${Field} label=${t("item.unit")} name="unit" maxlength="50" autocomplete="off" list="units"
      value=${item.unit === null ? "" : unitName(item.unit)} />
  </div>
  <datalist id="units">${UNITS.map((code) => html`<option value=${unitName(code)}></option>`)}</datalist>
  <${Field} label=${t("item.note")} name="note" lines value=${item.note ?? ""} maxlength="2000" autocomplete="off" />
  <div class="pair">
    <${Field} label=${t("item.category")} name="category" value=${item.category ?? ""} maxlength="100" autocomplete="off" />
    <${Field} label=${t("item.price")} name="price" inputmode="decimal" autocomplete="off" error=${wrong.price}
      value=${item.price === null ? "" : number(item.price)} />
  </div>
`;

/** @param {{screen: Screen, item: Item, remove: () => void}} props */
const Actions = ({ screen, item, remove }) => html`
  <div class="buttons">
    <button class="button" type="button" onClick=${() => screen.toggle(item)}>${t(item.ticked ? "item.untick" : "item.tick")}</button>
    ${!item.ticked && html`
      <button class="button" type="button" onClick=${() => screen.move(item, -1)}>${t("item.move_up")}</button>
      <button class="button" type="button" onClick=${() => screen.move(item, 1)}>${t("item.move_down")}</button>
    `}
    <button class="button danger" type="button" onClick=${remove}>${t("item.remove")}</button>
  </div>
`;

/** @param {Record<string, string>} typed @returns {Wrong} */
function mistakes({ text = "-", quantity = "", price = "" }) {
  const amount = numberTyped(quantity, 3);
  const cost = numberTyped(price, 2);
  return {
    ...(!text.trim() && { text: t("item.text_missing") }),
    ...((amount === undefined || amount === 0) && { quantity: t("item.number_wrong") }),
    ...(cost === undefined && { price: t("item.number_wrong") }),
  };
}

/** @param {Record<string, string>} typed @returns {Partial<Item>} */
const written = ({ text = "", quantity = "", unit = "", note = "", category = "", price = "" }) => ({
  text: text.trim(),
  quantity: numberTyped(quantity, 3) ?? null,
  unit: unitTyped(unit),
  note: note.trim() || null,
  category: category.trim() || null,
  price: numberTyped(price, 2) ?? null,
});
