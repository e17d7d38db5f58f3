"""Solvers of tasks that are done by dragging."""

import json
import random
import re
from collections.abc import Callable

from actions.action import Decision
from perception.geometry import Box, Point
from sandboxes.errors import SandboxError
from sandboxes.oracles.looking import KINDS, reading_order
from sandboxes.oracles.scene import Moves, Scene, Thing, after, at, click_at, drag, press_keys, told

_WAY = """([slider, wanted]) => {
  const element = $(slider), {min, max, orientation} = element.slider('option');
  const share = (wanted - element.slider('value')) / (max - min);
  return orientation === 'horizontal'
    ? [Math.round(share * element.width()), 0] : [0, -Math.round(share * element.height())];
}"""
"""How far a slider's thumb has to go for a value, in pixels to the right and down: along one of them."""

PLACES = {
    "top left": 1,
    "top center": 2,
    "top right": 3,
    "center left": 4,
    "center right": 6,
    "bottom left": 7,
    "bottom center": 8,
    "bottom right": 9,
    "center": 5,
}
"""Of a grid of nine, from 1; the longer names come first."""
BEYOND = 5
LEAST = 2
"""Pixels; a thumb that has less far to go is moved by keys alone."""
SLIPS = (0, 0, 1, -1, 2, -2, 4, -5)
"""Pixels that a drag of a thumb ends beside its aim. No scale tells which pixel a number is: who drags looks at what
came of it and puts it right by keys, so runs have to show that."""
DIRECTIONS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


async def _submit(scene: Scene, seen: str = "") -> Moves:
    """`seen` as in `after`."""
    async for move in scene.press("#subbtn", thought=after(seen, 'Click "Submit"')):
        yield move


async def drag_box(scene: Scene) -> Moves:
    """The small box into the middle of the large one; where that covers it, the large one goes first."""
    small, large = await scene.one("#draggableSmall"), await scene.one("#draggableLarge")
    if small.at is None:
        away = Point(x=30 if large.box.left > 75 else 120, y=large.point.y)
        yield drag(large.point, away, "the large box away")
        small, large = await scene.one("#draggableSmall"), await scene.one("#draggableLarge")
    yield drag(small.point, _shifted(small.point, small.box, large.box), "the small box into the large one")
    async for move in _submit(scene):
        yield move


def _shifted(start: Point, box: Box, target: Box) -> Point:
    """Where a drag from `start` ends that puts the middle of a box on that of another."""
    x = start.x + (target.left + target.right - box.left - box.right) / 2
    y = start.y + (target.top + target.bottom - box.top - box.bottom) / 2
    return Point(x=round(x), y=round(y))


async def drag_circle(scene: Scene) -> Moves:
    """Some way in a direction."""
    (name,) = told(r"Drag the circle (\w+)", scene.goal)
    across, down = DIRECTIONS[name]
    start = (await scene.one("circle")).point
    yield drag(start, Point(x=start.x + 30 * across, y=start.y + 30 * down), f"the circle {name}")
    async for move in _submit(scene):
        yield move


async def drag_items(scene: Scene) -> Moves:
    """An item of a list to another place."""
    items = await scene.all("#sortable li")
    name, place = told(r"Drag (\S+) (.+)\.", scene.goal)
    number = [item.text for item in items].index(name) + 1
    ordinal = re.search(r"(\d)(st|nd|rd|th) position", place)
    if ordinal:
        target = int(ordinal[1])
    else:
        target = {"to the top": 1, "to the bottom": len(items)}.get(place, number + (1 if "down" in place else -1))
    yield _moved(items, number, target)


async def drag_items_grid(scene: Scene) -> Moves:
    """An item of a grid to another place."""
    items = await scene.all("#sortable li")
    name, place = told(r"Drag (\S+) (.+)\.", scene.goal)
    number = [item.text for item in items].index(name) + 1
    steps = {"up by one": -3, "down by one": 3, "left by one": -1, "right by one": 1}
    target = number + steps[place] if place in steps else PLACES[place.removeprefix("to the ")]
    yield _moved(items, number, target, columns=3)


def _moved(items: list[Thing], number: int, target: int, *, columns: int = 1, seen: str = "") -> Decision:
    """Item `number` dragged onto item `target`, some pixels beyond its middle: only then the others give way.
    `seen` as in `after`.

    Where the way goes across rows and columns at once, on which side of an item the other is put depends on how it
    comes: from the left or from above behind it, else before it. So the last item that it meets is chosen.
    """
    right = _sign((target - 1) % columns - (number - 1) % columns)
    down = _sign((target - 1) // columns - (number - 1) // columns)
    met = target - 1 if (right, down) == (1, -1) else target
    start, goal = items[number - 1], items[met - 1]
    end = _shifted(start.point, start.box, goal.box)
    across, along = {(1, -1): (12, 0), (-1, 1): (-12, -8)}.get((right, down), (right * BEYOND, down * BEYOND))
    row, column = divmod(target - 1, columns)
    place = at(row, column) if columns > 1 else f"row {row + 1}"
    return drag(start.point, Point(x=end.x + across, y=end.y + along), f'"{start.text}" to {place}', seen)


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


async def drag_sort_numbers(scene: Scene) -> Moves:
    """The lowest number to the top, the next one below, and so on."""
    for place in range(1, 5):
        items = await scene.all("#sortable li")
        values = [int(item.text) for item in items]
        lowest = values.index(min(values[place - 1 :]), place - 1) + 1
        if lowest != place:
            yield _moved(items, lowest, place, seen=" ".join(item.text for item in items))
    async for move in _submit(scene):
        yield move


async def drag_shapes(scene: Scene) -> Moves:
    """All figures of one kind into the box."""
    (kind,) = told(r"Drag all (\w+)", scene.goal)
    selector = {"rectangles": "rect:not(#shape-container)", "circles": "circle", "triangles": "polygon"}[kind]
    box = (await scene.one("#shape-container")).box
    for number, figure in enumerate(sorted(await scene.all(f"#area_svg {selector}"), key=reading_order)):
        name = f"the {figure.attributes['fill']} {KINDS[figure.tag]}"
        yield drag(figure.point, _slot(box, number, 4), name, kind)
    async for move in _submit(scene):
        yield move


def _slot(box: Box, number: int, count: int) -> Point:
    """A place of its own in a box for each of some figures, which hang from a point a little right of their corner."""
    return Point(x=round(box.left + 16 + (box.right - box.left - 26) * number / (count - 1)), y=box.center.y)


async def use_slider(scene: Scene) -> Moves:
    """One slider."""
    (wanted,) = told(r"Select (-?\d+)", scene.goal)
    async for move in _slid(scene, "#slider", "#val", int(wanted)):
        yield move
    async for move in _submit(scene, wanted):
        yield move


async def use_slider_2(scene: Scene) -> Moves:
    """Three sliders."""
    (wanted,) = told(r"(\[.*\])", scene.goal)
    for number, value in enumerate(json.loads(wanted), start=1):
        async for move in _slid(scene, f"#slider-{number}", f"#val-{number}", value):
            yield move
    async for move in _submit(scene, wanted):
        yield move


async def _slid(scene: Scene, slider: str, reading: str, wanted: int) -> Moves:
    """Drag the thumb to about where the value should be; what it missed, arrow keys put right."""
    value = int((await scene.one(reading)).text)
    if value == wanted:
        return
    thumb = (await scene.one(f"{slider} .ui-slider-handle")).point
    across, down = await scene.read(_WAY, [slider, wanted])
    slip = random.Random(f"{scene.goal} {slider} {value}").choice(SLIPS)
    seen = f"{value}, not {wanted}"
    if abs(across) + abs(down) < LEAST:
        yield click_at(thumb, "the thumb", seen)
    else:
        end = Point(x=thumb.x + across + slip * bool(across), y=thumb.y + down + slip * bool(down))
        yield drag(thumb, end, f"the thumb to {wanted}", seen)
    for _ in range(120):
        value = int((await scene.one(reading)).text)
        if value == wanted:
            return
        yield press_keys("right" if value < wanted else "left", seen=f"{value}, not {wanted}")
    raise SandboxError(f"The solver can't bring the slider to {wanted}.")


async def resize_textarea(scene: Scene) -> Moves:
    """The corner of a text area outwards or inwards."""
    corner = (await scene.one(".ui-resizable-se")).point
    sign = 1 if "larger" in scene.goal else -1
    yield drag(corner, Point(x=corner.x + 20 * sign, y=corner.y + 20 * sign), "the corner")
    async for move in scene.press("#submit"):
        yield move


SOLVERS: dict[str, Callable[[Scene], Moves]] = {
    "drag-box": drag_box,
    "drag-circle": drag_circle,
    "drag-items": drag_items,
    "drag-items-grid": drag_items_grid,
    "drag-shapes": drag_shapes,
    "drag-sort-numbers": drag_sort_numbers,
    "resize-textarea": resize_textarea,
    "use-slider": use_slider,
    "use-slider-2": use_slider_2,
}
