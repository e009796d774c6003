/** The choice of a language for whoever has no account here to keep it with. */
import { html } from "./html.js";
import { remember } from "./memory.js";
import { language, t } from "./words.js";

const LANGUAGES = /** @type {const} */ (["ru", "en"]);

/** @param {string} wish */
function speakFromNow(wish) {
  remember("language", wish);
  location.reload();
}

export const Languages = () => html`
  <span class="languages" role="group" aria-label=${t("account.language")}>
    ${LANGUAGES.map((one) => html`
      <button class="footer-link" type="button" lang=${one} key=${one} aria-pressed=${String(one === language())}
        onClick=${() => one !== language() && speakFromNow(one)}>${t(`language.${one}`)}</button>
    `)}
  </span>
`;
