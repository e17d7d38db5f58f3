"use strict";
// What every screen is made of. `h` makes an element; the rest are the phone's own controls.

const ICONS = {
  add: "M12 5v14M5 12h14",
  airplane: "M12 3v18M12 9l9 5M12 9l-9 5M12 18l4 3M12 18l-4 3",
  back: "M19 12H5M11 6l-6 6 6 6",
  battery: "M4 8h14v8H4zM21 11v2M6 10h9v4H6z",
  bluetooth: "M7 8l10 8-5 4V4l5 4-10 8",
  check: "M5 13l5 5 9-11",
  clock: "M12 3a9 9 0 1 0 .01 0M12 7v5l4 2",
  close: "M6 6l12 12M18 6L6 18",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  gear: "M12 9a3 3 0 1 0 .01 0M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M18.4 5.6l-2.1 2.1M7.7 16.3l-2.1 2.1",
  moon: "M20 14A8 8 0 1 1 10 4a7 7 0 0 0 10 10z",
  note: "M6 3h9l4 4v14H6zM9 12h7M9 16h7",
  person: "M12 4a4 4 0 1 0 .01 0M4 20c1-5 15-5 16 0",
  phone: "M8 3h8v18H8zM11 18h2",
  search: "M11 4a7 7 0 1 0 .01 0M16 16l5 5",
  stopwatch: "M12 6a8 8 0 1 0 .01 0M12 10v4M10 2h4",
  sun: "M12 8a4 4 0 1 0 .01 0M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  text: "M5 6h14M12 6v13M9 19h6",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 14h8l1-14",
  wifi: "M3 9c5-5 13-5 18 0M6 13c3-3 9-3 12 0M9 16.5c2-2 4-2 6 0M12 20h.01",
  left: "M17 4L6 12l11 8z",
  circle: "M12 4a8 8 0 1 0 .01 0",
  square: "M5 5h14v14H5z",
};

function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const iconButton = (name, label, id, onclick) =>
  h("button", { class: "round", "aria-label": label, "data-id": id, onclick }, icon(name));

// A screen of an app: its bar, what scrolls, and what stays in place.
function page({ title, back = true, actions = [], fixed = [] }, ...body) {
  return [
    h("div", { class: "bar" },
      back && iconButton("back", "Navigate up", "up", () => phone.back()),
      h("h1", {}, title), ...actions),
    h("div", { class: "scroll" }, ...body),
    ...fixed,
  ];
}

const card = (...rows) => h("div", { class: "card" }, ...rows);
const heading = (text) => h("div", { class: "heading" }, text);
const empty = (text) => h("div", { class: "empty" }, text);

const words = (title, detail) => h("span", { class: "words" },
  h("span", { class: "title" }, title), detail ? h("span", { class: "detail" }, detail) : null);

function row({ title, detail, left, right, id, ...attributes }) {
  return h("button", { class: "row", "data-id": id, ...attributes }, left, words(title, detail), right);
}

function switchRow({ on, onclick, ...more }) {
  return row({ ...more, role: "switch", "aria-checked": String(on), onclick, right: h("span", { class: "switch" }) });
}

function radioRow({ on, onclick, ...more }) {
  return row({ ...more, role: "radio", "aria-checked": String(on), onclick, left: h("span", { class: "radio" }) });
}

function field({ title, id, value, oninput, ...more }) {
  const typed = (event) => oninput(event.target.value);
  return h("label", { class: "field" }, title && h("span", { class: "title" }, title),
    h("input", { type: "text", "data-id": id, value, oninput: typed, "aria-label": title, autocomplete: "off", spellcheck: "false", ...more }));
}

// A question with two answers, over everything until one is chosen.
function ask(question, detail, yes, onyes) {
  const close = () => { phone.dialog = null; phone.draw(); };
  phone.dialog = () => h("div", { class: "dialog" }, h("div", { class: "box", role: "dialog" },
    h("h2", {}, question), h("p", {}, detail),
    h("div", { class: "choices" },
      h("button", { class: "text-button", "data-id": "cancel", onclick: close }, "Cancel"),
      h("button", { class: "text-button danger", "data-id": "confirm", onclick: () => { close(); onyes(); } }, yes))));
  phone.draw();
}
