/** What the scripts of the sheets and of the pane share with a list's: they stand on these, and bring no copies of them. */
export { computed, effect, signal, useSignal } from "@preact/signals";
export { useEffect, useRef } from "preact/hooks";
export { MOST, MOST_PRICE, UNITS, amount, copied, numberTyped, stepped, unitName, unitTyped } from "../shared/amounts.js";
export { Deed, Deeds, DeleteSheet, RenameSheet } from "../shared/deeds-view.js";
export { ApiLink } from "../shared/frame.js";
export { html } from "../shared/html.js";
export { Icon } from "../shared/icons.js";
export { Choice, Failure, Field, Form, Sheet, WaitingRows, fieldsOf, sentence } from "../shared/parts.js";
export { problemFrom } from "../shared/problem.js";
export { goTo } from "../shared/sheets.js";
export { Snacks } from "../shared/snacks.js";
export { clock, day, isWord, language, moment, number, plain, t, together } from "../shared/words.js";
export { asText, onList } from "./model.js";
export { brief } from "./notices.js";
