/** What a slip looks like, in the pages and their tests; style is left to the reader. */
import js from "@eslint/js";
import globals from "globals";

const STRANGE_ON_A_LAN = [
  { object: "crypto", property: "randomUUID", message: "Missing on plain http: use newId() of shared/ids.js." },
  { object: "crypto", property: "subtle", message: "Missing on plain http." },
  { object: "navigator", property: "onLine", message: "It lies both ways: go by our own timeouts (shared/live.js)." },
  { object: "navigator", property: "locks", message: "Missing on plain http." },
];

/** Every word comes from the dictionaries: a template holds none of its own, nor an attribute that is read aloud. */
const noLiteralText = {
  create: (/** @type {import("eslint").Rule.RuleContext} */ context) => ({
    TaggedTemplateExpression(/** @type {import("estree").TaggedTemplateExpression} */ node) {
      if (node.tag.type !== "Identifier" || node.tag.name !== "html") return;
      const template = node.quasi.quasis.map((part) => part.value.raw).join("\u0000");
      const text = template.replace(/<[^>]*>/g, "");
      const aloud = /\s(aria-label|placeholder|title|alt|label|hint)="[^"]*\p{L}/u.test(template);
      if (/\p{L}/u.test(text) || aloud) context.report({ node, message: "Words of a view come from shared/words.js." });
    },
  }),
};

export default [
  { ignores: ["static/dist/**", "**/node_modules/**"] },
  js.configs.recommended,
  {
    files: ["static/**/*.js"],
    languageOptions: { globals: globals.browser },
    plugins: { pages: { rules: { "no-literal-text": noLiteralText } } },
    rules: {
      "pages/no-literal-text": "error",
      "no-restricted-properties": ["error", ...STRANGE_ON_A_LAN],
      "no-restricted-syntax": [
        "error",
        {
          selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]",
          message: "Text is text, never HTML.",
        },
        { selector: "JSXAttribute, Property[key.name='dangerouslySetInnerHTML']", message: "Text is text, never HTML." },
      ],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["static/worker/worker.js"],
    languageOptions: { globals: { ...globals.serviceworker, BUILD: "readonly" } },
  },
  {
    files: ["static/**/model.js", "static/shared/queue.js"],
    rules: {
      "no-restricted-globals": ["error", "document", "window", "localStorage", "indexedDB", "fetch", "setTimeout"],
    },
  },
  // What a driver evaluates in a page beside what it does itself.
  { files: ["tests/browser/*.js", "bench/pages/*.js"], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  { files: ["tests/static/**/*.js", "scripts/*.mjs", "eslint.config.js"], languageOptions: { globals: globals.node } },
];
