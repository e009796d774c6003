/** Joins the modules of the pages: a script for a list's page, one for its sheets, one for what stands beside it on a wide screen, one for what is opened every day beside it, one for what is opened now and then, the reader of typed text, the keeper of the focus, the worker, the styles. */
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

const [folder, name] = process.argv.slice(2);

/**
 * Parts of socket.io that nobody's first visit has to wait for: WebTransport needs HTTP/3, which we do not serve, and
 * nothing that we say or hear is binary.
 */
const withoutSpareParts = {
  name: "without-spare-parts",
  /** @param {import("esbuild").PluginBuild} esbuild */
  setup({ onLoad }) {
    const no = "() => false";
    onLoad({ filter: /engine\.io-client.build.esm.transports.webtransport\.js$/ }, () => ({ contents: "export class WT {}" }));
    onLoad({ filter: /socket\.io-parser.build.esm.is-binary\.js$/ }, () => ({ contents: `export const isBinary = ${no}, hasBinary = ${no};` }));
    onLoad({ filter: /socket\.io-parser.build.esm.binary\.js$/ }, () => ({
      contents: `export const deconstructPacket = ${no}, reconstructPacket = ${no};`,
    }));
  },
};

/** Lines of a template are set in for who reads the source: what stands before them is dropped, and the lines stay. */
const withoutIndents = {
  name: "without-indents",
  /** @param {import("esbuild").PluginBuild} esbuild */
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]static[\\/].*\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/\n[ ]+/g, "\n"),
      loader: "js",
    }));
  },
};

/** A list's script has these already: those that come after it take them from there, so that there is one of each. */
const fromKit = {
  name: "from-kit",
  /** @param {import("esbuild").PluginBuild} esbuild */
  async setup({ onResolve, resolve }) {
    const kit = await readFile("static/list/kit.js", "utf8");
    const names = [...kit.matchAll(/ from "([^"]+)"/g)].map(([, name]) => name);
    const where = (/** @type {string} */ path, folder = "static/list") =>
      resolve(path, { resolveDir: folder, kind: "import-statement", pluginData: "known" }).then((found) => found.path);
    /** @type {Promise<string[]> | undefined} */
    let shared;
    onResolve({ filter: /./ }, async ({ path, resolveDir, pluginData, kind }) => {
      if (pluginData === "known" || kind === "entry-point") return undefined;
      shared ??= Promise.all(names.map((name) => where(name)));
      return (await shared).includes(await where(path, resolveDir)) ? { path: "./list.js", external: true } : undefined;
    });
  },
};

/** @type {import("esbuild").BuildOptions} */
const options = {
  outdir: folder,
  bundle: true,
  minify: true,
  sourcemap: true,
  format: "esm",
  target: ["chrome100", "firefox100", "safari15.4"],
  charset: "utf8",
  legalComments: "linked",
  logLevel: "warning",
  metafile: true,
  define: { BUILD: JSON.stringify(name) },
};

const pages = await build({
  ...options,
  entryPoints: [
    { in: "static/list.js", out: "list" },
    { in: "static/css/list.css", out: "list" },
    { in: "static/pages.js", out: "pages" },
    { in: "static/settings.js", out: "settings" },
    { in: "static/css/app.css", out: "app" },
    { in: "static/shared/text.js", out: "text" },
    { in: "static/shared/focus.js", out: "focus" },
    { in: "static/worker/worker.js", out: "sw" },
  ],
  plugins: [withoutSpareParts, withoutIndents],
});
const AFTER = ["sheets", "pane"];
await build({ ...options, entryPoints: AFTER.map((name) => ({ in: `static/list/${name}.js`, out: name })), plugins: [fromKit, withoutIndents] });

const given = Object.entries(pages.metafile?.outputs ?? {}).find(([path]) => path.endsWith("/list.js"))?.[1].exports ?? [];
const after = await Promise.all(AFTER.map((name) => readFile(`${folder}/${name}.js`, "utf8")));
const taken = after.flatMap((text) => [...text.matchAll(/import\{([^}]+)\}from"\.\/list\.js"/g)]);
const missing = taken.flatMap(([, names]) => names.split(",").map((one) => one.split(" ")[0])).filter((one) => !given.includes(one));
if (missing.length > 0) throw new Error(`static/list/kit.js does not give ${missing.join(", ")}`);
