/** Light, dark, or as the device: the choice lies on the root element, where the stylesheet finds it. */

/** @param {string | undefined} theme */
export function showTheme(theme) {
  document.documentElement.dataset.theme = theme === "light" || theme === "dark" ? theme : "auto";
}
