"""Solvers of tasks where a point must be put where geometry says.

Their pages reward nearness. They take half a pixel more or less than they draw, and a click has whole pixels, so that
the best click mostly gets a little less than the whole reward.
"""

from collections.abc import Callable
from math import dist, hypot

from perception.geometry import Point
from sandboxes.oracles.scene import Moves, Scene, click_at

Place = tuple[float, float]
"""x and y in the drawing."""

TOP = 50
"""The page takes a click that many pixels above where it was; it draws two pixels further right and below."""
MARGIN, WIDTH, HEIGHT = 3, 147, 125
"""Within these the drawing takes clicks; the button lies below."""
FAR = 40.0
"""Pixels from the corner of an angle at which one more or less turns its side but little."""
NEAR = 20.0


async def _places(scene: Scene, selector: str) -> list[Place]:
    """The middles of circles."""
    figures = await scene.all(f"#svg-grid {selector}")
    return [(float(each.attributes["cx"]), float(each.attributes["cy"])) for each in figures]


async def _put(scene: Scene, place: Place, name: str) -> Moves:
    x, y = place
    yield click_at(Point(x=round(x), y=round(y) + TOP), name)
    async for move in scene.press("#subbtn"):
        yield move


async def circle_center(scene: Scene) -> Moves:
    """The middle of a circle."""
    (middle,) = await _places(scene, "circle")
    async for move in _put(scene, middle, "the middle of the circle"):
        yield move


async def find_midpoint(scene: Scene) -> Moves:
    """The middle between two points."""
    one, other = await _places(scene, "circle")
    async for move in _put(scene, ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2), "between the points"):
        yield move


async def bisect_angle(scene: Scene) -> Moves:
    """A point on the line that halves an angle, where it meets the line between the ends of the sides."""
    (corner,) = await _places(scene, ".init-blue")
    one, other = await _places(scene, ".init-black")
    async for move in _put(scene, halving(corner, one, other), "between the sides of the angle"):
        yield move


def halving(corner: Place, one: Place, other: Place) -> Place:
    """Where the line that halves an angle meets the line between the ends of its sides, which it parts as long as the
    sides are; further out where that is too near the corner to aim by.
    """
    long, short = dist(corner, one), dist(corner, other)
    x = (one[0] * short + other[0] * long) / (long + short) - corner[0]
    y = (one[1] * short + other[1] * long) / (long + short) - corner[1]
    length = hypot(x, y)
    if length < 1:  # the sides lie on one line
        return square(corner, one)
    x, y = x / length, y / length
    reach = max(length, min(NEAR, _room(corner, (x, y))))
    return corner[0] + x * reach, corner[1] + y * reach


async def right_angle(scene: Scene) -> Moves:
    """A point square to the line, seen from its blue end."""
    (corner,), (end,) = await _places(scene, "#init-blue"), await _places(scene, "#init-black")
    async for move in _put(scene, square(corner, end), "square to the line"):
        yield move


def square(corner: Place, end: Place) -> Place:
    """A point square to the line from a corner to an end: on the side with more room, up to FAR away."""
    x, y = (end[1] - corner[1]) / dist(corner, end), (corner[0] - end[0]) / dist(corner, end)
    right, left = _room(corner, (x, y)), _room(corner, (-x, -y))
    reach = right if right >= left else -left
    return corner[0] + x * reach, corner[1] + y * reach


def _room(start: Place, way: Place) -> float:
    """How far one can go from a place in a direction and stay in the drawing, up to FAR."""
    room = FAR
    for place, step, most in zip(start, way, (WIDTH, HEIGHT), strict=True):
        if step:
            room = min(room, ((most if step > 0 else MARGIN) - place) / step)
    return room


SOLVERS: dict[str, Callable[[Scene], Moves]] = {
    "bisect-angle": bisect_angle,
    "circle-center": circle_center,
    "find-midpoint": find_midpoint,
    "right-angle": right_angle,
}
