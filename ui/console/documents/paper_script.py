"""What the page does with a document that is looked at: finds the word under a click, and tells what was done."""

PAPER_SCRIPT = """
let known = {}, typing = '', cursor = -1, zoomed = false, back = null, place = null, jump = false;
const doc = () => element.querySelector('.he-doc');
const sheet = () => element.querySelector('.he-sheet');
const words = () => {
  const told = sheet()?.dataset.words || '[]';  // The same element may show another page by now.
  if (known.told !== told) known = {told, words: JSON.parse(told)};
  return known.words;
};
const tell = (data) => {
  const scroll = element.querySelector('.he-scroll');
  place = scroll && {left: scroll.scrollLeft, top: scroll.scrollTop};
  const {of, page, mark} = doc().dataset;
  trigger('click', {of, page: Number(page), mark, ...data});
};
const nearest = (event) => {
  const box = sheet().getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width * 10000, y = (event.clientY - box.top) / box.height * 10000;
  const high = box.height / box.width;
  let best = -1, least = 300;
  words().forEach(([left, top, right, bottom], number) => {
    const across = Math.max(left - x, 0, x - right), down = Math.max(top - y, 0, y - bottom) * high;
    const far = Math.hypot(across, down);
    if (far < least) { best = number; least = far; }
  });
  return best;
};
const point = (number, aloud) => {
  const mark = sheet()?.querySelector('.he-word'), word = words()[number];
  if (!mark) return;
  mark.hidden = !word;
  if (!word) return;
  const [left, top, right, bottom, text] = word;
  mark.style.left = `${left / 100}%`; mark.style.width = `${(right - left) / 100}%`;
  mark.style.top = `${top / 100}%`; mark.style.height = `${(bottom - top) / 100}%`;
  if (aloud) {
    element.querySelector('.he-heard').textContent = text;
    mark.scrollIntoView({block: 'nearest', inline: 'nearest'});
  }
};
const beside = (way) => {
  const from = words()[cursor];
  if (!from) return words().length ? 0 : -1;
  const [left, top, right, bottom] = from, x = (left + right) / 2, y = (top + bottom) / 2;
  let best = cursor, least = Infinity;
  words().forEach((word, number) => {
    const across = (word[0] + word[2]) / 2 - x, down = (word[1] + word[3]) / 2 - y;
    const ahead = way[0] ? across * way[0] : down * way[1], aside = Math.abs(way[0] ? down : across);
    const far = ahead + aside * (way[0] ? 6 : 2);
    if (number !== cursor && ahead > 0 && far < least) { best = number; least = far; }
  });
  return best;
};
const zoom = () => {
  element.querySelector('.he-scroll')?.classList.toggle('larger', zoomed);
  element.querySelector('[data-zoom]')?.setAttribute('aria-pressed', String(zoomed));
};
const save = () => tell({do: 'save', text: element.querySelector('.he-value').value});
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.hasAttribute('data-zoom')) { zoomed = !zoomed; zoom(); return; }
  if (button?.dataset.do) {
    const {do: what, path: field, number} = button.dataset;
    back = field ? `[data-path="${CSS.escape(field)}"]` : `[data-do="${what}"]`;
    jump = what === 'field';
    if (what === 'save') save(); else tell({do: what, field, number});
  } else if (event.target.closest('.he-sheet')) {
    cursor = nearest(event);
    point(cursor, false);
    back = '.he-sheet';
    if (cursor >= 0) tell({do: 'word', number: cursor});
  }
});
element.addEventListener('pointermove', (event) => {
  if (event.pointerType === 'mouse' && event.target.closest('.he-sheet')) point(nearest(event), false);
});
element.addEventListener('keydown', (event) => {
  if (event.target.matches('.he-value') && event.key === 'Enter') { back = '.he-value'; save(); return; }
  if (!event.target.matches('.he-sheet')) return;
  const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
  if (way) { cursor = beside(way); point(cursor, true); }
  else if (event.key === 'Enter' && cursor >= 0 && !event.repeat) {
    back = '.he-sheet';
    tell({do: 'word', number: cursor});
  } else return;
  event.preventDefault();
});
watch('value', () => {
  zoom();
  const value = element.querySelector('.he-value');
  if (value && value.dataset.for !== typing) value.value = value.getAttribute('value');
  typing = value ? value.dataset.for : '';
  const scroll = element.querySelector('.he-scroll');
  if (scroll && place) scroll.scrollTo(place.left, place.top);
  if (document.activeElement === document.body && back) {
    (element.querySelector(back) || element.querySelector('.he-correct button'))?.focus({preventScroll: true});
  }
  if (cursor >= words().length) cursor = -1;
  if (document.activeElement === sheet()) point(cursor, false);
  if (jump) element.querySelector('.he-box.on')?.scrollIntoView({block: 'nearest', inline: 'nearest'});
  back = null; jump = false;
});
"""
"""Listens on the HTML component around the document; what is put in its place is heard as well."""
