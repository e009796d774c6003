/** Small drawings of our own, in the colours of the page. */
import { html } from "./html.js";

/** A basket that takes in a ticked line. */
export const Basket = () => html`
  <svg class="drawing" viewBox="0 0 120 96" width="120" height="96" aria-hidden="true">
    <path class="drawing-soft" d="M16 44h88l-8 38a8 8 0 0 1-8 6H32a8 8 0 0 1-8-6z" />
    <path d="M16 44h88l-8 38a8 8 0 0 1-8 6H32a8 8 0 0 1-8-6zM34 44 50 14M86 44 70 14M44 56v20M60 56v20M76 56v20" />
    <path class="drawing-accent" d="m50 26 8 8 16-18" />
  </svg>
`;

/** Two phones with the same list. */
export const Together = () => html`
  <svg class="drawing" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">
    <rect class="drawing-soft" x="4" y="8" width="18" height="32" rx="4" /><rect class="drawing-soft" x="26" y="8" width="18" height="32" rx="4" />
    <rect x="4" y="8" width="18" height="32" rx="4" /><rect x="26" y="8" width="18" height="32" rx="4" />
    <path class="drawing-accent" d="m9 20 3 3 5-6M31 20l3 3 5-6" /><path d="M9 31h8M31 31h8" />
  </svg>
`;

/** A cloud crossed out, and a list that stays. */
export const Offline = () => html`
  <svg class="drawing" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">
    <rect class="drawing-soft" x="8" y="4" width="32" height="40" rx="6" /><rect x="8" y="4" width="32" height="40" rx="6" />
    <path class="drawing-accent" d="m15 16 3 3 5-6" /><path d="M27 17h7M15 27h19M15 35h12" />
  </svg>
`;

/** A house that keeps what is in it. */
export const Home = () => html`
  <svg class="drawing" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">
    <path class="drawing-soft" d="M8 22 24 8l16 14v18a2 2 0 0 1-2 2H10a2 2 0 0 1-2-2z" />
    <path d="M4 25 24 7l20 18M8 22v18a2 2 0 0 0 2 2h28a2 2 0 0 0 2-2V22" /><path class="drawing-accent" d="m17 30 5 5 9-11" />
  </svg>
`;

/** A chain whose links have come apart. */
export const BrokenLink = () => html`
  <svg class="drawing" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">
    <path d="m20 34-4 4a8 8 0 0 1-11-11l6-6a8 8 0 0 1 9-1M28 14l4-4a8 8 0 0 1 11 11l-6 6a8 8 0 0 1-9 1" />
    <path class="drawing-accent" d="M18 8v5M8 14h4M30 40v-5M40 34h-4" />
  </svg>
`;
