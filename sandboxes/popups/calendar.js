// The calendar of a field for a date, a month or a week. Days are counted in UTC, so that no hour is lost or doubled.

const TIMES = ['date', 'datetime-local', 'month', 'week', 'time']; // a time is typed, and has no pop-up here
const UNITS = { date: 'day', 'datetime-local': 'day', month: 'month', week: 'day' };
const DAY = 86400000; // ms
const DAYS_SHOWN = 42;

class Calendar extends Popup {
  constructor(field, kind) {
    super(field);
    this.kind = kind;
    this.unit = UNITS[kind];
    this.box.classList.add('panel');
    this.box.style.direction = getComputedStyle(field).direction;
    const today = new Date();
    const now = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
    this.lit = Number.isNaN(field.valueAsNumber) || kind === 'month' ? this.begin(now) : floor(field.valueAsNumber);
    this.fill();
  }

  /** A month's own number counts months and no milliseconds; a field without a value begins with today. */
  begin(now) {
    const { value, min, max } = this.owner;
    const month = /^(\d{4,})-(\d\d)$/.exec(value);
    if (this.kind === 'month' && month) return Date.UTC(Number(month[1]), Number(month[2]) - 1, 1);
    const text = this.text(now);
    const edge = min && text < min ? min : max && text > max ? max : '';
    const day = edge && this.kind !== 'week' ? Date.parse(`${edge.slice(0, 10)}${edge.length === 7 ? '-01' : ''}T00:00Z`) : NaN;
    return Number.isNaN(day) ? now : day;
  }

  fill() {
    const shown = new Date(this.lit);
    const title = this.unit === 'month' ? { year: 'numeric' } : { year: 'numeric', month: 'long' };
    const head = make('div', 'head');
    head.append(arrow('‹', -1), make('div', '', named(shown, title)), arrow('›', 1));
    const days = make('div', 'days');
    days.style.setProperty('--across', this.unit === 'month' ? '4' : '7');
    days.append(...(this.unit === 'month' ? this.months(shown) : this.weeks(shown)));
    this.box.replaceChildren(head, days);
  }

  months(shown) {
    return Array.from({ length: 12 }, (_, month) => {
      const time = Date.UTC(shown.getUTCFullYear(), month, 1);
      return this.cell(time, named(new Date(time), { month: 'short' }), false);
    });
  }

  weeks(shown) {
    const first = Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth(), 1);
    const from = first - new Date(first).getUTCDay() * DAY;
    const times = Array.from({ length: DAYS_SHOWN }, (_, index) => from + index * DAY);
    const heads = times.slice(0, 7).map((time) => make('div', 'day off', named(new Date(time), { weekday: 'narrow' })));
    const cells = times.map((time) => {
      const date = new Date(time);
      return this.cell(time, String(date.getUTCDate()), date.getUTCMonth() !== shown.getUTCMonth());
    });
    return [...heads, ...cells];
  }

  cell(time, text, isOther) {
    const cell = make('div', isOther ? 'day other' : 'day', text);
    if (!this.isFree(time)) cell.classList.add('off');
    else cell.time = time;
    if (this.isLit(time)) cell.classList.add('on');
    return cell;
  }

  isLit(time) {
    return this.text(time) === this.text(this.lit);
  }

  isFree(time) {
    const { min, max } = this.owner;
    const text = this.text(time);
    return !(min && text < min.slice(0, text.length)) && !(max && text > max.slice(0, text.length));
  }

  /** A time as the field writes it, without the hours. */
  text(time) {
    const [day] = new Date(time).toISOString().split('T');
    if (this.kind === 'month') return day.slice(0, -3);
    return this.kind === 'week' ? weekOf(time) : day;
  }

  up(element) {
    if (!element) return;
    if (element.step) this.turn(element.step);
    else if (element.time !== undefined) this.take(element.time);
  }

  /** To the month before or after, or the year. */
  turn(step) {
    const shown = new Date(this.lit);
    const months = this.unit === 'month' ? 12 * step : step;
    const first = new Date(Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth() + months, 1));
    const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
    this.move(first.getTime() + (Math.min(shown.getUTCDate(), length) - 1) * DAY);
  }

  move(time) {
    this.lit = time;
    this.fill();
    this.place();
  }

  key({ key }) {
    const across = this.unit === 'month' ? 4 : 7;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across };
    if (key === 'Escape') this.close();
    else if (key === 'PageUp' || key === 'PageDown') this.turn(key === 'PageUp' ? -1 : 1);
    else if (key === 'Enter' || key === ' ') this.isFree(this.lit) && this.take(this.lit);
    else if (key in steps && this.unit === 'day') this.move(this.lit + steps[key] * DAY);
    else if (key in steps) this.leap(steps[key]);
  }

  leap(count) {
    const shown = new Date(this.lit);
    this.move(Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth() + count, 1));
  }

  /** What is typed goes to the field. */
  passes({ key }) {
    return /^[\p{L}\p{N}]$/u.test(key) || key === 'Tab' || key === 'Backspace' || key === 'Delete';
  }

  take(time) {
    const { owner, kind } = this;
    const hours = owner.value.split('T')[1] || '00:00';
    const value = kind === 'datetime-local' ? `${this.text(time)}T${hours}` : this.text(time);
    const isChanged = owner.value !== value;
    if (isChanged) write(owner, value);
    this.finish(isChanged);
  }

  least() {
    return Math.min(250, innerWidth);
  }
}

/** An arrow at the head, which turns so many months or years. */
function arrow(text, step) {
  return Object.assign(make('div', 'step', text), { step });
}

function named(date, format) {
  return new Intl.DateTimeFormat(navigator.language, { ...format, timeZone: 'UTC' }).format(date);
}

function floor(time) {
  return Math.floor(time / DAY) * DAY;
}

/** The week of ISO 8601: it begins on Monday, and belongs to the year of its Thursday. */
function weekOf(time) {
  const thursday = time + (3 - ((new Date(time).getUTCDay() + 6) % 7)) * DAY;
  const year = new Date(thursday).getUTCFullYear();
  const week = 1 + Math.floor((thursday - Date.UTC(year, 0, 1)) / DAY / 7);
  return `${year}-W${String(week).padStart(2, '0')}`;
}
