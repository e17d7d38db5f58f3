// The list of a <select>: the same options, groups, lines and order; the value is set as by the native list.

const setIndex = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'selectedIndex').set;
const TYPED_MS = 1000; // letters that follow each other so quickly are one word, as in Chromium

class List extends Popup {
  constructor(select) {
    super(select);
    this.word = '';
    this.typed = 0;
    this.watching = new MutationObserver(() => this.refill());
    this.watching.observe(select, { subtree: true, childList: true, attributes: true, characterData: true });
    this.fill();
  }

  shown() {
    this.light(this.owner.selectedIndex);
  }

  gone() {
    this.watching.disconnect();
  }

  refill() {
    if (popup !== this) return;
    this.fill();
    this.place();
    this.light(Math.min(this.lit, this.owner.options.length - 1));
  }

  fill() {
    const { owner, box } = this;
    const style = getComputedStyle(owner);
    const scale = owner.offsetWidth ? owner.getBoundingClientRect().width / owner.offsetWidth : 1;
    const colors = colorsOf(style);
    const { direction, fontFamily, fontWeight, fontStyle, textTransform } = style;
    Object.assign(box.style, { direction, fontFamily, fontWeight, fontStyle, textTransform, ...colors });
    box.style.fontSize = `${parseFloat(style.fontSize) * scale}px`;
    this.rows = []; // by the option's index; undefined for one that is not shown
    const parts = [];
    for (const item of owner.querySelectorAll('option, optgroup, hr')) {
      const look = getComputedStyle(item);
      if (look.display === 'none') continue;
      const row = make('div');
      if (item.localName === 'hr') row.className = 'line';
      else if (item.localName === 'optgroup') label(row, 'row group', item.label, item.disabled);
      else this.option(row, item, look, colors);
      parts.push(row);
    }
    box.replaceChildren(...parts);
  }

  option(row, item, look, colors) {
    const group = item.closest('optgroup');
    const isOff = item.disabled || Boolean(group && group.disabled);
    label(row, group ? 'row inner' : 'row', item.label || item.text, isOff);
    if (isOpaque(look.backgroundColor)) {
      row.style.backgroundColor = look.backgroundColor;
      if (!isOff) row.style.color = look.color;
    } else if (!isOff && !isOpaque(colors.backgroundColor)) {
      row.style.color = isLight(look.color) ? '#000' : look.color;
    }
    this.rows[item.index] = row;
  }

  isFree(index) {
    const row = this.rows[index];
    return row !== undefined && !row.classList.contains('off');
  }

  /** Light the option of this index and bring it into view. */
  light(index) {
    const { box } = this;
    this.rows[this.lit]?.classList.remove('on');
    this.lit = index;
    const row = this.rows[index];
    if (!row) return;
    row.classList.add('on');
    const top = row.offsetTop - box.offsetTop - box.clientTop;
    if (top < box.scrollTop) box.scrollTop = top;
    const over = top + row.offsetHeight - box.scrollTop - box.clientHeight;
    if (over > 0) box.scrollTop += over;
  }

  hover(element) {
    const index = this.indexOf(element);
    if (this.isFree(index) && index !== this.lit) this.light(index);
  }

  up(element) {
    const index = this.indexOf(element);
    if (this.isFree(index)) this.take(index);
  }

  indexOf(element) {
    const row = element && element.closest('.row');
    return row ? this.rows.indexOf(row) : -1;
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW) - 1);
    const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: page, PageUp: -page };
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Enter' || event.key === 'F4') this.take(this.lit);
    else if (event.altKey && event.key.startsWith('Arrow')) this.take(this.lit);
    else if (event.key === 'Home') this.go(0, 1);
    else if (event.key === 'End') this.go(this.rows.length - 1, -1);
    else if (event.key in steps) this.walk(steps[event.key]);
    else if (event.key === ' ' && !this.isTyping()) this.take(this.lit);
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) this.type(event.key);
  }

  leave() {
    this.take(this.lit);
  }

  most() {
    const first = this.rows.find((row) => row !== undefined);
    return Math.ceil((first ? first.offsetHeight : ROW) * MOST_ROWS);
  }

  /** So many free options on, or as many as there are. */
  walk(count) {
    const step = Math.sign(count);
    let to = this.lit;
    for (let index = to + step, left = Math.abs(count); left && index >= 0 && index < this.rows.length; index += step) {
      if (this.isFree(index)) [to, left] = [index, left - 1];
    }
    this.light(to);
  }

  /** To the first free option from here on. */
  go(index, step) {
    while (index >= 0 && index < this.rows.length && !this.isFree(index)) index += step;
    if (this.isFree(index)) this.light(index);
  }

  isTyping() {
    return this.word !== '' && performance.now() - this.typed < TYPED_MS;
  }

  /** To the next option that begins with what is typed; one letter again and again goes through all of its options. */
  type(letter) {
    this.word = (this.isTyping() ? this.word : '') + letter.toLowerCase();
    this.typed = performance.now();
    const isSame = [...this.word].every((each) => each === this.word[0]);
    const word = isSame ? this.word[0] : this.word;
    const count = this.rows.length;
    for (let step = isSame ? 1 : 0; step <= count; step++) {
      const index = (Math.max(0, this.lit) + step) % count;
      if (this.isFree(index) && this.rows[index].textContent.trim().toLowerCase().startsWith(word)) {
        this.light(index);
        return;
      }
    }
  }

  take(index) {
    const { owner } = this;
    const isChanged = this.isFree(index) && index !== owner.selectedIndex;
    if (isChanged) apply(setIndex, owner, [index]);
    this.finish(isChanged);
    owner.dispatchEvent(new PageMouseEvent('click', { bubbles: true, composed: true, cancelable: true, view: window }));
  }
}

function label(row, kind, text, isOff) {
  row.className = isOff ? `${kind} off` : kind;
  row.textContent = text || ' ';
}

/** A list has the colours of its control, where these can be read. */
function colorsOf(style) {
  if (isOpaque(style.backgroundColor)) return { backgroundColor: style.backgroundColor, color: style.color };
  return isLight(style.color) ? {} : { color: style.color };
}

function isOpaque(color) {
  const parts = String(color).match(/[\d.]+/g) || [];
  return parts.length === 3 || Number(parts[3]) === 1;
}

function isLight(color) {
  const [red, green, blue] = (String(color).match(/[\d.]+/g) || [0, 0, 0]).map(Number);
  return 0.3 * red + 0.6 * green + 0.1 * blue > 160;
}
