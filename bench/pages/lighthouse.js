/**
 * Lighthouse on its phone profile: reads `{chromium, pages: [{name, url, cookie?}]}` from standard input and answers
 * one line of JSON for each page: `{name, scores: {performance, …}, complaints: ["audit: what it says"]}`.
 */
import { text } from "node:stream/consumers";
import lighthouse from "lighthouse";
import { launched, signedIn } from "./chromium.js";

const CATEGORIES = ["performance", "accessibility", "best-practices"];

/** @param {import("puppeteer-core").Browser} browser @param {{name: string, url: string, cookie?: string}} page */
async function judged(browser, { name, url, cookie }) {
  await signedIn(browser, url, cookie);
  const port = Number(new URL(browser.wsEndpoint()).port);
  const answer = await lighthouse(url, { port, onlyCategories: CATEGORIES, logLevel: "error" });
  if (!answer) throw new Error(`Lighthouse said nothing about ${url}`);
  const { lhr } = answer;
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  const scores = Object.fromEntries(CATEGORIES.map((key) => [key, Math.round((lhr.categories[key].score ?? 0) * 100)]));
  return { name, scores, complaints: CATEGORIES.flatMap((key) => complaints(lhr, key)) };
}

/** What costs points in a category. @param {import("lighthouse").Result} lhr @param {string} category @returns {string[]} */
const complaints = (lhr, category) =>
  lhr.categories[category].auditRefs
    .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9)
    .map(({ id }) => `${id}: ${lhr.audits[id].displayValue ?? lhr.audits[id].title}`);

const { chromium, pages } = JSON.parse(await text(process.stdin));

/** In a browser of its own, so that no page finds what another left behind. @param {typeof pages[number]} page */
async function inItsOwn(page) {
  const browser = await launched(chromium);
  try {
    return await judged(browser, page);
  } finally {
    await browser.close();
  }
}

for (const page of pages) {
  // Now and then Chromium's trace lacks its beginning (NO_NAVSTART), which says nothing about the page.
  const answer = await inItsOwn(page).catch((error) => {
    console.error(String(error));
    return inItsOwn(page);
  });
  console.log(JSON.stringify(answer));
}
