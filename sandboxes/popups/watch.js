// When a pop-up opens: where Chromium would open its own, once the page's own listeners have let it.

const BEGINNING = ['mousedown', 'click', 'keydown', 'keypress'];
const HEARD = `pointerdown pointerup mousedown mouseup click dblclick auxclick contextmenu keydown keypress keyup blur
  focusin dragstart selectstart beforetoggle toggle`.split(/\s+/);
const PASSING = `mousemove mouseover mouseout mouseenter mouseleave pointermove pointerover pointerout pointerenter
  pointerleave wheel touchstart touchmove touchend scroll`.split(/\s+/);

let swallows = false; // the click that ends a press inside of a pop-up that went meanwhile
let shut = null; // the control whose pop-up the press that is under way has closed
let lettered = 0; // when a letter went to a closed <select>: a space after it is part of a word

function seen(event) {
  if (event.type === 'mousedown') [swallows, shut] = [false, null];
  if (event.type === 'click' && swallows && event.isTrusted) {
    swallows = false;
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (popup && event.isTrusted && isForPopup(event)) return;
  if (BEGINNING.includes(event.type)) began(event);
}

/** Whether an event is the open pop-up's own affair; then the page never hears of it. */
function isForPopup(event) {
  const open = popup;
  if (event.composedPath().includes(open.host)) {
    event.stopImmediatePropagation();
    if (event instanceof PageMouseEvent) open.mouse(event);
    swallows = event.type === 'mouseup' && popup !== open;
    return true;
  }
  if (event.type === 'mousedown') {
    if (event.composedPath().includes(open.owner)) shut = open.owner;
    open.close();
  } else if (event.type === 'blur' && (event.target === window || event.target === open.owner)) {
    open.close();
  } else if (event.type.startsWith('key')) {
    return isKeyForPopup(event, open);
  }
  return false;
}

function isKeyForPopup(event, open) {
  if (event.type === 'keydown' && open.passes(event)) {
    open.leave();
    return false;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.type === 'keydown') open.key(event);
  return true;
}

/** Open the pop-up of the control that an event is about, if Chromium would. */
function began(event) {
  const control = event.composedPath()[0];
  const kind = kindOf(control);
  if (!kind || !asks(event, control, kind)) return;
  afterPage(event, () => {
    event.preventDefault();
    apply(focusOn, control, [{ preventScroll: true }]);
    if (shut !== control) opened(control, kind, event);
  });
}

function opened(control, kind, event) {
  if (kind === 'select') new List(control).open(event);
  else if (kind === 'color') new Palette(control).open(event);
  else if (kind in UNITS) new Calendar(control, kind).open(event);
}

/** select, color, or a kind of date or time; empty for what has no pop-up of its own. */
function kindOf(control) {
  if (!(control instanceof Element) || control.matches(':disabled')) return '';
  if (control.localName === 'select') {
    const isList = !control.multiple && control.size <= 1;
    return isList && getComputedStyle(control).appearance !== 'base-select' ? 'select' : '';
  }
  if (control.localName !== 'input') return '';
  if (control.type === 'color') return 'color';
  return TIMES.includes(control.type) && !control.readOnly ? control.type : '';
}

/** Whether the event would make Chromium open its own pop-up. */
function asks(event, control, kind) {
  const { type, key, isTrusted } = event;
  if (kind === 'color') return type === 'click' && (isTrusted || navigator.userActivation.isActive);
  if (!isTrusted) return false;
  const isMenuKey = type === 'keydown' && (key === 'F4' || (event.altKey && (key === 'ArrowDown' || key === 'ArrowUp')));
  if (kind !== 'select') {
    const isSpace = type === 'keydown' && key === ' ';
    return isMenuKey || isSpace || (type === 'click' && isOnIndicator(event, control));
  }
  if (type === 'mousedown') return event.button === 0;
  if (type === 'keypress' && key.length === 1 && key !== ' ') lettered = event.timeStamp;
  const isWord = key === ' ' && event.timeStamp - lettered < TYPED_MS && lettered > 0;
  return isMenuKey || (type === 'keypress' && (key === 'Enter' || (key === ' ' && !isWord)));
}

/** Whether a click is on the small picture at the end of a date's field; its own element is out of reach. */
function isOnIndicator({ clientX, clientY }, control) {
  const look = getComputedStyle(control, '::-webkit-calendar-picker-indicator');
  if (look.display === 'none') return false;
  const style = getComputedStyle(control);
  const rect = control.getBoundingClientRect();
  const isRight = style.direction !== 'rtl';
  const side = isRight ? 'Right' : 'Left';
  const width = parseFloat(look.width) + parseFloat(look.paddingLeft) + parseFloat(look.paddingRight) || 20;
  const inset = parseFloat(style[`padding${side}`]) + parseFloat(style[`border${side}Width`]);
  const from = isRight ? rect.right - inset - width - 2 : rect.left;
  const to = isRight ? rect.right : rect.left + inset + width + 2;
  return clientX >= from && clientX <= to && clientY >= rect.top && clientY <= rect.bottom;
}

/**
 * Act on an event when the page is through with it, unless it has prevented it. That is the end of its way: at the
 * window, or where a listener stopped it (`cancelBubble`). The page itself never meets an event that we prevented.
 */
function afterPage(event, act) {
  const path = event.composedPath();
  const clear = () => {
    for (const node of path) for (const capture of [true, false]) off(node, event.type, last, capture);
  };
  const last = (other) => {
    if (other !== event) return;
    const isOver = event.cancelBubble || (event.currentTarget === window && event.eventPhase === 3);
    if (!isOver) return;
    clear();
    if (!event.defaultPrevented) act();
  };
  for (const node of path) for (const capture of [true, false]) on(node, event.type, last, capture);
  setTimeout(clear);
}

/** A page's own `showPicker()` asks as a person does, and needs a person's action before it. */
function asksByScript(prototype) {
  const own = Object.getOwnPropertyDescriptor(prototype, 'showPicker');
  if (!own) return;
  const ask = (target, control, given) => {
    const kind = kindOf(control);
    if (!kind || !control.isConnected || !navigator.userActivation.isActive) return apply(target, control, given);
    opened(control, kind, null);
    return undefined;
  };
  Object.defineProperty(prototype, 'showPicker', { ...own, value: new Proxy(own.value, { apply: ask }) });
}

/** Controls in a closed shadow root are seen from inside of it alone. */
function asksInClosedRoots() {
  const own = Object.getOwnPropertyDescriptor(Element.prototype, 'attachShadow');
  const watched = (target, element, given) => {
    const root = apply(target, element, given);
    if (root.mode === 'closed') for (const kind of BEGINNING) on(root, kind, began);
    return root;
  };
  Object.defineProperty(Element.prototype, 'attachShadow', { ...own, value: new Proxy(own.value, { apply: watched }) });
}

function watch() {
  for (const kind of HEARD) on(window, kind, seen);
  for (const kind of PASSING) on(window, kind, seen, { capture: true, passive: true });
}

watch();
// `document.open` takes all listeners away, and the old root element with them.
new MutationObserver(watch).observe(document, { childList: true });
asksByScript(HTMLSelectElement.prototype);
asksByScript(HTMLInputElement.prototype);
asksInClosedRoots();
