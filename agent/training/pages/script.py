"""The script that shows a page in a tab, puts it into its state and reads what is where.

Nothing is read that a person could not see: a widget counts as whole when no edge cuts it, nothing covers it and its
name can be read; a character, when a click at its middle would hit its own element.
"""

import json

_SHOW = """
document.open(); document.write(html); document.close(); scrollTo(0, 0);
const find = (part, index) => document.querySelector(`[data-${part}="${index}"]`);
for (const e of document.querySelectorAll("[data-scroll]")) {
  e.scrollTop = e.dataset.scroll * (e.scrollHeight - e.clientHeight);
  const share = e.clientHeight / Math.max(e.scrollHeight, e.clientHeight + 1);
  const top = share * e.scrollTop, thumb = share * e.clientHeight;
  e.style.background = `linear-gradient(#888,#888) right 2px top ${top}px / 6px ${thumb}px no-repeat,` +
    "linear-gradient(#8884,#8884) right 0 top 0 / 10px 100% no-repeat";
}
const page = document.documentElement, most = page.scrollHeight - innerHeight;
scrollTo(0, scroll * most);
if (bar && most > 4) {
  const share = innerHeight / page.scrollHeight, e = document.createElement("div");
  e.style = "position:fixed;inset:0 0 0 auto;width:11px;z-index:8;border-left:1px solid #8886;background:" +
    `linear-gradient(#888,#888) 2px ${share * scrollY}px / 7px ${share * innerHeight}px no-repeat,#ddd`;
  document.body.append(e);
}
find("box", hovered)?.classList.add("hover");
"""

_SEEN = """
const ink = document.createElement("canvas").getContext("2d");
const seen = (e, x, y) => {
  if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return false;
  const hit = document.elementFromPoint(x, y);
  return hit !== null && e.contains(hit);
};
const shownAs = (text, transform) =>
  transform == "uppercase" ? text.toUpperCase() : transform == "lowercase" ? text.toLowerCase() : text;
const found = {box: {}, part: [], mark: {}, label: {}, clipped: [], transform: {}, face: {}, glyphs: []};
const unread = new Set();
const limits = new Map();
const limit = e => {  // where the text of an element that ends in an ellipsis ends
  if (!limits.has(e)) {
    const cut = e.closest(".cut"), outer = cut?.parentElement.closest(".cut");
    const box = outer ?? cut;
    let right = Infinity;
    if (box && box.scrollWidth > box.clientWidth) {
      ink.font = getComputedStyle(box).font;
      right = box.getBoundingClientRect().right - ink.measureText("\\u2026").width;
    }
    limits.set(e, right);
  }
  return limits.get(e);
};
"""

_TEXTS = """
const range = document.createRange();
const middle = (node, i) => {
  range.setStart(node, i); range.setEnd(node, i + 1);
  const r = range.getBoundingClientRect();
  return r.width ? [(r.left + r.right) / 2, (r.top + r.bottom) / 2, r.right] : null;
};
const readTexts = root => {
  const glyphs = [], walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const e = node.parentElement;
    if (e.closest("select,textarea,style")) continue;
    const owner = e.closest("[data-box],[data-label]");
    range.selectNodeContents(node);
    const r = range.getBoundingClientRect();
    if (!r.width || r.bottom < 0 || r.top > innerHeight) {
      if (owner && node.data.trim()) unread.add(owner);
      continue;
    }
    const text = shownAs(node.data, getComputedStyle(e).textTransform), right = limit(e);
    for (const word of node.data.matchAll(/\\S+/g)) {
      const places = [...word[0]].map((_, i) => middle(node, word.index + i));
      const visible = p => p && p[2] <= right && seen(e, p[0], p[1]);
      const ends = [visible(places[0]), visible(places.at(-1))];
      places.forEach((p, i) => {
        if (ends[0] == ends[1] ? ends[0] && p : visible(p)) glyphs.push([p[0], p[1], text[word.index + i]]);
        else if (owner) unread.add(owner);
      });
    }
  }
  return glyphs;
};
"""

_FIELDS = """
const put = (e, text, start, left, right, gap) => {  // `gap`: between the parts of a date
  const r = e.getBoundingClientRect(), y = (r.top + r.bottom) / 2;
  const width = end => ink.measureText(text.slice(0, end)).width;
  for (let i = 0; i < text.length; i++) {
    const x = start + (width(i) + width(i + 1)) / 2;
    if (text[i].trim() && x > left && x < right && seen(e, x, y)) found.glyphs.push([x, y, text[i]]);
    if ("/: ".includes(text[i])) start += gap;
  }
};
const two = n => String(n).padStart(2, "0");
const valueOf = e => {  // what Chromium writes into it
  if (e.tagName == "SELECT") return e.selectedOptions[0]?.text ?? "";
  if (e.type == "date") {
    const [year, month, day] = e.value ? e.value.split("-") : ["yyyy", "mm", "dd"];
    return `${month}/${day}/${year}`;
  }
  if (e.type == "time") {
    if (!e.value) return "--:-- --";
    const hour = Number(e.value.slice(0, 2));
    return `${two(hour % 12 || 12)}:${e.value.slice(3, 5)} ${hour < 12 ? "AM" : "PM"}`;
  }
  return e.value || e.placeholder;
};
const readFields = () => {
  for (const e of document.querySelectorAll("input.t, input.btn, select")) {
    const style = getComputedStyle(e), r = e.getBoundingClientRect(), text = shownAs(valueOf(e), style.textTransform);
    ink.font = style.font; ink.letterSpacing = style.letterSpacing;
    if (e.value && e.scrollWidth > e.clientWidth + 1 && e.dataset.box) found.clipped.push(e.dataset.box);
    if (e.type == "password" && e.value) continue;
    const closed = e.tagName == "SELECT", dated = e.type == "date" || e.type == "time";
    const left = r.left + parseFloat(style.borderLeftWidth) + parseFloat(style.paddingLeft);
    const right = r.right - parseFloat(style.borderRightWidth) - parseFloat(style.paddingRight) - (closed ? 16 : 0);
    const start = e.type == "button" ? (r.left + r.right - ink.measureText(text).width) / 2 : left - e.scrollLeft;
    put(e, text, start + (closed ? 4 : dated ? 1 : 0), left, right, dated ? 2 : 0);
    const cut = left + ink.measureText(text).width > right + 1;
    if (cut && !e.value && !find("label", e.dataset.box)) unread.add(e);  // its name is what is cut off
  }
  for (const e of document.querySelectorAll("textarea")) readArea(e);
};
const readArea = e => {  // its text is laid out once more where it can be read
  const style = getComputedStyle(e), r = e.getBoundingClientRect(), twin = document.createElement("div");
  for (const name of ["font", "letterSpacing", "padding", "border", "lineHeight"]) twin.style[name] = style[name];
  Object.assign(twin.style, {position: "fixed", visibility: "hidden", whiteSpace: "pre-wrap",
    overflowWrap: "break-word", left: `${r.left}px`, top: `${r.top - e.scrollTop}px`, width: `${r.width}px`});
  twin.textContent = e.value || e.placeholder;
  document.body.append(twin);
  for (let i = 0; i < twin.textContent.length; i++) {
    const p = middle(twin.firstChild, i), char = twin.textContent[i];
    if (p && char.trim() && seen(e, p[0], p[1]) && p[1] < r.top + e.clientHeight) found.glyphs.push([p[0], p[1], char]);
  }
  twin.remove();
  if (e.value && e.scrollHeight > e.clientHeight + 1 && e.dataset.box) found.clipped.push(e.dataset.box);
};
"""

_WIDGETS = """
const boxOf = e => {
  const rects = e.getClientRects(), r = rects.length > 1 && e.tagName == "A" ? rects[0] : e.getBoundingClientRect();
  return [r.left, r.top, r.right, r.bottom];
};
const visible = (e, box) => {  // what ancestors that clip and the window leave of a box
  let [left, top, right, bottom] = [Math.max(0, box[0]), Math.max(0, box[1]), Math.min(innerWidth, box[2]),
    Math.min(innerHeight, box[3])];
  for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
    const style = getComputedStyle(p);
    if (style.overflowX != "visible") {
      const r = p.getBoundingClientRect();
      [left, top] = [Math.max(left, r.left), Math.max(top, r.top)];
      [right, bottom] = [Math.min(right, r.right), Math.min(bottom, r.bottom)];
    }
    if (style.position == "fixed") break;
  }
  return [left, top, right, bottom];
};
const POINTS = [[.5, .5], [.15, .25], [.85, .25], [.15, .75], [.85, .75]];
const whole = (e, box) => {
  const rest = visible(e, box);
  if (box.some((value, i) => Math.abs(value - rest[i]) > 0.6)) return false;
  const at = ([x, y]) => [box[0] + x * (box[2] - box[0]), box[1] + y * (box[3] - box[1])];
  return !unread.has(e) && POINTS.every(point => seen(e, ...at(point)));
};
const partly = (e, box) => {
  const [left, top, right, bottom] = visible(e, box);
  return right - left > 1 && bottom - top > 1 && seen(e, (left + right) / 2, (top + bottom) / 2);
};
const readWidgets = () => {
  for (const e of document.querySelectorAll("[data-box]")) {
    const index = e.dataset.box, box = boxOf(e);
    if (e.closest("[data-behind]")) continue;
    if (partly(e, box)) found.part.push(index);
    const mark = find("mark", index), label = find("label", index);
    const transform = getComputedStyle(label ?? e).textTransform;
    if (transform != "none") found.transform[index] = transform;
    if (!whole(e, box)) continue;
    if (mark && !whole(mark, boxOf(mark)) || label && !whole(label, boxOf(label))) continue;
    found.box[index] = box;
    const {backgroundImage, backgroundColor} = getComputedStyle(e);
    if (e.matches(".btn:not(.hover,:disabled)") && backgroundImage == "none" && backgroundColor.startsWith("rgb("))
      found.face[index] = backgroundColor.match(/\\d+/g).map(Number);
    if (mark) found.mark[index] = boxOf(mark);
    if (label) found.label[index] = boxOf(label);
  }
};
"""

_READ = """
const dialog = document.querySelector("[data-modal]");
if (dialog) {
  readFields();
  const behind = [...found.glyphs, ...readTexts(document.body)];
  unread.clear();
  dialog.showModal();
  document.activeElement?.blur();
  const r = dialog.getBoundingClientRect();
  found.glyphs = behind.filter(([x, y]) => x < r.left || x > r.right || y < r.top || y > r.bottom);
}
const target = find("mark", focused) ?? find("box", focused);
target?.focus({preventScroll: true});
if (selected) target.select();
else if (target?.value && ["text", "password", "search", "textarea"].includes(target.type))
  target.setSelectionRange(target.value.length, target.value.length);
const marked = document.querySelector("[data-marked]");
if (marked && !target) {
  window.focus();
  getSelection().selectAllChildren(marked);
}
found.glyphs.push(...readTexts(dialog ?? document.body));
readFields();
readWidgets();
return found;
"""

READ = "([html, scroll, bar, hovered, focused, selected]) => {"
READ += _SHOW + _SEEN + _TEXTS + _FIELDS + _WIDGETS + _READ + "}"
"""Shows the page. Gives boxes, marks and labels by the widget's number, the numbers of widgets of which a part can be
seen, clipped fields, transformed texts, colours of buttons, and every visible character with its middle."""

_FRAME = """([width, height, ...page]) => {
  let frame = document.querySelector("iframe");
  if (!frame) {
    frame = document.createElement("iframe");
    document.body.style.margin = 0;
    document.body.replaceChildren(frame);
  }
  frame.style = `display:block;border:0;width:${width}px;height:${height}px`;
  return frame.contentWindow.eval(CODE)(page);
}"""

READ_FRAMED = _FRAME.replace("CODE", json.dumps(READ))
"""The same in a frame of the size of the page's window, in the upper left corner of a tab that may be larger."""

SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Waits until what was changed is shown."""
