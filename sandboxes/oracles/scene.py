"""What a solver sees: the things on the page with the point where a click hits them, and the moves it can make.

A move is a `Decision`, as a model would make it: an action in pixels of the frame, with a thought that names what is
aimed at by what the picture or the goal says of it. Thoughts are worded as on the screens that nano learns from
(Click, Focus, Tick, Choose, Drag): they tell it where to point, and later what was done. Reading the page goes past the
picture, and is for solvers alone.
"""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from actions.action import Decision, Key, LeftClick, LeftClickDrag, Scroll, TripleClick, Type
from perception.geometry import Box, Point
from sandboxes.errors import SandboxError
from sandboxes.miniwob import VIEWPORT, MiniWobEnvironment

Moves = AsyncIterator[Decision]
"""What a solver yields; each is carried out before the next is asked for."""

FIELD = "the text field"
"""How a thought names a field without a name."""

_FIND = """selector => {
  const hit = (element, x, y) => {
    const top = document.elementFromPoint(x, y);
    return top !== null && (element === top || element.contains(top));
  };
  const rects = element => {
    const {display, backgroundColor, borderTopStyle} = getComputedStyle(element), words = document.createRange();
    words.selectNodeContents(element);
    const bare = display === 'block' && backgroundColor === 'rgba(0, 0, 0, 0)' && borderTopStyle === 'none';
    const worded = element.tagName === 'SPAN' && element.textContent.trim();
    return bare && worded ? words.getClientRects() : element.getClientRects();
  };
  const point = element => {
    for (const rect of rects(element)) {
      for (const [across, down] of [[.5, .5], [.5, .25], [.5, .75], [.25, .5], [.75, .5], [.1, .5], [.9, .5]]) {
        const x = Math.round(rect.left + rect.width * across), y = Math.round(rect.top + rect.height * down);
        if (hit(element, x, y)) return [x, y];
      }
    }
    return null;
  };
  return [...document.querySelectorAll(selector)].map((element, number) => {
    const box = element.getBoundingClientRect();
    return {
      number,
      text: (element.innerText ?? element.textContent).trim(),
      value: String(element.value ?? ''),
      checked: Boolean(element.checked),
      tag: element.tagName.toLowerCase(),
      box: [box.left, box.top, box.right, box.bottom],
      at: point(element),
      attributes: Object.fromEntries([...element.attributes].map(each => [each.name, each.value])),
    };
  });
}"""
"""All that a selector finds. A row of words without a ground or a frame is aimed at where its words are."""

_AROUND = """([selector, number]) => {
  const element = document.querySelectorAll(selector)[number];
  const scrolls = each =>
    each.scrollHeight > each.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(each).overflowY);
  let around = element.parentElement;
  while (around && !scrolls(around)) around = around.parentElement;
  const rect = around ? around.getBoundingClientRect() : {left: 0, top: 0, right: innerWidth, bottom: innerHeight};
  const top = Math.max(0, rect.top), bottom = Math.min(innerHeight, rect.bottom);
  return [(rect.left + rect.right) / 2, (top + bottom) / 2, element.getBoundingClientRect().top < top];
}"""
"""The middle of what scrolls around an element, and whether the element lies above what is shown of it."""

_WHEEL = 100
"""Pixels of one turn."""
_MAX_SCROLLS = 60
_EDGE = 8
"""Pixels from the frame's edge within which nothing is pointed at when the page is scrolled."""


class Thing(NamedTuple):
    """An element of the page."""

    number: int
    """From 0, among all that its selector finds."""
    text: str
    value: str
    checked: bool
    tag: str
    box: Box
    at: Point | None
    """A pixel where a click would hit it; None while it is hidden, covered or out of sight."""
    attributes: Mapping[str, str]

    @property
    def point(self) -> Point:
        """Where to click. Raises SandboxError where it can't be."""
        if self.at is None:
            raise SandboxError(f'The solver can\'t click "{self.text or self.tag}": it is not to be seen.')
        return self.at


class Scene:
    """The page of the episode that was begun last in an environment."""

    def __init__(self, environment: MiniWobEnvironment) -> None:
        self._environment = environment

    @property
    def goal(self) -> str:
        """What is asked, in the page's words."""
        return self._environment.instruction

    async def all(self, selector: str, *, text: str | None = None) -> list[Thing]:
        """The elements that a selector finds, in the page's order; only those of this text where one is given."""
        found = [_thing(raw) for raw in await self.read(_FIND, selector)]
        return [thing for thing in found if text is None or thing.text == text]

    async def one(self, selector: str, *, text: str | None = None) -> Thing:
        """The first of these that can be clicked, else the first. Raises SandboxError where there is none."""
        found = await self.all(selector, text=text)
        if not found:
            raise SandboxError(f"The solver finds no {selector} {text or ''} on the page.")
        return next((thing for thing in found if thing.at is not None), found[0])

    async def read(self, expression: str, argument: Any = None) -> Any:
        """The value of a JavaScript expression in the page, or of a function of one argument."""
        return await self._environment.browser.evaluate(expression, argument)

    async def press(
        self,
        selector: str,
        *,
        text: str | None = None,
        number: int | None = None,
        thought: str = "",
        whole: bool = False,
    ) -> Moves:
        """Click the one that is meant, by its text or its number; where it is out of sight, scroll to it first. `whole`
        is for what must be read: then it may not be cut off below either.
        """
        for _ in range(_MAX_SCROLLS):
            thing = await self.one(selector, text=text) if number is None else (await self.all(selector))[number]
            if thing.at is not None and not (whole and thing.box.bottom > VIEWPORT.height):
                yield click(thing, thought)
                return
            yield await self._towards(thing, selector)
        raise SandboxError(f'The solver can\'t bring "{thing.text or selector}" into sight.')

    async def fill(self, selector: str, text: str, name: str = FIELD, seen: str = "") -> Moves:
        """Click an empty field and type; `seen` as in `after`."""
        async for move in self.press(selector, thought=f"Focus {name}"):
            yield move
        yield type_text(text, seen)

    async def _towards(self, thing: Thing, selector: str) -> Decision:
        """Turn the wheel over whatever scrolls around the thing, or over the page."""
        x, y, up = await self.read(_AROUND, [selector, thing.number])
        at = Point(x=_within(x, VIEWPORT.width), y=_within(y, VIEWPORT.height))
        pixels = _WHEEL if up else -_WHEEL
        return Decision(thought=f"Scroll {'up' if up else 'down'}", action=Scroll(at=at, pixels=pixels))


def told(pattern: str, words: str) -> tuple[str, ...]:
    """The groups of a pattern in the page's words. Raises SandboxError where the words are others."""
    found = re.search(pattern, words)
    if found is None:
        raise SandboxError(f'The solver does not understand "{words}".')
    return found.groups()


def at(row: int, column: int) -> str:
    """A place in a grid, as a thought names it; both from 0."""
    return f"row {row + 1}, column {column + 1}"


def after(seen: str, thought: str) -> str:
    """A thought that first says what the move follows from, if anything: a model that learns from it learns to look
    there before it moves."""
    return f"{seen}: {thought[0].lower()}{thought[1:]}" if seen else thought


def click(thing: Thing, thought: str = "") -> Decision:
    """Click it; the thought names it by its words unless another is given."""
    name = f'"{thing.text}"' if 0 < len(thing.text) <= 40 else f"the {thing.tag}"
    return Decision(thought=thought or f"Click {name}", action=LeftClick(at=thing.point))


def click_at(point: Point, name: str, seen: str = "") -> Decision:
    """Click a point that has a name; `seen` as in `after`."""
    return Decision(thought=after(seen, f"Click {name}"), action=LeftClick(at=point))


def select_text(thing: Thing, name: str = FIELD) -> Decision:
    """Click a field three times, so that typing replaces what stands in it."""
    return Decision(thought=f"Select the text in {name}", action=TripleClick(at=thing.point))


def type_text(text: str, seen: str = "") -> Decision:
    """Type where the keyboard's focus is; `seen` as in `after`."""
    return Decision(thought=after(seen, f'Type "{text}"'), action=Type(text=text))


def press_keys(*keys: str, seen: str = "") -> Decision:
    """Press keys together; `seen` as in `after`."""
    return Decision(thought=after(seen, f"Press {'+'.join(keys)}"), action=Key(keys=keys))


def drag(start: Point, end: Point, name: str, seen: str = "") -> Decision:
    """Drag what lies at a point to another; `seen` as in `after`."""
    return Decision(thought=after(seen, f"Drag {name}"), action=LeftClickDrag(start=start, end=end))


def _within(value: float, length: int) -> int:
    return int(min(max(value, _EDGE), length - _EDGE))


def _thing(raw: dict[str, Any]) -> Thing:
    left, top, right, bottom = raw["box"]
    at = None if raw["at"] is None else Point(x=raw["at"][0], y=raw["at"][1])
    if at is not None and not VIEWPORT.contains(at):
        at = None
    return Thing(
        number=raw["number"],
        text=raw["text"],
        value=raw["value"],
        checked=raw["checked"],
        tag=raw["tag"],
        box=Box(left=left, top=top, right=right, bottom=bottom),
        at=at,
        attributes=raw["attributes"],
    )
