/** The signs of a connection that is not well: a small cloud, one quiet line. None while all is well. */

/** @import { Session } from './session.js' */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { signInAddress } from "./who.js";
import { isWord, number, t } from "./words.js";

const LATE_MS = 3000;
const BACK_MS = 2000;

/** For the bar at the top: a cloud with the count of what waits, and a check for a moment when all is well again. @param {{session: Session}} props */
export function ConnectionSign({ session }) {
  const { away, waiting } = useTrouble(session);
  const troubled = away || waiting > 0;
  const back = useAfter(troubled, BACK_MS);
  if (troubled) {
    const name = waiting > 0 ? t("state.waiting", { count: waiting }) : t("state.offline");
    return html`<span class="sign" role="img" aria-label=${name}>
      <${Icon} name=${away ? "offline" : "cloud"} />${waiting > 0 && html`<span class="count">${number(waiting)}</span>`}
    </span>`;
  }
  return back ? html`<span class="sign well" role="img" aria-label=${t("state.kept")}><${Icon} name="check" /></span>` : null;
}

/** For the foot, always there: only then is what comes into it read aloud. @param {{session: Session}} props */
export const Connection = ({ session }) => html`<div class="connection" role="status"><${Trouble} session=${session} /></div>`;

/** That there is no network and nothing is lost, or that one has to sign in. @param {{session: Session}} props */
function Trouble({ session }) {
  const { away } = useTrouble(session);
  if (session.live.state.value === "signed_out") {
    const why = `signed_out.${session.live.why}`;
    return html`<p class="notice warn">
      <span>${t(isWord(why) ? why : "signed_out.other")} ${t("state.signed_out")}</span> <a class="button" href=${signInAddress()}>${t("account.sign_in")}</a>
    </p>`;
  }
  return away ? html`<p class="notice"><${Icon} name="offline" /> <span>${t("state.offline")}</span></p>` : null;
}

/** What has lasted long enough to be worth a word. @param {Session} session */
function useTrouble({ live, outbox }) {
  const state = live.state.value;
  const waiting = outbox.entries.value.filter((entry) => entry.state === "waiting").length;
  const away = useLate(state === "away");
  const slow = useLate(waiting > 0);
  return { away, waiting: away || slow ? waiting : 0 };
}

/** Whether something has lasted for three seconds. @param {boolean} lasting */
function useLate(lasting) {
  const late = useSignal(false);
  useEffect(() => {
    late.value = false;
    if (!lasting) return undefined;
    const timer = setTimeout(() => (late.value = true), LATE_MS);
    return () => clearTimeout(timer);
  }, [lasting]);
  return lasting && late.value;
}

/** Whether something has ended just now. @param {boolean} lasting @param {number} ms */
function useAfter(lasting, ms) {
  const after = useSignal(false);
  const before = useRef(false);
  useEffect(() => {
    after.value = before.current && !lasting;
    before.current = lasting;
    if (!after.value) return undefined;
    const timer = setTimeout(() => (after.value = false), ms);
    return () => clearTimeout(timer);
  }, [lasting]);
  return after.value;
}
