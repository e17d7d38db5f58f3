"use strict";
// What is the phone's and no app's: the bars, the launcher, recent apps, the lock screen, quick settings.

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

function now() {
  const [date, time] = phone.world.clock.split(" ");
  const [year, month, day] = date.split("-").map(Number);
  const weekday = DAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()];
  return { time: time.slice(0, 5), day: `${weekday}, ${MONTHS[month - 1]} ${day}` };
}

const on = (space, name) => phone.get(space, name) === "1";

function statusBar() {
  return [
    h("time", {}, now().time),
    on("global", "airplane_mode_on") && icon("airplane"),
    on("global", "bluetooth_on") && icon("bluetooth"),
    on("global", "wifi_on") && icon("wifi"),
    icon("battery"),
  ].filter(Boolean);
}

function navigation() {
  const button = (glyph, label, key) => h("button", { "aria-label": label, "data-id": key.toLowerCase(), onclick: () => phone.key(key) }, icon(glyph));
  return [button("left", "Back", "BACK"), button("circle", "Home", "HOME"), button("square", "Overview", "APP_SWITCH")];
}

const glyph = (app, size = "") => h("span", { class: `${size} glyph`, style: `background:${app.colour}` }, icon(app.glyph));

apps[LAUNCHER] = {
  label: "Home",
  activity: ".Launcher",
  screens: {
    main() {
      const shown = Object.entries(apps).filter(([name]) => name !== LAUNCHER);
      return [h("div", { class: "home" },
        h("div", { class: "now" }, now().time),
        h("div", { class: "day" }, now().day),
        h("div", { class: "apps" }, shown.map(([name, app]) =>
          h("button", { class: "app", "data-id": app.label.toLowerCase(), onclick: () => phone.open(name) }, glyph(app), h("span", {}, app.label)))))];
    },
  },
};

function recents() {
  const clear = () => { phone.recent.slice().forEach(phone.stop); phone.open(LAUNCHER); };
  const rows = phone.recent.map((name) => card(row({
    title: apps[name].label, id: name, left: glyph(apps[name], "small"), onclick: () => phone.open(name),
  })));
  return page({ title: "Recent apps", back: false },
    ...(rows.length ? rows : [empty("No recent apps")]),
    rows.length ? h("button", { class: "text-button", "data-id": "clear_all", onclick: clear }, "Clear all") : null);
}

function over() {
  if (!phone.screen.on) return [h("div", { class: "dark-glass" })];
  if (phone.screen.locked) {
    return [h("div", { class: "lock" }, h("div", { class: "now" }, now().time), h("div", {}, now().day), h("div", { class: "hint" }, "Swipe up to unlock"))];
  }
  if (phone.screen.shade) return [quickSettings()];
  return phone.dialog ? [phone.dialog()] : [];
}

function quickSettings() {
  const tile = (label, glyphName, space, name, off, onValue) => h("button", {
    class: "tile", role: "switch", "data-id": name, "aria-checked": String(phone.get(space, name) === onValue),
    onclick: () => phone.put(space, name, phone.get(space, name) === onValue ? off : onValue),
  }, icon(glyphName), h("span", {}, label));
  const close = (event) => { if (event.target === event.currentTarget) { phone.screen.shade = false; phone.draw(); } };
  return h("div", { class: "shade", onclick: close }, h("div", { class: "tiles" },
    tile("Wi-Fi", "wifi", "global", "wifi_on", "0", "1"),
    tile("Bluetooth", "bluetooth", "global", "bluetooth_on", "0", "1"),
    tile("Airplane mode", "airplane", "global", "airplane_mode_on", "0", "1"),
    tile("Dark theme", "moon", "secure", "ui_night_mode", "1", "2")));
}
