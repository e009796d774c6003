/** Copying text, also on plain http, where there is no clipboard to write to. */

/**
 * @param {string} text
 * @param {HTMLInputElement | HTMLTextAreaElement | null} field shows the text; it is selected where only a person can copy it
 * @returns {Promise<boolean>} whether it is copied; else it is selected
 */
export async function copyText(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field?.focus();
    field?.select();
    return field !== null && document.execCommand("copy");
  }
}
