// What lies at a point, or has the focus, in one document: run in a world of its own, where the page can't lie about it.
(at) => {
  const deep = () => {
    let found = at ? document.elementFromPoint(at.x, at.y) : document.activeElement;
    while (found && found.shadowRoot) {
      const inner = at ? found.shadowRoot.elementFromPoint(at.x, at.y) : found.shadowRoot.activeElement;
      if (!inner || inner === found) break;
      found = inner;
    }
    return found;
  };
  const up = (element) => element.assignedSlot || element.parentElement || (element.getRootNode() || {}).host || null;
  const nearest = (element, test) => {
    for (let one = element; one; one = up(one)) if (test(one)) return one;
    return null;
  };
  const element = deep();
  if (!element) return { role: "text", texts: [], around: "", submits: false, leads_to: "" };
  if (element.tagName === "IFRAME" || element.tagName === "FRAME" || element.tagName === "OBJECT") {
    const box = element.getBoundingClientRect();
    globalThis.handeyeFrame = element;
    return { frame: true, x: box.left + element.clientLeft, y: box.top + element.clientTop };
  }
  const TOGGLES = ["checkbox", "radio", "switch", "tab", "option", "menuitemcheckbox", "menuitemradio", "treeitem", "slider"];
  const EDITS = ["textbox", "searchbox", "combobox", "spinbutton"];
  const PRESSES = ["button", "menuitem"];
  const attribute = (one, name) => (one.getAttribute && one.getAttribute(name)) || "";
  const kind = (one) => {
    const tag = one.tagName, type = (one.type || "").toLowerCase(), role = attribute(one, "role").toLowerCase();
    if (tag === "INPUT") {
      if (type === "password") return "password";
      if (type === "file") return "file";
      if (["submit", "image", "button", "reset"].includes(type)) return "button";
      if (["checkbox", "radio", "range", "color"].includes(type)) return "toggle";
      return "field";
    }
    if (tag === "BUTTON") return "button";
    if (tag === "TEXTAREA" || one.isContentEditable) return "field";
    if (tag === "SELECT" || tag === "OPTION") return "toggle";
    if (tag === "A" || tag === "AREA") return one.href ? "link" : "";
    if (tag === "SUMMARY") return "toggle";
    if (PRESSES.includes(role)) return "button";
    if (role === "link") return "button";
    if (TOGGLES.includes(role)) return "toggle";
    if (EDITS.includes(role)) return "field";
    return "";
  };
  let target = nearest(element, (one) => kind(one) !== "");
  let role = target ? kind(target) : "";
  if (!target) {
    const label = nearest(element, (one) => one.tagName === "LABEL");
    if (label && label.control) { target = label.control; role = kind(target) || "toggle"; }
  }
  if (!target) {
    const handled = nearest(element, (one) => one.onclick || one.hasAttribute("onclick") || one.hasAttribute("jsaction")
      || (one !== document.body && one !== document.documentElement && getComputedStyle(one).cursor === "pointer"));
    target = handled || element;
    role = handled ? "button" : "text";
  }
  const cut = (text, most) => (text || "").replace(/\s+/g, " ").trim().slice(0, most);
  const texts = [];
  const add = (text) => { const said = cut(text, 200); if (said && !texts.includes(said)) texts.push(said); };
  const fields = role === "field" || role === "password" || role === "toggle" || role === "file";
  if (!fields) add(target.innerText);
  if (target.tagName === "INPUT" && role === "button") {
    add(target.value || (target.type === "submit" ? "Submit" : target.type === "reset" ? "Reset" : ""));
  }
  for (const label of target.labels || []) add(label.innerText);
  for (const name of ["aria-label", "alt", "title", "placeholder", "name"]) {
    if (name !== "name" || (fields && !texts.length)) add(attribute(target, name));
  }
  for (const id of attribute(target, "aria-labelledby").split(/\s+/)) {
    const said = id && target.getRootNode().getElementById && target.getRootNode().getElementById(id);
    if (said) add(said.innerText);
  }
  for (const image of target.querySelectorAll ? target.querySelectorAll("img[alt], svg title") : []) {
    add(image.getAttribute("alt") || image.textContent);
  }
  if (target.tagName === "SELECT") add(target.selectedOptions[0] && target.selectedOptions[0].label);
  const form = target.form || nearest(target, (one) => one.tagName === "FORM");
  const group = form || nearest(target, (one) => one.tagName === "DIALOG" || ["dialog", "alertdialog"].includes(attribute(one, "role")))
    || document.body;
  const presses = role === "button" && target.tagName !== "A"
    && (target.tagName !== "BUTTON" || (target.type || "submit") === "submit")
    && (target.tagName !== "INPUT" || ["submit", "image"].includes(target.type));
  let submits = false, leads = "";
  if (form && (presses || (!at && role !== "button") || role === "field" || role === "password")) {
    const method = attribute(target, "formmethod") || form.getAttribute("method") || "get";
    submits = method.toLowerCase() !== "dialog" && (method.toLowerCase() === "post" || !form.hasAttribute("action"));
    if (presses || !at) {
      const action = attribute(target, "formaction") || form.getAttribute("action") || "";
      try { leads = new URL(action, document.baseURI).href; } catch { leads = ""; }
    }
  }
  const written = ["text", "email", "tel", "url", "search", "number", "password", "textarea"];
  const open = form ? [...form.elements].filter((one) => written.includes(one.type) && !one.readOnly && !one.disabled) : [];
  const is_blank = open.length > 0 && open.every((one) => !one.value.trim());
  if (role === "link") leads = target.href instanceof Object ? target.href.baseVal : target.href;
  const around = cut([document.title, group && group.innerText].join(" "), 1500);
  return { role, texts: texts.slice(0, 8), around, submits, is_blank, leads_to: leads.slice(0, 2000) };
}
