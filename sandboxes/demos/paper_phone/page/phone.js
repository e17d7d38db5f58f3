"use strict";
// The phone itself: the world that is kept, which app is in front, and drawing it all.

const apps = {}; // Package to { label, activity, glyph, colour, screens, intents }.
const LAUNCHER = "com.android.launcher3";

const phone = {
  world: null, // Plain data: clock, settings, contacts, notes, alarms; what `begin` was given and what changed since.
  front: LAUNCHER, // A package, or "recents".
  stacks: {}, // Package to the routes that Back goes through; the last one is shown.
  recent: [], // Packages, the latest first.
  stopwatch: { running: false, kept: 0, since: 0 },
  screen: { on: true, locked: false, shade: false },
  dialog: null, // Draws what lies over everything and wants an answer.
  touches: [], // Where fingers came down, in pixels of the screen.
  zoom: 1, // Pixels to a dp.
};

phone.begin = (world, zoom) => {
  Object.assign(phone, { world, zoom, front: LAUNCHER, stacks: {}, recent: [], touches: [], dialog: null });
  phone.stopwatch = { running: false, kept: 0, since: 0 };
  phone.screen = { on: true, locked: false, shade: false };
  document.activeElement?.blur();
  phone.draw();
};

// Settings, as `settings get|put|delete|list` knows them: text by namespace and name.

phone.get = (space, name) => phone.world.settings[space]?.[name] ?? null;

phone.put = (space, name, value) => {
  const before = phone.get(space, name);
  phone.world.settings[space][name] = String(value);
  if (space === "global" && name === "airplane_mode_on" && String(value) !== before) phone.fly(String(value) === "1");
  phone.draw();
};

phone.remove = (space, name) => {
  const had = name in phone.world.settings[space];
  delete phone.world.settings[space][name];
  phone.draw();
  return had;
};

// Nothing of an input method is to be seen, so nothing is drawn.
phone.useKeyboard = (current, enabled) => {
  Object.assign(phone.world.settings.secure, { default_input_method: current, enabled_input_methods: enabled });
};

// Airplane mode takes the radios with it and gives back what it took.
phone.fly = (on) => {
  const settings = phone.world.settings.global;
  for (const radio of ["wifi_on", "bluetooth_on"]) {
    if (on) {
      settings[`airplane_mode_saved_${radio}`] = settings[radio];
      settings[radio] = "0";
    } else if (`airplane_mode_saved_${radio}` in settings) {
      settings[radio] = settings[`airplane_mode_saved_${radio}`];
      delete settings[`airplane_mode_saved_${radio}`];
    }
  }
};

phone.replace = (table, rows) => { phone.world[table] = rows; phone.draw(); };

phone.nextId = (table) => 1 + Math.max(0, ...phone.world[table].map((row) => row.id));

phone.state = () => ({
  ...phone.world,
  front: phone.front,
  route: phone.route(),
  recent: phone.recent,
  screen: phone.screen,
  stopwatch: { running: phone.stopwatch.running, milliseconds: phone.elapsed() },
});

phone.elapsed = () => {
  const watch = phone.stopwatch;
  return Math.round(watch.kept + (watch.running ? performance.now() - watch.since : 0));
};

phone.touched = () => phone.touches;

phone.scrolled = () => document.querySelector("#front .scroll")?.scrollTop ?? 0;

// Going from screen to screen

phone.route = () => phone.stacks[phone.front]?.at(-1) ?? { screen: "main" };

phone.open = (name, screen = null, more = {}) => {
  phone.screen.shade = false;
  phone.dialog = null;
  phone.front = name;
  if (name !== LAUNCHER) {
    phone.recent = [name, ...phone.recent.filter((other) => other !== name)];
    const stack = (phone.stacks[name] ??= [{ screen: "main" }]);
    const top = stack.at(-1);
    if (screen && top.screen !== screen) stack.push({ screen, ...more });
  }
  phone.draw();
};

phone.go = (screen, more = {}) => {
  phone.stacks[phone.front].push({ screen, ...more });
  phone.draw();
};

// Stay on this screen, with something of it changed.
phone.turn = (more) => {
  Object.assign(phone.route(), more);
  phone.draw();
};

phone.back = () => {
  const stack = phone.stacks[phone.front];
  if (phone.dialog) phone.dialog = null;
  else if (phone.screen.shade) phone.screen.shade = false;
  else if (phone.front === "recents") phone.front = LAUNCHER;
  else if (stack?.length > 1) stack.pop();
  else if (phone.front !== LAUNCHER) { delete phone.stacks[phone.front]; phone.front = LAUNCHER; }
  phone.draw();
};

phone.home = () => phone.open(LAUNCHER);

phone.overview = () => {
  Object.assign(phone, { front: "recents", dialog: null });
  phone.screen.shade = false;
  phone.draw();
};

phone.stop = (name) => {
  delete phone.stacks[name];
  phone.recent = phone.recent.filter((other) => other !== name);
  if (phone.front === name) phone.front = LAUNCHER;
  phone.draw();
};

// What the shell's package commands have to know of the apps.
phone.packages = () => Object.fromEntries(Object.entries(apps).map(([name, app]) => [
  name, { label: app.label, activity: app.activity, activities: app.activities ?? {}, intents: app.intents ?? {} },
]));

phone.typing = () => document.activeElement?.matches("input:not([type=range]), textarea") ?? false;

phone.focus = () => {
  const name = phone.front === "recents" ? LAUNCHER : phone.front;
  const app = apps[name];
  return { package: name, activity: app.activities?.[phone.route().screen] ?? app.activity, label: app.label };
};

// Drawing. The element that has the focus, and how far the list was scrolled, outlive it.

phone.draw = () => {
  if (!phone.world) return;
  const held = document.activeElement?.dataset?.id;
  const range = held && [document.activeElement.selectionStart, document.activeElement.selectionEnd];
  const root = document.documentElement, screen = document.getElementById("phone");
  root.dataset.theme = phone.get("secure", "ui_night_mode") === "2" ? "dark" : "light";
  root.style.setProperty("--size", phone.get("system", "font_scale") ?? "1.0");
  Object.assign(screen.style, { zoom: phone.zoom, width: `${innerWidth / phone.zoom}px`, height: `${innerHeight / phone.zoom}px` });
  const route = phone.route();
  const app = apps[phone.front] ?? apps[LAUNCHER];
  document.getElementById("status").replaceChildren(...statusBar());
  document.getElementById("front").replaceChildren(...(phone.front === "recents" ? recents() : app.screens[route.screen](route)));
  document.getElementById("buttons").replaceChildren(...navigation());
  document.getElementById("over").replaceChildren(...over());
  const scroll = document.querySelector("#front .scroll");
  if (scroll) {
    scroll.scrollTop = route.scrolled ?? 0;
    scroll.onscroll = () => { route.scrolled = scroll.scrollTop; };
  }
  if (!held || phone.dialog || !phone.screen.on || phone.screen.locked) return;
  const again = document.querySelector(`#front [data-id="${CSS.escape(held)}"]`);
  again?.focus({ preventScroll: true });
  if (again?.setSelectionRange && range?.[0] != null) again.setSelectionRange(...range);
};

addEventListener("resize", () => phone.draw());
