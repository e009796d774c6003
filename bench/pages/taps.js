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
  found.taps = [];
  // The browser's own account: from the finger's lifting, which ticks, to the next paint. The click that follows changes
  // nothing, and its next paint is whatever comes then.
  new PerformanceObserver((told) => {
    for (const { name, duration } of told.getEntries()) if (name === "pointerup") found.taps.push(duration);
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
console.log(JSON.stringify(await page.evaluate(() => /** @type {any} */ (window).taps)));
await browser.close();
