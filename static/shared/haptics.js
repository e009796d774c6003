/** A short buzz under one's own finger, where the device can and its reader has not switched it off. */
import { recall, remember } from "./memory.js";

export const hapticsOn = () => recall("haptics") !== "off";

/** @param {boolean} on */
export const setHaptics = (on) => remember("haptics", on ? null : "off");

/** @param {number} ms */
export function buzz(ms) {
  if (hapticsOn()) navigator.vibrate?.(ms);
}
