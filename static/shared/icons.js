/** The icons of the pages: an outline set, 24 px, drawn inline in the colour of the text around them. */
import {
  Archive, ArchiveRestore, ArrowLeft, BrushCleaning, Check, ChevronDown, ChevronUp, CircleUserRound, ClipboardCopy, Cloud, CloudOff, Copy,
  Ellipsis, Eye, EyeOff, History, Link, LogOut, Minus, Pencil, Plus, RotateCcw, Trash2, Undo2, UsersRound, X,
} from "lucide";
import { h } from "preact";

/** @typedef {readonly (readonly [string, Record<string, string | number | undefined>])[]} Shapes */

const SHAPES = {
  back: ArrowLeft, account: CircleUserRound, offline: CloudOff, cloud: Cloud, check: Check, more: Ellipsis, add: Plus, less: Minus,
  remove: Trash2, close: X, archive: Archive, unarchive: ArchiveRestore, clear: BrushCleaning, down: ChevronDown, up: ChevronUp,
  text: ClipboardCopy, copy: Copy, show: Eye, hide: EyeOff, history: History, leave: LogOut, rename: Pencil, untick: RotateCcw,
  restore: Undo2, members: UsersRound, link: Link,
};

/** An icon beside words, or within a button that has a name: it says nothing by itself. @param {{name: keyof typeof SHAPES}} props */
export function Icon({ name }) {
  const shapes = /** @type {Shapes} */ (SHAPES[name]);
  const drawn = shapes.map(([tag, attributes], place) => h(tag, { ...attributes, key: place }));
  return h("svg", { class: "icon", viewBox: "0 0 24 24", width: 24, height: 24, "aria-hidden": "true" }, drawn);
}
