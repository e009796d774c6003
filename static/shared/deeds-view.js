/** A menu's deeds: each a line with a sign, and what went wrong told below them; and the sheets of two common ones. */

/** @import { ComponentChildren } from 'preact' */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { signal, useSignal } from "@preact/signals";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { Failure, Field, Form } from "./parts.js";
import { Sheet } from "./sheet.js";
import { t } from "./words.js";

/** @typedef {Parameters<typeof Icon>[0]['name']} IconName */

const Wrong = createContext(signal(/** @type {unknown} */ (null)));

/** @param {{children?: ComponentChildren}} props */
export function Deeds({ children }) {
  const wrong = useSignal(/** @type {unknown} */ (null));
  return html`<${Wrong.Provider} value=${wrong}>
    <div class="deeds">${children}</div>
    <${Failure} error=${wrong.value} />
  <//>`;
}

/** @param {{icon: IconName, label: string, act: () => unknown, danger?: boolean}} props */
export function Deed({ icon, label, act, danger = false }) {
  const wrong = useContext(Wrong);
  const doing = useSignal(false);
  const start = async () => {
    if (doing.value) return;
    doing.value = true;
    wrong.value = null;
    try {
      await act();
    } catch (failure) {
      wrong.value = failure;
    }
    doing.value = false;
  };
  return html`
    <button class=${danger ? "deed danger" : "deed"} type="button" onClick=${start}>
      <${Icon} name=${icon} /> <span>${label}</span>
    </button>
  `;
}

/** @param {{title: string, rename: (title: string) => void, close: () => void}} props */
export function RenameSheet({ title, rename, close }) {
  /** @param {Record<string, string>} typed */
  const send = async (typed) => {
    const name = typed.title.trim();
    close();
    if (name && name !== title) rename(name);
  };
  return html`
    <${Sheet} title=${t("list.rename")} kind="small" titled=${false} close=${close}>
      <${Form} label=${t("do.save")} send=${send}>
        <${Field} label=${t("list.title")} name="title" value=${title} maxlength="200" required autocomplete="off" enterkeyhint="done" autofocus />
      <//>
    <//>
  `;
}

/** Only where others use the list, too. @param {{title: string, remove: () => Promise<void>, close: () => void}} props */
export const DeleteSheet = ({ title, remove, close }) => html`
  <${Sheet} title=${t("lists.delete")} kind="small" close=${close}>
    <p>${t("lists.delete_ask", { title })}</p>
    <${Form} label=${t("lists.delete")} danger send=${remove} />
    <button class="button" type="button" onClick=${close}>${t("do.cancel")}</button>
  <//>
`;
