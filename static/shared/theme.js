/** Light, dark, or as the device: the choice lies on the root element, where the stylesheet finds it. */

/** The page's background, which the system paints around it: as in css/tokens.css. */
const BACKGROUND = { light: "#f6f5f1", dark: "#121513" };

/** @param {string | undefined} theme */
export function showTheme(theme) {
  const chosen = theme === "light" || theme === "dark" ? theme : null;
  document.documentElement.dataset.theme = chosen ?? "auto";
  for (const meta of /** @type {NodeListOf<HTMLMetaElement>} */ (document.querySelectorAll("meta[name=theme-color]")))
    meta.content = BACKGROUND[chosen ?? (meta.media.includes("dark") ? "dark" : "light")];
}
