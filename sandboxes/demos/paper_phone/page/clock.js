"use strict";
// The Clock app: alarms, and a stopwatch that really runs.

const two = (number) => String(number).padStart(2, "0");

const watchText = () => {
  const hundredths = Math.floor(phone.elapsed() / 10);
  return `${two(Math.floor(hundredths / 6000))}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
};

setInterval(() => {
  const digits = document.querySelector("[data-id=digits]");
  if (digits && phone.stopwatch.running) digits.textContent = watchText();
}, 40);

function startOrPause() {
  const watch = phone.stopwatch;
  if (watch.running) Object.assign(watch, { kept: phone.elapsed(), running: false });
  else Object.assign(watch, { since: performance.now(), running: true });
  phone.draw();
}

const resetWatch = () => { phone.stopwatch = { running: false, kept: 0, since: 0 }; phone.draw(); };

function tabs(current) {
  const tab = (title, glyphName, screen) => h("button", {
    role: "tab", "data-id": `tab_${screen}`, "aria-selected": String(screen === current), onclick: () => phone.turn({ screen, scrolled: 0 }),
  }, icon(glyphName), title);
  return h("div", { class: "tabs" }, tab("Alarms", "clock", "main"), tab("Stopwatch", "stopwatch", "stopwatch"));
}

function alarmRow(one) {
  return card(h("div", { class: "row", role: "switch", "aria-checked": String(one.on), "data-id": `alarm_${one.id}`, onclick: () => { one.on = !one.on; phone.draw(); } },
    h("span", { class: "words" }, h("span", { class: "alarm" }, `${two(one.hour)}:${two(one.minute)}`), h("span", { class: "detail" }, one.label || "Alarm")),
    h("button", {
      class: "round", "aria-label": "Delete alarm", "data-id": `delete_${one.id}`,
      onclick: (event) => { event.stopPropagation(); phone.replace("alarms", phone.world.alarms.filter((other) => other !== one)); },
    }, icon("trash")),
    h("span", { class: "switch" })));
}

function saveAlarm(route) {
  const hour = Number(route.hour), minute = Number(route.minute);
  const right = /^\d{1,2}$/.test(route.hour) && /^\d{1,2}$/.test(route.minute) && hour < 24 && minute < 60;
  if (!right) return phone.turn({ wrong: "An hour is from 0 to 23, a minute from 0 to 59." });
  phone.world.alarms.push({ id: phone.nextId("alarms"), hour, minute, label: route.label.trim(), on: true });
  return phone.back();
}

apps["com.android.deskclock"] = {
  label: "Clock",
  activity: ".DeskClock",
  activities: { add: ".AlarmEditActivity" },
  intents: { "android.intent.action.SHOW_ALARMS": "main" },
  glyph: "clock",
  colour: "#5d4ba8",
  screens: {
    main() {
      const rows = [...phone.world.alarms].sort((one, other) => one.hour - other.hour || one.minute - other.minute || one.id - other.id);
      const add = h("button", { class: "plus", style: "bottom:84px", "aria-label": "Add alarm", "data-id": "create", onclick: () => phone.go("add", { hour: "", minute: "", label: "" }) }, icon("add"));
      return page({ title: "Alarms", back: false, fixed: [add, tabs("main")] }, ...(rows.length ? rows.map(alarmRow) : [empty("No alarms")]));
    },
    stopwatch() {
      const running = phone.stopwatch.running;
      return page({ title: "Stopwatch", back: false, fixed: [tabs("stopwatch")] },
        h("div", { class: "digits", "data-id": "digits" }, watchText()),
        h("div", { class: "pair" },
          h("button", { class: "text-button filled", "data-id": "start", onclick: startOrPause }, running ? "Pause" : "Start"),
          h("button", { class: "text-button", "data-id": "reset", onclick: resetWatch }, "Reset")));
    },
    add(route) {
      const part = (title, name, more) => field({ title, id: name, value: route[name], ...more, oninput: (value) => { route[name] = value; } });
      return page({
        title: "Add alarm",
        actions: [h("button", { class: "text-button filled", "data-id": "save", onclick: () => saveAlarm(route) }, "Save")],
      },
      h("div", { class: "pair" }, part("Hour", "hour", { maxlength: 2, inputmode: "numeric" }), part("Minute", "minute", { maxlength: 2, inputmode: "numeric" })),
      part("Label", "label", {}), route.wrong ? h("div", { class: "heading danger" }, route.wrong) : null);
    },
  },
};
