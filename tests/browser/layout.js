/* What is wrong with the page as it is laid out now: a list of sentences. `width` is the width of the screen. */
(width) => {
  const found = [];
  const name = (element) => {
    const classes = [...element.classList].map((part) => "." + part).join("");
    return `<${element.tagName.toLowerCase()}${classes}> “${element.textContent.trim().replace(/\s+/g, " ").slice(0, 60)}”`;
  };
  const style = (element) => getComputedStyle(element);
  const isHiddenFromSight = (element) => {
    if (!element.checkVisibility()) return true; // also what a closed <details> holds
    for (let at = element; at; at = at.parentElement) {
      const { clipPath, visibility, display } = style(at);
      if (clipPath === "inset(50%)" || visibility === "hidden" || display === "none") return true;
    }
    return false;
  };
  const clips = (value) => value !== "visible";
  const scrolls = (value) => value === "auto" || value === "scroll";
  const isInsideAScrollBox = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (scrolls(style(at).overflowX)) return true;
    }
    return false;
  };

  const root = document.documentElement;
  if (root.scrollWidth > width) found.push(`the page is ${root.scrollWidth}px wide on a screen of ${width}px`);

  for (const element of document.body.querySelectorAll("*")) {
    if (!element.getClientRects().length || element.closest("svg, select") || isHiddenFromSight(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.right > width + 0.5 && !isInsideAScrollBox(element)) {
      found.push(`${name(element)} ends at ${Math.round(box.right)}px`);
    }
  }

  /* Text may not run out of the box that frames it, nor over other text, nor break inside a word. */
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const parent = text.parentElement;
    if (!text.data.trim() || parent.closest("select, script, style, noscript") || isHiddenFromSight(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const frame = parent.closest("td, th, .card, .button, .pill, .totals, li, .notice, fieldset, .desk-card") || document.body;
    const edge = frame.getBoundingClientRect().right;
    const boxes = range.getClientRects();
    /* What has no blank for a whole line, as names of files may, must break somewhere. */
    const breakable = text.data.replace(/\S{40,}/g, (long) => " ".repeat(long.length));
    for (const word of boxes.length > 1 && !parent.closest("code") ? breakable.matchAll(/\p{L}+/gu) : []) {
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) found.push(`the word “${word[0]}” is broken in ${name(parent)}`);
    }
    for (const box of boxes) {
      if (box.width < 1 || box.height < 1) continue;
      if (box.right > edge + 1 && !isInsideAScrollBox(parent) && !clips(style(parent).overflowX) && !clips(style(frame).overflowX)) {
        found.push(`text “${text.data.trim().slice(0, 60)}” runs ${Math.round(box.right - edge)}px out of ${name(frame)}`);
      }
      if (isInsideAScrollBox(parent) || style(parent).position === "fixed") continue;
      /* Of a line that ends in “…” only the part before it is seen. */
      const right = clips(style(parent).overflowX) ? Math.min(box.right, parent.getBoundingClientRect().right) : box.right;
      lines.push({ box: new DOMRect(box.left, box.top, right - box.left, box.height), text, parent });
    }
  }
  lines.sort((one, other) => one.box.top - other.box.top);
  for (let at = 0; at < lines.length; at++) {
    const { box, text, parent } = lines[at];
    for (let next = at + 1; next < lines.length && lines[next].box.top < box.bottom; next++) {
      const other = lines[next];
      if (other.text === text || other.parent.contains(parent) || parent.contains(other.parent)) continue;
      const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
      /* Lines of text may share the space between them; a third of the height is letters over letters. */
      if (across > 2 && down > Math.min(box.height, other.box.height) / 3) {
        found.push(`“${text.data.trim().slice(0, 40)}” and “${other.text.data.trim().slice(0, 40)}” lie over each other`);
      }
    }
  }
  return [...new Set(found)];
}
