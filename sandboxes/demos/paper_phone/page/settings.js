"use strict";
// The Settings app: what it shows and changes is what `settings get` answers.

const TEXT_SIZES = [["Small", "0.85"], ["Default", "1.0"], ["Large", "1.15"], ["Largest", "1.3"]];

function toggle(title, glyphName, space, name, { off = "0", onValue = "1", detail } = {}) {
  const isOn = phone.get(space, name) === onValue;
  return switchRow({
    title, id: name, on: isOn, left: icon(glyphName), detail: detail ?? (isOn ? "On" : "Off"),
    onclick: () => phone.put(space, name, isOn ? off : onValue),
  });
}

const percent = () => `${Math.round((Number(phone.get("system", "screen_brightness")) / 255) * 100)}%`;

function brightness() {
  const shown = h("span", { class: "detail" }, percent());
  const slide = (event) => {
    phone.world.settings.system.screen_brightness = event.target.value;
    shown.textContent = percent();
    event.target.style.setProperty("--share", percent());
  };
  return h("div", { class: "row" }, icon("sun"), h("span", { class: "words" },
    h("span", { class: "title" }, "Brightness level"), shown,
    h("input", { type: "range", min: 0, max: 255, "data-id": "screen_brightness", "aria-label": "Brightness level", value: phone.get("system", "screen_brightness"), style: `--share:${percent()}`, oninput: slide })));
}

const sizeName = () => TEXT_SIZES.find(([, scale]) => Number(scale) === Number(phone.get("system", "font_scale") ?? 1))?.[0] ?? "Custom";

apps["com.android.settings"] = {
  label: "Settings",
  activity: ".Settings",
  activities: {
    network: ".Settings$NetworkDashboardActivity", devices: ".Settings$ConnectedDeviceDashboardActivity",
    display: ".Settings$DisplaySettingsActivity", size: ".Settings$TextReadingSettingsActivity",
    about: ".Settings$MyDeviceInfoActivity", name: ".Settings$DeviceNameActivity",
  },
  intents: {
    "android.settings.SETTINGS": "main", "android.settings.WIFI_SETTINGS": "network",
    "android.settings.WIRELESS_SETTINGS": "network", "android.settings.AIRPLANE_MODE_SETTINGS": "network",
    "android.settings.BLUETOOTH_SETTINGS": "devices", "android.settings.DISPLAY_SETTINGS": "display",
    "android.settings.DEVICE_INFO_SETTINGS": "about",
  },
  glyph: "gear",
  colour: "#5a6470",
  screens: {
    main() {
      const to = (title, detail, glyphName, screen) => row({ title, detail, id: screen, left: icon(glyphName), onclick: () => phone.go(screen) });
      return page({ title: "Settings", back: false },
        card(to("Network & internet", "Wi-Fi, airplane mode", "wifi", "network"),
          to("Connected devices", "Bluetooth", "bluetooth", "devices")),
        card(to("Display", "Brightness, dark theme, text size", "sun", "display")),
        card(to("About phone", phone.get("global", "device_name"), "phone", "about")));
    },
    network() {
      return page({ title: "Network & internet" }, card(
        toggle("Wi-Fi", "wifi", "global", "wifi_on", { detail: on("global", "wifi_on") ? "Connected to Paper Mill" : "Off" }),
        toggle("Airplane mode", "airplane", "global", "airplane_mode_on")));
    },
    devices() {
      return page({ title: "Connected devices" }, card(toggle("Bluetooth", "bluetooth", "global", "bluetooth_on")));
    },
    display() {
      return page({ title: "Display" }, heading("Brightness"), card(brightness()), heading("Appearance"), card(
        toggle("Dark theme", "moon", "secure", "ui_night_mode", { off: "1", onValue: "2" }),
        row({ title: "Text size", detail: sizeName(), id: "text_size", left: icon("text"), onclick: () => phone.go("size") })));
    },
    size() {
      return page({ title: "Text size" }, card(...TEXT_SIZES.map(([title, scale]) => radioRow({
        title, id: `size_${title.toLowerCase()}`, on: sizeName() === title, onclick: () => phone.put("system", "font_scale", scale),
      }))));
    },
    about() {
      return page({ title: "About phone" },
        card(row({ title: "Device name", detail: phone.get("global", "device_name"), id: "device_name", onclick: () => phone.go("name", { draft: phone.get("global", "device_name") }) })),
        card(row({ title: "Model", detail: "Paper Phone", id: "model" }), row({ title: "Android version", detail: "14", id: "version" })));
    },
    name(route) {
      const save = () => {
        phone.world.settings.global.device_name = route.draft.trim() || phone.get("global", "device_name");
        phone.back();
      };
      return page({ title: "Device name" },
        field({ title: "Name", id: "name", value: route.draft, maxlength: 60, oninput: (value) => { route.draft = value; } }),
        h("button", { class: "text-button filled", "data-id": "save", onclick: save }, "Save"));
    },
  },
};
