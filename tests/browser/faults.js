/**
 * What an eye would complain about in the page as it stands: text that is cut, text and controls that lie over each
 * other, targets too small for a thumb, a page wider than its window. Answers a sentence for each.
 */
(/** @type {{phone: boolean, twice: boolean}} `twice`: text has twice its size, and an example may be cut */ { phone, twice }) => {
  const TARGET = 44;
  const CONTROLS = "button, a[href], input:not([type=hidden]), select, textarea, summary";
  /** Where the browser's own rounding ends and a fault begins. */
  const SLACK = 1;

  /** @param {Element} element */
  const named = (element) => {
    const id = element.id ? `#${element.id.replace(/-[0-9a-f-]{36}$/, "-…")}` : "";
    const classes = [...element.classList].map((name) => `.${name}`).join("");
    return `${element.localName}${id || classes}`;
  };
  /** @param {string | null | undefined} text */
  const quoted = (text) => JSON.stringify((text ?? "").trim().replace(/\s+/g, " ").slice(0, 60));
  /** @param {DOMRect} box */
  const placed = ({ left, top, right, bottom }) => `[${[left, top, right, bottom].map((side) => Math.round(side)).join(" ")}]`;

  /** @param {Element} element up to the root */
  const line = (element) => {
    const found = [];
    for (let one = /** @type {Element | null} */ (element); one; one = one.parentElement) found.push(one);
    return found;
  };

  const modal = [...document.querySelectorAll("dialog:modal")].at(-1) ?? null;
  const stage = modal ?? document.body;

  /** What is read aloud and not seen, and what is not drawn. @param {Element} element */
  const isSeen = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !line(element).some((one) => {
      const { clipPath, position } = getComputedStyle(one);
      return position === "absolute" && clipPath !== "none" && one.clientWidth <= 1;
    });

  /** What an element is painted with: the page, or something that floats over it. @param {Element} element */
  const layerOf = (element) =>
    line(element).find((one) => {
      const { position, transform, zIndex } = getComputedStyle(one);
      return one === modal || ["absolute", "fixed", "sticky"].includes(position) || transform !== "none" || (position !== "static" && zIndex !== "auto");
    }) ?? document.body;

  /** What lies under something opaque is not in another's way. @param {Element} element @param {DOMRect} box */
  const isOnTop = (element, box) => {
    const hit = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    return hit === null || hit === element || element.contains(hit) || hit.contains(element);
  };

  /** What is left of a box within all that cuts it on its way up. @param {Element} element @param {DOMRect} box */
  const shownOf = (element, box) => {
    let { left, top, right, bottom } = box;
    for (const one of line(element)) {
      const { overflowX, overflowY, display } = getComputedStyle(one);
      if (display === "inline" || display === "contents" || one === document.body || one === document.documentElement) continue;
      const edge = one.getBoundingClientRect();
      if (overflowX !== "visible") [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
      if (overflowY !== "visible") [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
    }
    return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
  };

  /** @typedef {{element: Element, text: string, box: DOMRect, shown: DOMRect, layer: Element}} Words */
  /** Each line of each text. @returns {Words[]} */
  const texts = () => {
    const found = [];
    const walk = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const element = /** @type {Element} */ (node.parentElement);
      if (!node.textContent?.trim() || element.matches("script, style, noscript, option, datalist *, textarea") || !isSeen(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width >= 1 && box.height >= 1) found.push({ element, text: node.textContent, box, shown: shownOf(element, box), layer: layerOf(element) });
      }
    }
    return found;
  };

  /** @type {{element: Element, box: DOMRect, layer: Element}[]} */
  const controls = [...stage.querySelectorAll(CONTROLS)]
    .filter(isSeen)
    .map((element) => ({ element, box: shownOf(element, element.getBoundingClientRect()), layer: layerOf(element) }))
    .filter(({ box }) => box.width > 0 && box.height > 0);

  /** @param {Element} element whether it is cut on purpose, with a sign that it is */
  const isMeantToBeCut = (element) => {
    const style = getComputedStyle(element);
    return style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
  };

  /** @param {string} overflow */
  const scrolls = (overflow) => overflow === "auto" || overflow === "scroll";

  /** @param {Words} words @returns {string[]} */
  const cut = ({ element, text, box }) => {
    for (const one of line(element)) {
      if (one === document.body || one === document.documentElement) break;
      const { overflowX, overflowY, display } = getComputedStyle(one);
      if (display === "inline" || display === "contents") continue;
      if (isMeantToBeCut(one) || scrolls(overflowX) || scrolls(overflowY)) return [];
      const edge = one.getBoundingClientRect();
      const across = overflowX !== "visible" && (box.left < edge.left - SLACK || box.right > edge.right + SLACK);
      // A line's box is higher than its letters.
      const down = overflowY !== "visible" && (box.top < edge.top - box.height / 4 || box.bottom > edge.bottom + box.height / 4);
      if (across || down) return [`cut: ${quoted(text)} in ${named(element)} ${placed(box)} by ${named(one)} ${placed(edge)}`];
    }
    const outside = box.left < -SLACK || box.right > innerWidth + SLACK;
    return outside ? [`outside the window: ${quoted(text)} in ${named(element)} ${placed(box)}, ${innerWidth} wide`] : [];
  };

  /** What leaves its own box stands on the edge of another's, even where nothing cuts it. @param {Element} element @returns {string[]} */
  const spilt = (element) => {
    const { display, overflowX } = getComputedStyle(element);
    if (display === "inline" || scrolls(overflowX) || isMeantToBeCut(element)) return [];
    if (element.scrollWidth <= element.clientWidth + SLACK || element.clientWidth === 0) return [];
    return [`too wide for its box: ${quoted(element.textContent)} in ${named(element)}, ${element.scrollWidth} in ${element.clientWidth}`];
  };

  const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  /** What a field shows of itself is no text of the page. @param {Element} field @returns {string[]} */
  const fieldCut = (field) => {
    const style = getComputedStyle(field);
    const inside = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    pen.font = style.font;
    // A field that cannot be dragged larger grows with what is typed, up to its limit.
    const grows = field.localName === "textarea" && style.resize === "none";
    if (!twice && grows && field.scrollHeight > field.clientHeight + SLACK && field.clientHeight + SLACK < parseFloat(style.maxHeight))
      return [`cut: what is typed in ${named(field)}, ${field.scrollHeight} in ${field.clientHeight}`];
    let text = "";
    if (field instanceof HTMLSelectElement) text = field.selectedOptions[0]?.text ?? "";
    else if (field instanceof HTMLInputElement && !field.value && !twice) text = field.placeholder;
    const wide = pen.measureText(text).width;
    return wide > inside + SLACK ? [`cut: ${quoted(text)} in ${named(field)}, ${Math.round(wide)} in ${Math.round(inside)}`] : [];
  };

  /** @param {DOMRect} one @param {DOMRect} other @param {number} [most] how much of the height of a line is air */
  const meet = (one, other, most = 0) => {
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    return across > SLACK && down > Math.max(SLACK, most);
  };

  /** Layers that float are held against each other, never against the page, which scrolls beneath them. @param {Element} one @param {Element} other */
  const share = (one, other) => one === other || (isFixed(one) && isFixed(other) && !one.contains(other) && !other.contains(one));
  /** @param {Element} layer */
  const isFixed = (layer) => getComputedStyle(layer).position === "fixed";

  /** @param {Words[]} words @returns {string[]} */
  const overlaps = (words) => {
    const found = [];
    for (const [place, one] of words.entries()) {
      for (const other of words.slice(place + 1)) {
        if (one.element === other.element || !share(one.layer, other.layer)) continue;
        const air = Math.min(one.box.height, other.box.height) / 4;
        if (meet(one.shown, other.shown, air) && isOnTop(one.element, one.shown) && isOnTop(other.element, other.shown))
          found.push(`overlap: ${quoted(one.text)} in ${named(one.element)} ${placed(one.shown)} and ${quoted(other.text)} in ${named(other.element)} ${placed(other.shown)}`);
      }
      for (const { element, box, layer } of controls) {
        const ones = element.contains(one.element) || one.element.contains(element) || element.closest("label")?.contains(one.element);
        if (!ones && share(one.layer, layer) && meet(one.shown, box, one.box.height / 4) && isOnTop(one.element, one.shown))
          found.push(`overlap: ${quoted(one.text)} in ${named(one.element)} ${placed(one.shown)} and ${named(element)} ${placed(box)}`);
      }
    }
    for (const [place, one] of controls.entries()) {
      for (const other of controls.slice(place + 1)) {
        if (one.element.contains(other.element) || other.element.contains(one.element) || !share(one.layer, other.layer)) continue;
        if (meet(one.box, other.box))
          found.push(`overlap: ${named(one.element)} ${placed(one.box)} and ${named(other.element)} ${placed(other.box)}`);
      }
    }
    return found;
  };

  /** A link within a sentence is as large as its words. @param {Element} element */
  const isInText = (element) => element.localName === "a" && getComputedStyle(element).display === "inline" && element.parentElement?.textContent !== element.textContent;

  /** @param {Element} element @returns {string[]} */
  const small = (element) => {
    const { width, height } = (element.matches("[type=checkbox], [type=radio]") && element.closest("label") ? /** @type {Element} */ (element.closest("label")) : element).getBoundingClientRect();
    if (isInText(element) || (width >= TARGET - 0.5 && height >= TARGET - 0.5)) return [];
    return [`small: ${named(element)} ${quoted(element.getAttribute("aria-label") ?? element.textContent)} is ${Math.round(width)} × ${Math.round(height)}`];
  };

  const words = texts();
  const wide = document.documentElement.scrollWidth;
  return [
    ...(wide > innerWidth ? [`scrolls sideways: ${wide} in ${innerWidth}`] : []),
    ...words.flatMap(cut),
    ...[...new Set(words.map(({ element }) => element))].flatMap(spilt),
    ...controls.flatMap(({ element }) => fieldCut(element)),
    ...overlaps(words),
    ...(phone ? controls.flatMap(({ element }) => small(element)) : []),
  ];
};
