// The colours of a colour field: some to click, and any by its code, which is typed.
//
// Chromium's own panel must not open: its dropper ends a Chromium that has no display (measured with 150).

const ACROSS = 12;

class Palette extends Popup {
  constructor(field) {
    super(field);
    this.box.classList.add('panel');
    this.code = field.value;
    this.isFresh = true; // what is typed first replaces the code
    this.cells = colorCells();
    const grid = make('div', 'hue');
    grid.append(...this.cells);
    this.line = make('div', 'code');
    this.box.replaceChildren(grid, this.line);
    this.show();
  }

  show() {
    this.line.textContent = this.code;
    for (const cell of this.cells) cell.classList.toggle('on', cell.color === this.code);
  }

  up(element) {
    if (element && element.color) this.take(element.color);
  }

  key({ key, ctrlKey }) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -ACROSS, ArrowDown: ACROSS };
    if (key === 'Escape') this.close();
    else if (key === 'Enter' || key === ' ') this.take(fullCode(this.code));
    else if (key in steps) this.step(steps[key]);
    else if (key === 'Backspace') this.edit(this.code.slice(0, -1));
    else if (/^[#0-9a-f]$/i.test(key) && !ctrlKey) this.edit((this.isFresh ? '' : this.code) + key.toLowerCase());
  }

  leave() {
    this.take(fullCode(this.code));
  }

  step(count) {
    const from = this.cells.findIndex((cell) => cell.color === this.code);
    const to = this.cells[from < 0 ? 0 : from + count];
    if (to) this.edit(to.color);
    this.isFresh = true;
  }

  edit(code) {
    this.code = code.slice(0, 7);
    this.isFresh = false;
    this.show();
  }

  take(color) {
    const isChanged = color !== '' && color !== this.owner.value;
    if (isChanged) write(this.owner, color);
    this.finish(isChanged);
  }

  least() {
    return Math.min(254, innerWidth);
  }
}

/** A row of greys, and the round of hues from dark to light. */
function colorCells() {
  const greys = Array.from({ length: ACROSS }, (_, index) => hex(0, 0, index / (ACROSS - 1)));
  const lights = [0.25, 0.4, 0.5, 0.65, 0.8];
  const hues = lights.flatMap((light) => Array.from({ length: ACROSS }, (_, index) => hex(index / ACROSS, 1, light)));
  return [...greys, ...hues].map((color) => {
    const cell = make('div');
    cell.color = color;
    cell.style.background = color;
    return cell;
  });
}

/** From hue, saturation and lightness, each 0 to 1 (CSS Color 4, section 7.1). */
function hex(hue, saturation, light) {
  const reach = saturation * Math.min(light, 1 - light);
  const channel = (offset) => {
    const turn = (offset + hue * 12) % 12;
    const value = light - reach * Math.max(-1, Math.min(turn - 3, 9 - turn, 1));
    return Math.round(value * 255).toString(16).padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

/** `#rrggbb` from what was typed; empty for what is no colour. */
function fullCode(code) {
  const digits = code.replace('#', '');
  if (/^[0-9a-f]{6}$/.test(digits)) return `#${digits}`;
  return /^[0-9a-f]{3}$/.test(digits) ? `#${[...digits].map((digit) => digit + digit).join('')}` : '';
}
