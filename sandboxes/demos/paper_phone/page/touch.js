"use strict";
// Fingers and buttons. A mouse's press is a finger: a drag scrolls what is under it one to one and never flings, a press
// that is held is a long press, and neither is a click afterwards.

const SLOP = 8; // dp that a finger may wander and still tap.
const LONG_PRESS = 500; // Milliseconds, as ViewConfiguration has it.

const finger = { down: false };

addEventListener("pointerdown", (event) => {
  phone.touches.push([event.clientX, event.clientY]);
  Object.assign(finger, {
    down: true, moved: false, held: false, x: event.clientX, y: event.clientY, last: event.clientY,
    startedAt: event.clientY, target: event.target,
    own: event.target.matches("input[type=range]"),
    scroll: event.target.closest(".scroll"),
  });
  clearTimeout(finger.timer);
  finger.timer = setTimeout(() => {
    finger.held = !finger.target.dispatchEvent(new CustomEvent("longpress", { bubbles: true, cancelable: true }));
  }, LONG_PRESS);
}, true);

addEventListener("pointermove", (event) => {
  if (!finger.down || finger.own) return;
  if (!finger.moved && Math.hypot(event.clientX - finger.x, event.clientY - finger.y) > SLOP * phone.zoom) {
    finger.moved = true;
    clearTimeout(finger.timer);
  }
  if (finger.moved && finger.scroll) finger.scroll.scrollTop -= (event.clientY - finger.last) / phone.zoom;
  finger.last = event.clientY;
}, true);

addEventListener("pointerup", (event) => {
  clearTimeout(finger.timer);
  finger.down = false;
  const up = finger.y - event.clientY;
  if (!finger.moved) return;
  if (phone.screen.locked && up > 80 * phone.zoom) phone.unlock();
  else if (phone.screen.shade && up > 40 * phone.zoom) { phone.screen.shade = false; phone.draw(); }
  else if (!phone.screen.locked && finger.startedAt < 40 * phone.zoom && up < -80 * phone.zoom) {
    phone.screen.shade = true;
    phone.draw();
  }
}, true);

addEventListener("click", (event) => {
  if (!finger.moved && !finger.held) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

addEventListener("dragstart", (event) => event.preventDefault());
addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("selectstart", (event) => { if (finger.moved) event.preventDefault(); });

// Enter in a field goes to the next one, as a soft keyboard's action key does; after the last it ends typing.
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault(); // Or the next field gets the line end.
  const fields = [...document.querySelectorAll("#front input, #front textarea")];
  const next = fields[fields.indexOf(event.target) + 1];
  if (next) next.focus();
  else event.target.blur();
});

phone.unlock = () => { phone.screen.locked = false; phone.draw(); };

phone.wake = () => {
  if (!phone.screen.on) Object.assign(phone.screen, { on: true, locked: true });
  phone.draw();
};

phone.sleep = () => {
  Object.assign(phone.screen, { on: false, shade: false });
  document.activeElement?.blur();
  phone.draw();
};

// Keys that are the phone's own and not a field's; what they are called without KEYCODE_.
phone.key = (name) => {
  const awake = phone.screen.on && !phone.screen.locked;
  switch (name) {
    case "POWER": return phone.screen.on ? phone.sleep() : phone.wake();
    case "WAKEUP": return phone.wake();
    case "SLEEP": return phone.sleep();
    case "MENU": return phone.screen.locked && phone.screen.on ? phone.unlock() : undefined;
    case "VOLUME_UP": return phone.louder(1);
    case "VOLUME_DOWN": return phone.louder(-1);
    case "HOME": return awake ? phone.home() : undefined;
    case "BACK": return awake ? phone.back() : undefined;
    case "APP_SWITCH": return awake ? phone.overview() : undefined;
    case "CLEAR": return phone.clearField();
  }
};

phone.louder = (by) => {
  const volume = Math.min(15, Math.max(0, Number(phone.get("system", "volume_music")) + by));
  phone.put("system", "volume_music", volume);
};

phone.clearField = () => {
  const focused = document.activeElement;
  if (!focused?.matches("input, textarea")) return;
  focused.value = "";
  focused.dispatchEvent(new Event("input", { bubbles: true }));
};
