/** The sheet that says what the keyboard does. */
import { html } from "../shared/html.js";
import { Sheet } from "../shared/parts.js";
import { t } from "../shared/words.js";

const KEYS = /** @type {const} */ ([
  ["keys.add", "N", "/"],
  ["keys.go", "↑", "↓"],
  ["keys.tick", "Space"],
  ["keys.details", "Enter"],
  ["keys.remove", "Del"],
  ["keys.move", "Alt+↑", "Alt+↓"],
  ["keys.undo", "Ctrl+Z"],
  ["keys.help", "?"],
]);

/** @param {{close: () => void}} props */
export const KeysSheet = ({ close }) => html`
  <${Sheet} title=${t("keys.title")} close=${close}>
    <dl class="keys">
      ${KEYS.map(([word, ...keys]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${t(word)}</dd></div>`)}
    </dl>
  <//>
`;
