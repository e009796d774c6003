/** Headless Chromium for the measurements of the pages, and the sign-in that some of them need. */
import puppeteer from "puppeteer-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"];

/** @param {string} chromium the path of the program @returns {Promise<import("puppeteer-core").Browser>} */
export const launched = (chromium) => puppeteer.launch({ executablePath: chromium, args: FLAGS, headless: "shell" });

/** @param {import("puppeteer-core").Browser} browser @param {string} url @param {string} [token] */
export async function signedIn(browser, url, token) {
  if (token) await browser.setCookie({ name: "shoplist", value: token, domain: new URL(url).hostname, httpOnly: true, sameSite: "Lax" });
}
