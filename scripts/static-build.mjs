/** Joins the modules of the pages: a script for a list's page, one for what is opened every day beside it, one for what is opened now and then, the reader of typed text, the keeper of the focus, the worker, the styles. */
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

await build({
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
  outdir: folder,
  bundle: true,
  minify: true,
  sourcemap: true,
  format: "esm",
  target: ["chrome100", "firefox100", "safari15.4"],
  charset: "utf8",
  legalComments: "linked",
  logLevel: "warning",
  define: { BUILD: JSON.stringify(name) },
  plugins: [withoutSpareParts, withoutIndents],
});
