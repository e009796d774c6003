/** Completes a built folder: the files that are only copied, compressed twins of all text, and the list of files. */
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { words as en } from "../static/shared/words.en.js";
import { words as ru } from "../static/shared/words.ru.js";

const [folder, build] = process.argv.slice(2);
const COPIED = {
  "static/icon.svg": "icon.svg",
  "static/icons": "icons",
  "static/swagger/page.js": "swagger/page.js",
  "static/swagger/live.css": "swagger/live.css",
  "node_modules/swagger-ui-dist/swagger-ui.css": "swagger/swagger-ui.css",
  "node_modules/swagger-ui-dist/swagger-ui-bundle.js": "swagger/swagger-ui-bundle.js",
  "node_modules/swagger-ui-dist/LICENSE": "swagger/LICENSE.txt",
};
// As it comes, and for scripts that fit into a narrow window: of each file the lesser is kept.
const WAYS = [{}, { [constants.BROTLI_PARAM_LGWIN]: 18, [constants.BROTLI_PARAM_NPOSTFIX]: 1 }];
const TEXT = /\.(js|css|svg|html|json|txt)$/;

mkdirSync(join(folder, "swagger"), { recursive: true });
for (const [from, to] of Object.entries(COPIED)) cpSync(from, join(folder, to), { recursive: true });
// A page needs the words that its script names, in one language: as data beside the script, not within it.
/** The words of a list's script, which those that come after it need not have again. @type {Set<string>} */
const beside = new Set();
const AFTER = new Set(["sheets", "pane"]);
for (const script of ["list", ...AFTER, "pages", "settings"]) {
  const text = readFileSync(join(folder, `${script}.js`), "utf8");
  const families = [...text.matchAll(/([a-z_]+\.(?:[a-z_]+\.)*)\$\{/g)].map(([, prefix]) => prefix);
  const isNamed = (/** @type {string} */ key) => text.includes(key) || families.some((prefix) => key.startsWith(prefix));
  const keys = new Set(Object.keys(en).filter((key) => isNamed(key) && !(AFTER.has(script) && beside.has(key))));
  if (script === "list") for (const key of keys) beside.add(key);
  for (const [language, words] of Object.entries({ en, ru })) {
    const named = Object.fromEntries(Object.entries(words).filter(([key]) => keys.has(key)).map(([key, word]) => [key, brief(word)]));
    writeFileSync(join(folder, `${script}.${language}.json`), JSON.stringify(named));
  }
}

/** @param {Buffer} text @param {Record<number, number>} way */
function withBrotli(text, way) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length, ...way };
  return brotliCompressSync(text, { params });
}

/** Without the plurals that are as the form for all others, which stands in for them. @param {string | Record<string, string>} word */
function brief(word) {
  if (typeof word === "string") return word;
  const others = Object.entries(word).filter(([form, text]) => form !== "other" && text !== word.other);
  return others.length ? { ...Object.fromEntries(others), other: word.other } : word.other;
}

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(join(folder).length + 1).replaceAll("\\", "/"))
  .sort();
for (const name of files.filter((name) => TEXT.test(name))) {
  const text = readFileSync(join(folder, name));
  writeFileSync(join(folder, `${name}.gz`), gzipSync(text, { level: 9 }));
  const [least] = WAYS.map((way) => withBrotli(text, way)).sort((one, other) => one.length - other.length);
  writeFileSync(join(folder, `${name}.br`), least);
}
writeFileSync(join(folder, "build.json"), `${JSON.stringify({ build, files }, null, 1)}\n`);
