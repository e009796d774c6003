/** Joins the modules of the pages: a script for a list's page, one for all others, the reader of typed text, the keeper of the focus, the worker, the styles. */
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

const [folder, name] = process.argv.slice(2);

/** WebTransport needs HTTP/3, which we do not serve: 4 KB that nobody's first visit has to wait for. */
const withoutWebTransport = {
  name: "without-web-transport",
  /** @param {import("esbuild").PluginBuild} esbuild */
  setup({ onLoad }) {
    onLoad({ filter: /engine\.io-client.build.esm.transports.webtransport\.js$/ }, () => ({ contents: "export class WT {}" }));
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
  // The private names of socket.io and its kin; "_placeholder" is a word of its protocol.
  mangleProps: /^_[a-z]/i,
  reserveProps: /^_placeholder$/,
  define: { BUILD: JSON.stringify(name) },
  plugins: [withoutWebTransport, withoutIndents],
});
