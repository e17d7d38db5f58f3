// What every drawn pop-up has in common: where it stands, which events are its own, and when it goes.
//
// The page must not notice. Nothing is global; the prototypes' functions are kept as they were before any script of the
// page ran; an event inside a pop-up ends at the window; a pop-up is one element in a closed shadow root, in the top
// layer, and only while it is open.

const { apply } = Reflect;
const addListener = EventTarget.prototype.addEventListener;
const removeListener = EventTarget.prototype.removeEventListener;
const attachShadow = Element.prototype.attachShadow;
const focusOn = HTMLElement.prototype.focus;
const repeat = window.setInterval;
const endRepeat = window.clearInterval;
const PageEvent = window.Event;
const PageMouseEvent = window.MouseEvent;

const on = (target, kind, listener, options = true) => apply(addListener, target, [kind, listener, options]);
const off = (target, kind, listener, options = true) => apply(removeListener, target, [kind, listener, options]);

const ROW = 24; // px; the height of a row in Chromium's own lists
const MOST_ROWS = 20.5; // the half row tells that there are more, since no scroll bar is shown
const FEW = 4 * ROW; // px; with less room than this above and below, the control itself may be covered
const MOVED = 6; // px; a press that was moved so far is let go where it is meant
const LOOK_MS = 100; // how often an open pop-up looks whether its control has moved or gone

const STYLE = `
  * { box-sizing: border-box; }
  .box { overflow: hidden auto; border: 1px solid #767676; background: #fff; color: #000; cursor: default;
    user-select: none; overscroll-behavior: contain; }
  .row { min-height: ${ROW}px; padding: 0 6px; line-height: max(${ROW}px, 1.4em); white-space: pre; }
  .row.inner { padding-inline-start: 20px; }
  .row.group { font-weight: bold; }
  .row.off { color: #8a8a8a; }
  .row.on, .day.on { background: #1967d2 !important; color: #fff !important; }
  .line { height: 1px; margin: 6px 0; background: #c4c4c4; }
  .panel { padding: 6px; font: 13px sans-serif; }
  .head { display: flex; align-items: center; justify-content: space-between; font-weight: bold; }
  .step { width: 32px; text-align: center; line-height: 28px; font-weight: bold; }
  .days { display: grid; grid-template-columns: repeat(var(--across), 1fr); }
  .day { min-width: 30px; line-height: 26px; padding: 0 4px; text-align: center; }
  .day.other, .day.off { color: #9a9a9a; }
  .hue { display: grid; grid-template-columns: repeat(12, 20px); }
  .hue > div { height: 20px; }
  .hue > .on { outline: 2px solid #000; outline-offset: -2px; box-shadow: inset 0 0 0 3px #fff; }
  .code { margin-top: 6px; padding: 0 6px; border: 1px solid #767676; line-height: 26px; font-family: monospace; }
`;

/** The pop-up that is open in this frame. */
let popup = null;

class Popup {
  constructor(owner) {
    this.owner = owner;
    this.host = make('div');
    const root = apply(attachShadow, this.host, [{ mode: 'closed' }]);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.root = root;
    this.box = make('div', 'box');
    root.append(this.box);
  }

  /** Show it; `press` is the mouse event that asked for it, if one did. */
  open(press) {
    if (popup) popup.close();
    popup = this;
    this.press = press && press.type === 'mousedown' ? [press.clientX, press.clientY] : null;
    this.armed = false;
    set(this.host, { all: 'initial', position: 'fixed', inset: 'auto', margin: '0', padding: '0', border: '0' });
    set(this.host, { overflow: 'visible', background: 'none', display: 'block', 'z-index': '2147483647' });
    layerOf(this.owner).append(this.host);
    this.host.popover = 'manual';
    this.host.showPopover();
    set(this.host, { zoom: String(1 / (this.host.currentCSSZoom || 1)) });
    this.place();
    this.shown();
    this.looking = apply(repeat, window, [() => this.look(), LOOK_MS]);
  }

  close() {
    if (popup !== this) return;
    popup = null;
    apply(endRepeat, window, [this.looking]);
    this.gone();
    this.host.remove();
  }

  /** Go when the control is gone, follow it when it moved. */
  look() {
    const place = this.owner.getBoundingClientRect();
    const lost = !this.owner.isConnected || !this.host.isConnected || !place.width;
    if (lost || this.owner.matches(':disabled')) this.close();
    else if (this.at !== String([place.x, place.y, place.width, innerWidth, innerHeight])) this.place();
  }

  /** Under the control, or over it where there is more room, and inside of the frame. */
  place() {
    const { owner, host, box } = this;
    const rect = owner.getBoundingClientRect();
    this.at = String([rect.x, rect.y, rect.width, innerWidth, innerHeight]);
    Object.assign(box.style, { maxHeight: 'none', minWidth: `${this.least(rect)}px`, maxWidth: `${innerWidth}px` });
    box.style.maxHeight = `${this.most()}px`;
    const { offsetWidth: width, offsetHeight: height } = box;
    const below = innerHeight - Math.max(0, rect.bottom);
    const above = Math.min(rect.top, innerHeight);
    let limit = height;
    let top = rect.bottom;
    if (height > below && (height <= above || Math.max(above, below) >= FEW)) {
      const over = height <= above || above > below;
      limit = Math.min(height, over ? above : below);
      if (over) top = rect.top - limit;
    }
    limit = Math.min(limit, innerHeight);
    const isRight = getComputedStyle(owner).direction === 'rtl';
    box.style.maxHeight = `${limit}px`;
    set(host, {
      top: `${Math.max(0, Math.min(top, innerHeight - limit))}px`,
      left: `${Math.max(0, Math.min(isRight ? rect.right - width : rect.left, innerWidth - width))}px`,
    });
  }

  /** A mouse event inside. A press that opened the pop-up and was not moved is let go over nothing. */
  mouse(event) {
    const element = this.root.elementFromPoint(event.clientX, event.clientY);
    if (event.type === 'mousedown') {
      event.preventDefault(); // the focus stays with the control
      this.armed = event.button === 0;
    } else if (event.type === 'mousemove') {
      this.hover(element);
    } else if (event.type === 'mouseup' && event.button === 0) {
      if (this.armed || this.isDragged(event)) this.up(element);
      this.armed = false;
    } else if (event.type === 'contextmenu') {
      event.preventDefault();
    }
  }

  isDragged({ clientX, clientY }) {
    return this.press !== null && Math.hypot(clientX - this.press[0], clientY - this.press[1]) > MOVED;
  }

  /** Close, and tell the page as Chromium does when a pop-up has changed the control. */
  finish(isChanged) {
    const { owner } = this;
    this.close();
    if (isChanged) {
      owner.dispatchEvent(new PageEvent('input', { bubbles: true, composed: true }));
      owner.dispatchEvent(new PageEvent('change', { bubbles: true }));
    }
  }

  /** The largest height of the box, px. */
  most() {
    return innerHeight;
  }

  /** The smallest width of the box, px. */
  least(rect) {
    return Math.min(rect.width, innerWidth);
  }

  // What each kind of pop-up does otherwise.
  shown() {}
  gone() {}
  key() {}
  hover() {}
  up() {}

  /** Whether a key ends the pop-up and goes on to the page. */
  passes({ key }) {
    return key === 'Tab';
  }

  /** Before such a key goes on. */
  leave() {
    this.close();
  }
}

/** An element of HTML, also where the document is XML. */
function make(name, kind = '', text = '') {
  const element = document.createElementNS('http://www.w3.org/1999/xhtml', name);
  element.className = kind;
  element.textContent = text;
  return element;
}

/** Set styles that no rule of the page can overrule; inside of the shadow root none reaches. */
function set(element, styles) {
  for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value, 'important');
}

/** What a pop-up must stand in: a modal dialog makes all that is outside of it inert. */
function layerOf(owner) {
  for (let node = owner; node; node = node.assignedSlot || node.parentNode || node.host) {
    if (node.nodeType === 1 && node.matches(':modal, :popover-open, :fullscreen')) return node;
  }
  return document.documentElement;
}

/** Write a control's value as its own prototype does, whatever a framework has put on the element. */
function write(input, value) {
  apply(Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set, input, [value]);
}
