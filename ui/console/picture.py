"""A picture that is pointed at: with the mouse, a finger, or the arrow keys and Enter.

What it tells the server names what the picture shows, as the person saw it: `of` travels with the picture itself, so a
click on an old picture is a click on something old.
"""

from html import escape
from typing import Any, NamedTuple

from perception.geometry import Point, Size
from perception.observation import Frame
from ui.replay import data_uri

MOST_WHEEL = 2000
"""Pixels that the wheel turns at once."""

SCRIPT = """
let cursor = null, focused = false, wheel = 0, waiting = null;
const part = () => element.querySelector('.he-point');
const tell = (frame, data) => trigger('click', {of: frame.dataset.of, ...data});
const size = (frame) => [Number(frame.dataset.width), Number(frame.dataset.height)];
const spot = (frame, event) => {
  const box = frame.querySelector('img').getBoundingClientRect(), [width, height] = size(frame);
  const x = Math.floor((event.clientX - box.left) / box.width * width);
  const y = Math.floor((event.clientY - box.top) / box.height * height);
  return {x: Math.min(Math.max(x, 0), width - 1), y: Math.min(Math.max(y, 0), height - 1)};
};
const show = () => {
  const frame = part();
  if (!frame || !cursor) return;
  const [width, height] = size(frame), cross = frame.querySelector('.he-cross');
  cross.style.left = `${(cursor.x + 0.5) / width * 100}%`;
  cross.style.top = `${(cursor.y + 0.5) / height * 100}%`;
  cross.hidden = false;
};
element.addEventListener('click', (event) => {
  const frame = event.target.closest('.he-point');
  if (!frame) return;
  cursor = null;
  frame.querySelector('.he-cross').hidden = true;
  tell(frame, {kind: 'point', ...spot(frame, event)});
});
element.addEventListener('keydown', (event) => {
  const frame = event.target.closest('.he-point');
  if (!frame) return;
  const [width, height] = size(frame), far = event.shiftKey ? 1 : 8;
  const way = {ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far]}[event.key];
  if (way) {
    const from = cursor || {x: Math.floor(width / 2), y: Math.floor(height / 2)};
    cursor = {
      x: Math.min(Math.max(from.x + way[0], 0), width - 1), y: Math.min(Math.max(from.y + way[1], 0), height - 1)
    };
    show();
  } else if (event.key === 'Enter' && cursor && !event.repeat) {
    tell(frame, {kind: 'point', ...cursor});
  } else return;
  event.preventDefault();
});
element.addEventListener('wheel', (event) => {
  const frame = event.target.closest('.he-point[data-wheel]');
  if (!frame) return;
  event.preventDefault();
  wheel -= event.deltaY * (event.deltaMode === 1 ? 20 : 1);
  const at = spot(frame, event);
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const pixels = Math.round(wheel);
    wheel = 0;
    if (pixels) tell(frame, {kind: 'wheel', pixels, ...at});
  }, 200);
}, {passive: false});
document.addEventListener('focusin', (event) => { focused = element.contains(event.target); });
watch('value', () => { if (focused) part()?.focus({preventScroll: true}); show(); });
"""
"""Listens on the HTML component around the picture; a picture that is put in its place is heard as well."""


class Pointed(NamedTuple):
    """What a person did on a picture."""

    of: str
    """What the picture showed, as `picture_html` was told."""
    at: Point
    pixels: int = 0
    """Of a wheel: as in `Scroll`; 0 for a click."""


def picture_html(frame: Frame, *, of: str, label: str, wheel: bool = False, zoom: float = 2.0) -> str:
    """The picture; of: what it shows, for `Pointed`; zoom: how much larger than its pixels it may be shown."""
    size = frame.size
    turns = " data-wheel" if wheel else ""
    width = max(320, min(int(size.width * zoom), 1280))
    return (
        f'<div class="he-screen"><div class="he-point" tabindex="0" role="application" data-of="{escape(of)}"{turns} '
        f'data-width="{size.width}" data-height="{size.height}" aria-label="{escape(label)}" '
        f'style="width: {width}px"><img src="{data_uri(frame)}" alt=""><i class="he-cross" hidden></i></div></div>'
    )


def pointed(data: Any, size: Size) -> Pointed | None:
    """What a browser says of a picture of this size; None for what no page of ours would say."""
    try:
        of, x, y, pixels = data["of"], data["x"], data["y"], data.get("pixels", 0)
    except (KeyError, TypeError, AttributeError):
        return None
    numbers = (x, y, pixels)
    if not isinstance(of, str) or not all(isinstance(one, int) and not isinstance(one, bool) for one in numbers):
        return None
    if not (0 <= x < size.width and 0 <= y < size.height):
        return None
    return Pointed(of, Point(x=x, y=y), max(-MOST_WHEEL, min(pixels, MOST_WHEEL)))
