/** Ids that this device makes: random UUIDs, also on plain http, where `crypto.randomUUID` is missing. */

/** @returns {string} a UUID of version 4, 36 characters in lower case */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [0, 8, 12, 16, 20].map((start, place, starts) => digits.slice(start, starts[place + 1])).join("-");
}
