/** Pulling a sheet down with a finger: it follows, and far or fast enough it leaves. */

const FAR_PX = 96;
const FAST_PX_MS = 0.5;
const STAYS_MS = 100;
const CURVE = "cubic-bezier(.2,.8,.2,1)";

/**
 * What to hear on the head of a sheet.
 * @param {{current: HTMLDialogElement | null}} dialog
 * @param {() => void} close
 */
export function pulls(dialog, close) {
  /** @type {{y: number, at: number} | null} */
  let from = null;
  /** @param {PointerEvent} event */
  const by = (event) => (from ? Math.max(0, event.clientY - from.y) : 0);
  /** @param {number} y */
  const move = (y) => dialog.current && (dialog.current.style.transform = y ? `translateY(${y}px)` : "");
  // A sheet that has something to tell first does not close.
  const rise = () => {
    if (!dialog.current?.open) return;
    for (const animation of dialog.current.getAnimations()) animation.cancel();
    move(0);
  };
  return {
    /** @param {PointerEvent} event */
    onPointerDown(event) {
      if (event.pointerType === "mouse" || (event.target instanceof Element && event.target.closest("button"))) return;
      from = { y: event.clientY, at: event.timeStamp };
      /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId);
    },
    /** @param {PointerEvent} event */
    onPointerMove(event) {
      if (from) move(by(event));
    },
    /** @param {PointerEvent} event */
    onPointerUp(event) {
      const far = by(event);
      const fast = from !== null && far / Math.max(1, event.timeStamp - from.at) > FAST_PX_MS && far > 24;
      from = null;
      if (far > FAR_PX || fast) void sunk(dialog.current, far).then(close).then(() => setTimeout(rise, STAYS_MS));
      else back(dialog.current, far, move);
    },
    onPointerCancel() {
      from = null;
      move(0);
    },
  };
}

/** @param {HTMLDialogElement | null} sheet @param {number} far */
async function sunk(sheet, far) {
  const steps = [{ transform: `translateY(${far}px)` }, { transform: "translateY(100%)" }];
  await sheet?.animate?.(steps, { duration: 160, easing: CURVE, fill: "forwards" }).finished.catch(() => {});
}

/** @param {HTMLDialogElement | null} sheet @param {number} far @param {(y: number) => void} move */
function back(sheet, far, move) {
  move(0);
  if (far > 0) sheet?.animate?.([{ transform: `translateY(${far}px)` }, { transform: "none" }], { duration: 180, easing: CURVE });
}
