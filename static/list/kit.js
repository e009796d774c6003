/** What the script of the sheets shares with a list's: it stands on these, and brings no copies of them. */
export { signal, useSignal } from "@preact/signals";
export { useEffect, useRef } from "preact/hooks";
export { MOST, MOST_PRICE, UNITS, amount, copied, numberTyped, stepped, unitName, unitTyped } from "../shared/amounts.js";
export { Deed, Deeds, DeleteSheet, RenameSheet } from "../shared/deeds-view.js";
export { html } from "../shared/html.js";
export { Icon } from "../shared/icons.js";
export { Choice, Failure, Field, Form, Sheet, fieldsOf, sentence } from "../shared/parts.js";
export { problemFrom } from "../shared/problem.js";
export { clock, day, isWord, language, moment, number, plain, t, together } from "../shared/words.js";
export { asText, onList } from "./model.js";
export { brief } from "./notices.js";
