/** The script of the sheets that a tap opens over a list: its menu, its members, its links, its history, an item, the keys. */
export { HistorySheet } from "./history-view.js";
export { ItemSheet } from "./item-view.js";
export { KeysSheet } from "./keys-view.js";
export { MembersSheet } from "./members-view.js";
export { Menu } from "./menu-view.js";
export { SharesSheet } from "./shares-view.js";
