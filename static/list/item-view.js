/** The sheet of one item: every field and every action. */

/** @import { Item } from '../shared/shapes.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { MOST, MOST_PRICE, UNITS, numberTyped, stepped, unitName, unitTyped } from "../shared/amounts.js";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { Field, Sheet } from "../shared/parts.js";
import { number as shown, plain, t } from "../shared/words.js";
import { brief } from "./notices.js";

/** @typedef {Partial<Record<'text' | 'quantity' | 'price', string>>} Wrong */

/** @typedef {{screen: Screen, item: Item, people: ReadonlyMap<string, string | null>, fixed: boolean, close: () => void}} Props */

/** In the right column one item follows another: what was typed for one must not be the other's. @param {Props} props */
export function ItemSheet(props) {
  const may = useRef(() => true);
  // Whoever leaves a wrong number is told once, and may go then; another sheet in the right column never waits for it.
  const leave = (replaced = false) => {
    if (replaced || may.current()) props.close();
  };
  return html`<${Sheet} title=${props.item.text} pane close=${leave}><${Details} key=${props.item.id} ...${props} may=${may} /><//>`;
}

/** @param {Props & {may: {current: () => boolean}}} props `may` is asked before the sheet closes */
function Details({ screen, item, people, fixed, close, may }) {
  const wrong = useSignal(/** @type {Wrong} */ ({}));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const now = useRef(item);
  now.current = item;
  const saving = useRef(/** @returns {Wrong} */ () => ({}));
  const leaving = useRef(() => {});
  saving.current = () => {
    const { typed, faults } = typedIn(form.current);
    screen.save(now.current, only(written(typed), typed, faults));
    return faults;
  };
  // Whoever goes elsewhere with something typed meant it, also where they may only look by now: then it is not saved, and
  // told so. Only what is wrong cannot be kept, and they are told.
  leaving.current = () => {
    const untold = Object.entries(saving.current()).find(([name]) => !(name in wrong.peek()));
    if (untold) screen.notices.offer(`${brief(item.text)}: ${untold[1]}`, t("list.details"), () => (screen.chosen.value = item.id));
  };
  useEffect(() => {
    const { current } = form;
    const leave = () => leaving.current();
    // A phone may end a page that nobody sees without another word.
    const hide = () => document.hidden && form.current?.querySelector("fieldset:enabled") && saving.current();
    addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", hide);
    return () => {
      removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", hide);
      form.current = current;
      leave();
    };
  }, []);
  may.current = () => {
    const told = wrong.value;
    wrong.value = typedIn(form.current).faults;
    return fixed || Object.keys(wrong.value).every((name) => name in told);
  };
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    wrong.value = typedIn(form.current).faults;
    const [first] = Object.keys(wrong.value);
    if (first) /** @type {HTMLElement | null | undefined} */ (form.current?.querySelector(`[name=${first}]`))?.focus();
    else close();
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
  const fields = /** @type {(HTMLInputElement | HTMLTextAreaElement)[]} */ ([...(form?.querySelectorAll("input, textarea") ?? [])]);
  const changed = fields.filter((field) => field.value !== field.defaultValue);
  const typed = Object.fromEntries(changed.map(({ name, value }) => [name, value]));
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

/** Less or more of what the field says now, saved with the other fields. @param {Event} event @param {1 | -1} way */
function step(event, way) {
  const form = /** @type {HTMLFormElement} */ (/** @type {HTMLButtonElement} */ (event.currentTarget).form);
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("quantity"));
  const quantity = numberTyped(field.value, 3);
  const unit = unitTyped(/** @type {HTMLInputElement} */ (form.elements.namedItem("unit")).value);
  const next = quantity === undefined ? null : stepped({ quantity, unit }, way);
  if (next !== null) field.value = plain(next);
}

/** @param {{item: Item, wrong: Wrong}} props */
const Fields = ({ item, wrong }) => html`
  <${Field} label=${t("item.text")} name="text" lines onKeyDown=${saveOnEnter} value=${item.text} maxlength="500" autocomplete="off" error=${wrong.text} />
  <div class="pair">
    <div class="stepped">
      <${Field} label=${t("item.quantity")} name="quantity" inputmode="decimal" autocomplete="off" error=${wrong.quantity}
        value=${item.quantity === null ? "" : plain(item.quantity)} />
      ${/** @type {const} */ ([-1, 1]).map((way) => html`
        <button class="round" type="button" aria-label=${t(way < 0 ? "item.less" : "item.greater")} onClick=${(/** @type {Event} */ event) => step(event, way)}>
          <${Icon} name=${way < 0 ? "less" : "add"} />
        </button>
      `)}
    </div>
    <${Field} label=${t("item.unit")} name="unit" maxlength="50" autocomplete="off" list="units"
      value=${item.unit === null ? "" : unitName(item.unit)} />
  </div>
  <datalist id="units">${UNITS.map((code) => html`<option value=${unitName(code)}></option>`)}</datalist>
  <${Field} label=${t("item.note")} name="note" lines value=${item.note ?? ""} maxlength="2000" autocomplete="off" />
  <div class="pair">
    <${Field} label=${t("item.category")} name="category" value=${item.category ?? ""} maxlength="100" autocomplete="off" />
    <${Field} label=${t("item.price")} name="price" inputmode="decimal" autocomplete="off" error=${wrong.price}
      value=${item.price === null ? "" : plain(item.price)} />
  </div>
`;

/** @param {{screen: Screen, item: Item, remove: () => void}} props */
const Actions = ({ screen, item, remove }) => html`
  <div class="buttons">
    <button class="button" type="button" onClick=${() => screen.toggle(item)}>${t(item.ticked ? "item.untick" : "item.tick")}</button>
    ${!item.ticked && html`
      <button class="button" type="button" onClick=${() => screen.place(item.id, 0)}>${t("item.to_top")}</button>
      <button class="button" type="button" onClick=${() => screen.move(item, -1)}>${t("item.move_up")}</button>
      <button class="button" type="button" onClick=${() => screen.move(item, 1)}>${t("item.move_down")}</button>
      <button class="button" type="button" onClick=${() => screen.place(item.id, screen.open().length - 1)}>${t("item.to_bottom")}</button>
    `}
    <button class="button danger" type="button" onClick=${remove}>${t("item.remove")}</button>
  </div>
`;

/** @param {Record<string, string>} typed @returns {Wrong} */
function mistakes({ text = "-", quantity = "", price = "" }) {
  const amount = numberTyped(quantity, 3);
  const counted = amount === 0 ? t("item.number_wrong") : wrongNumber(amount, MOST);
  const cost = wrongNumber(numberTyped(price, 2), MOST_PRICE);
  return {
    ...(!text.trim() && { text: t("item.text_missing") }),
    ...(counted && { quantity: counted }),
    ...(cost && { price: cost }),
  };
}

/** @param {number | null | undefined} number as typed @param {number} most */
function wrongNumber(number, most) {
  if (number === undefined) return t("item.number_wrong");
  return number !== null && number > most && t("item.number_large", { most: shown(most) });
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
