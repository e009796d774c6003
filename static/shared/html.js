/** Templates of views: htm bound to Preact, so that text is always text. */
import htm from "htm";
import { h } from "preact";

export const html = htm.bind(h);
