/** The foot of a page: what stays at the bottom, over the rows, so that nothing in it moves them. */

/** @import { ComponentChildren } from 'preact' */
import { useEffect, useRef } from "preact/hooks";
import { html } from "./html.js";

/** @param {{children?: ComponentChildren}} props */
export function Foot({ children }) {
  const foot = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => (foot.current ? measured(foot.current) : undefined), []);
  return html`<footer class="foot" ref=${foot}>${children}</footer>`;
}

/** Rows that are scrolled to stop above it, and it stands above the keyboard. @param {HTMLElement} foot */
function measured(foot) {
  const tell = () => document.documentElement.style.setProperty("--foot-now", `${foot.offsetHeight}px`);
  const observer = new ResizeObserver(tell);
  observer.observe(foot);
  const viewport = window.visualViewport;
  const lift = () => liftOver(foot, viewport);
  viewport?.addEventListener("resize", lift);
  return () => {
    observer.disconnect();
    viewport?.removeEventListener("resize", lift);
  };
}

/** Some browsers lay the keyboard over the page and say so only here. @param {HTMLElement} foot @param {VisualViewport | null} viewport */
function liftOver(foot, viewport) {
  const covered = viewport && viewport.scale === 1 ? innerHeight - viewport.height - viewport.offsetTop : 0;
  foot.style.transform = covered > 1 ? `translateY(${-covered}px)` : "";
}
