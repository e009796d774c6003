/**
 * Visits of pages, first by a device that never saw them: reads `{chromium, url, token, list, pages: [{name, path, cookie}]}`
 * from standard input, answers one JSON object: what each page weighs, and how long a list takes over a slow line.
 */
import { text } from "node:stream/consumers";
import { launched, signedIn } from "./chromium.js";
import { lineTo } from "./slow-line.js";

const SLOW = { bytesASecond: 400_000 / 8, roundTrip: 400 };
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const SETTLED_MS = 1500;

/** Notes in the page when the bar takes input and when rows are there. */
const watch = () => {
  const found = /** @type {any} */ (window);
  found.seen = {};
  const look = () => {
    const field = document.querySelector(".add-field");
    if (field && !field.matches(":disabled")) found.seen.input ??= performance.now();
    if (document.querySelector(".row-text")) found.seen.rows ??= performance.now();
    if (!(found.seen.input && found.seen.rows)) requestAnimationFrame(look);
  };
  look();
};

/** @param {import("puppeteer-core").Browser} browser @param {string} url @returns {Promise<{input: number, rows: number}>} seconds */
async function visited(browser, url) {
  const page = await browser.newPage();
  await page.setViewport(PHONE);
  await page.evaluateOnNewDocument(watch);
  await page.goto(url, { waitUntil: "domcontentloaded", timeout: 60_000 });
  await page.waitForFunction("window.seen?.input && window.seen?.rows", { timeout: 60_000 });
  const seen = await page.evaluate(() => /** @type {any} */ (window).seen);
  await new Promise((settled) => setTimeout(settled, SETTLED_MS));
  await page.close();
  return { input: seen.input / 1000, rows: seen.rows / 1000 };
}

const { chromium, url, token, list, pages } = JSON.parse(await text(process.stdin));

/** @template T @param {object} how @param {(browser: import("puppeteer-core").Browser, line: Awaited<ReturnType<typeof lineTo>>) => Promise<T>} act */
async function onNewDevice(how, act) {
  const line = await lineTo(url, how);
  const browser = await launched(chromium);
  try {
    return await act(browser, line);
  } finally {
    await browser.close();
    line.close();
  }
}

const slow = await onNewDevice(SLOW, async (browser, line) => {
  await signedIn(browser, line.url, token);
  const cold = await visited(browser, `${line.url}/list/${list}`);
  return { cold, warm: await visited(browser, `${line.url}/list/${list}`) };
});
const weights = [];
for (const { name, path, cookie } of pages) {
  weights.push(
    await onNewDevice({}, async (browser, line) => {
      await signedIn(browser, line.url, cookie);
      const page = await browser.newPage();
      await page.goto(line.url + path, { waitUntil: "load" });
      await new Promise((settled) => setTimeout(settled, SETTLED_MS));
      return { name, kilobytes: line.bytes() / 1000, requests: line.requests };
    }),
  );
}
console.log(JSON.stringify({ slow, weights }));
