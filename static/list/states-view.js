/** What a list shows in place of rows: not read yet, empty, all bought, or gone. */

/** @import { State } from './model.js' */
/** @import { Screen } from './screen.js' */
import { useSignal } from "@preact/signals";
import { copied } from "../shared/amounts.js";
import { Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { Failure, WaitingRows } from "../shared/parts.js";
import { t } from "../shared/words.js";
import { Late } from "./late.js";
import { asText } from "./model.js";
import { CopyButton, Unsaved } from "./unsaved-view.js";

/** @param {{screen: Screen, state: State | null}} props */
export function Gone({ screen, state }) {
  const text = state ? asText(state, copied) : "";
  return html`
    <${Page} title=${state?.list.title ?? t("app.name")} back=${screen.session.guest ? "" : "/list"} side=${screen.session.guest ? "" : undefined}>
      <section class="card">
        <p>${goneWords(screen, state)}</p>
        ${state && state.items.size > 0 && html`
          <p class="muted">${t("list.gone_text")}</p>
          <textarea class="text" rows="8" readonly aria-label=${t("list.gone_text")}>${text}</textarea>
          <span class="buttons"><${CopyButton} text=${text} label=${t("do.copy_text")} /></span>
        `}
        ${!screen.session.guest && html`<button class="button main" type="button" onClick=${() => screen.leaveGone()}>${t("nav.back")}</button>`}
      </section>
      <${Unsaved} screen=${screen} entries=${screen.list.own.value} />
    <//>
  `;
}

/**
 * Who and why, as far as this device knows: only owners delete lists. Nobody tells whether one was taken off or left
 * on another device, so the words are true of both.
 * @param {Screen} screen @param {State | null} state
 */
function goneWords(screen, state) {
  const reason = screen.list.gone.value ?? "unknown";
  if (reason === "deleted" && state?.list.role === "owner") return t("list.gone.deleted_by_me");
  const owner = screen.members.value.find((member) => member.role === "owner")?.person.name;
  if (owner && reason === "deleted") return t("list.gone.deleted_by", { name: owner });
  if (owner && reason === "removed") return t("list.gone.removed_by", { name: owner });
  return (reason === "ended" && screen.list.goneSays) || t(`list.gone.${reason}`);
}

/** @param {{guest?: boolean}} props */
export const Waiting = ({ guest }) => html`<${Page} title=${t("app.name")} back=${guest ? "" : "/list"} side=${guest ? "" : undefined}><${WaitingRows} /><//>`;

/** @param {{screen: Screen, state: State}} props */
export function Empty({ screen, state }) {
  const members = useSignal(false);
  const edits = state.list.right === "edit";
  const examples = [t("list.example_1"), t("list.example_2"), t("list.example_3")];
  return html`
    <section class="empty-state">
      <${EmptyBag} />
      <p>${t(edits ? "list.empty" : "list.empty_look")}</p>
      ${edits && html`
        <ul class="plain examples" aria-label=${t("list.examples")}>
          ${examples.map((text) => html`
            <li key=${text}><button class="button example" type="button" onClick=${() => screen.adding.add(text)}><${Icon} name="add" /> ${text}</button></li>
          `)}
        </ul>
      `}
      ${state.list.role === "owner" && html`
        <button class="button quiet" type="button" onClick=${() => (members.value = true)}>${t("list.invite")}</button>
      `}
    </section>
    ${members.value && html`<${Late} sheet="MembersSheet" screen=${screen} list=${state.list} close=${() => (members.value = false)} />`}
  `;
}

/** A bag that waits to be filled. */
const EmptyBag = () => html`
  <svg class="drawing" viewBox="0 0 120 104" width="120" height="104" aria-hidden="true">
    <path class="drawing-ground" d="M14 97h92" />
    <path d="M30 38h60l7 54a4 4 0 0 1-4 5H27a4 4 0 0 1-4-5z" />
    <path d="M45 49V30a15 15 0 0 1 30 0v19" />
    <path class="drawing-leaf" d="M60 12c-1-7 4-11 11-11 0 7-4 11-11 11z" />
    <path d="M43 66h22M43 78h34" />
  </svg>
`;

/** @param {{screen: Screen, fixed: boolean}} props */
export const AllBought = ({ screen, fixed }) => html`
  <section class="empty-state">
    <svg class="drawing done" viewBox="0 0 64 64" width="64" height="64" aria-hidden="true">
      <circle cx="32" cy="32" r="29" />
      <path pathLength="1" d="M19 33l9 9 18-19" />
    </svg>
    <p class="done-words">${t("list.all_bought")}</p>
    ${!fixed && html`<button class="button" type="button" onClick=${() => screen.clearBought()}>${t("list.clear_bought")}</button>`}
  </section>
`;

/** An archived list can be used all the same; its owner can take it out. @param {{screen: Screen, state: State}} props */
export function Archived({ screen, state }) {
  const error = useSignal(/** @type {unknown} */ (null));
  const takeOut = () => screen.unarchive().catch((failure) => (error.value = failure));
  return html`
    <p class="muted quiet-line">
      <span>${t("list.archived")}</span>
      ${state.list.role === "owner" && html`<button class="button quiet" type="button" onClick=${takeOut}>${t("lists.unarchive")}</button>`}
    </p>
    <${Failure} error=${error.value} />
  `;
}
