/**
 * From a thumb's tap to the picture that shows it, on a phone with a quarter of this machine's CPU: reads
 * `{chromium, url, token, list}` from standard input, answers the times in ms as a JSON list.
 */
import { text } from "node:stream/consumers";
import { launched, signedIn } from "./chromium.js";

const PHONE = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const SLOWER = 4;
const ROUNDS = 6;
const TAPS = 8;
const BETWEEN_MS = 200;
const SUNK_MS = 2500;

const { chromium, url, token, list } = JSON.parse(await text(process.stdin));
const browser = await launched(chromium);
await signedIn(browser, url, token);
const page = await browser.newPage();
await page.setViewport(PHONE);
await page.evaluateOnNewDocument(() => {
  const found = /** @type {any} */ (window);
  found.taps = new Map();
  // The browser's own account: from the touch to the next paint after all that it set off.
  new PerformanceObserver((told) => {
    for (const entry of /** @type {PerformanceEventTiming[]} */ (told.getEntries())) {
      const { interactionId, duration } = /** @type {any} */ (entry);
      if (interactionId) found.taps.set(interactionId, Math.max(duration, found.taps.get(interactionId) ?? 0));
    }
  }).observe(/** @type {any} */ ({ type: "event", buffered: true, durationThreshold: 16 }));
});
await page.goto(`${url}/list/${list}`);
await page.waitForSelector(".row-text");
await new Promise((settled) => setTimeout(settled, SUNK_MS));
await page.emulateCPUThrottling(SLOWER);

for (let round = 0; round < ROUNDS; round++) {
  const places = await page.evaluate(() =>
    [...document.querySelectorAll(".row .ring:not(:checked)")].map((ring) => ring.getBoundingClientRect()).map(({ x, y }) => ({ x: x + 60, y: y + 13 })),
  );
  const shown = places.filter(({ y }) => y > 90 && y < PHONE.height - 90).slice(0, TAPS);
  for (const { x, y } of shown) {
    await page.touchscreen.tap(x, y);
    await new Promise((next) => setTimeout(next, BETWEEN_MS));
  }
  await new Promise((sunk) => setTimeout(sunk, SUNK_MS));
}
const ticked = await page.evaluate(() => document.querySelectorAll(".ring:checked").length);
if (ticked === 0) throw new Error("no tap ticked anything");
console.log(JSON.stringify(await page.evaluate(() => [.../** @type {any} */ (window).taps.values()])));
await browser.close();
