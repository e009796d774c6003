/** Joins the pages of a forgotten password: asking for a mail, and setting a new one by the link in it. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { codeOf } from "../join/model.js";
import { call } from "../shared/api.js";
import { Page } from "../shared/frame.js";
import { html } from "../shared/html.js";
import { Languages } from "../shared/languages-view.js";
import { problemFrom } from "../shared/problem.js";
import { openStore } from "../shared/store.js";
import { askUser, signedOut } from "../shared/who.js";
import { t } from "../shared/words.js";
import { Reset } from "./view.js";

/** @typedef {'ask' | 'asked' | 'set' | 'done' | 'expired' | 'unknown'} State */

/** @param {HTMLElement} root */
export function start(root) {
  const token = codeOf(location.pathname);
  const state = signal(/** @type {State} */ (token ? "set" : "ask"));
  const email = signal("");
  const actions = {
    /** @param {string} address */
    async ask(address) {
      await call("accounts.request_reset", { email: address });
      email.value = address;
      state.value = "asked";
    },
    /** @param {string} password */
    async set(password) {
      try {
        await call("accounts.reset_password", { token, password });
        state.value = "done";
      } catch (failure) {
        const { code } = problemFrom(failure);
        if (code !== "gone" && code !== "not_found") throw failure;
        state.value = code === "gone" ? "expired" : "unknown";
        return;
      }
      await forgetWhoWasEnded();
    },
    again: () => (state.value = "ask"),
  };
  const View = () => html`
    <${Page} title=${t("reset.page")} back="/account" backTo=${t("nav.to_account")} side="" footer=${html`<${Languages} />`}>
      <${Reset} state=${state.value} email=${email.value} actions=${actions} />
    <//>
  `;
  render(html`<${View} />`, root);
}

/** A new password ends all sign-ins of its account, perhaps this browser's too. */
async function forgetWhoWasEnded() {
  const user = await askUser().catch(() => undefined);
  if (user === null) await signedOut(await openStore());
}
