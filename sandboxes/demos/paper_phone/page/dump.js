"use strict";
// The screen as `uiautomator dump` writes it: one node for each thing that is seen, with its box in pixels.

const CLASSES = { BUTTON: "android.widget.Button", INPUT: "android.widget.EditText", TEXTAREA: "android.widget.EditText", H1: "android.widget.TextView" };

// Characters that XML can't hold are dots, as on Android.
const escaped = (text) => text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, ".").replace(/[&<>"\n]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;" })[c]);

const ownText = (node) => [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data).join("").trim();

function className(node) {
  if (node.getAttribute("role") === "switch") return "android.widget.Switch";
  if (node.getAttribute("role") === "radio") return "android.widget.RadioButton";
  if (node.type === "range") return "android.widget.SeekBar";
  if (node.classList.contains("scroll")) return "android.widget.ScrollView";
  if (node.id === "phone") return "android.widget.FrameLayout";
  return CLASSES[node.tagName] ?? (ownText(node) ? "android.widget.TextView" : "android.view.View");
}

function attributes(node, box, index) {
  const editable = node.matches("input, textarea");
  const checked = node.getAttribute("aria-checked");
  const id = node.dataset.id;
  const given = {
    index, text: editable ? node.value : ownText(node),
    "resource-id": id ? `${phone.focus().package}:id/${id}` : "",
    class: className(node), package: phone.focus().package, "content-desc": node.getAttribute("aria-label") ?? "",
    checkable: checked != null, checked: checked === "true", clickable: node.matches("button, input, textarea, [role=switch]"),
    enabled: true, focusable: node.matches("button, input, textarea"), focused: node === document.activeElement,
    scrollable: node.classList.contains("scroll") && node.scrollHeight > node.clientHeight, "long-clickable": node.matches(".note"),
    password: false, selected: node.getAttribute("aria-selected") === "true",
    bounds: `[${Math.round(box.left)},${Math.round(box.top)}][${Math.round(box.right)},${Math.round(box.bottom)}]`,
  };
  return Object.entries(given).map(([name, value]) => `${name}="${escaped(String(value))}"`).join(" ");
}

const isSeen = (box) => box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;

function nodes(node, index = 0) {
  const box = node.getBoundingClientRect();
  if (node.tagName === "svg" || !isSeen(box)) return "";
  const inner = [...node.children].map((child, at) => nodes(child, at)).join("");
  const worth = node.id === "phone" || node.matches("button, input, textarea, .scroll, [data-id]") || ownText(node);
  return worth ? `<node ${attributes(node, box, index)}>${inner}</node>` : inner;
}

phone.dump = (rotation) => `<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation="${rotation}">${nodes(document.getElementById("phone"))}</hierarchy>`;

// The pixel in the middle of what has this id, for those who test the phone or write tasks for it.
phone.middle = (id) => {
  const all = [...document.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)];
  const box = all.at(-1).getBoundingClientRect();
  return [Math.floor((box.left + box.right) / 2), Math.floor((box.top + box.bottom) / 2)];
};
