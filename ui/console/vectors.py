"""Marks as vectors that lie over a picture, in the picture's own pixels: the picture is sent once, whatever is drawn.

The same marks as `perception.overlay` draws into pixels, in the same sizes.
"""

import math
from html import escape

from perception.geometry import Point, Size
from perception.overlay import BoxMark, LabelMark, Mark, PathMark, PointMark


def vectors(marks: tuple[Mark, ...], size: Size) -> str:
    """HTML to put over a picture of this size; empty without marks."""
    if not marks:
        return ""
    unit = max(1.0, min(size.width, size.height) / 360)
    lines = "".join(_lines(mark, unit) for mark in marks)
    labels = "".join(_label(mark, size) for mark in marks if isinstance(mark, LabelMark))
    return f'<svg viewBox="0 0 {size.width} {size.height}" aria-hidden="true">{lines}</svg>{labels}'


def _lines(mark: Mark, unit: float) -> str:
    match mark:
        case PointMark():
            x, y = _middle(mark.at)
            place = f'cx="{x:g}" cy="{y:g}"'
            rings = [_twice(f'<circle {place} r="{(7 + 4 * ring) * unit:g}"', 1.6 * unit) for ring in range(mark.rings)]
            dots = (("halo dot", 3.2), ("dot", 2.2))
            return "".join(rings) + "".join(f'<circle class="{c}" {place} r="{r * unit:g}"/>' for c, r in dots)
        case BoxMark():
            box = mark.box
            if box.right <= box.left or box.bottom <= box.top:
                return ""
            sides = f'x="{box.left}" y="{box.top}" width="{box.right - box.left}" height="{box.bottom - box.top}"'
            return _twice(f"<rect {sides}", 2 * unit)
        case PathMark():
            return _twice(f'<path d="{_way(mark.points, 9 * unit)}"', 2.5 * unit)
        case LabelMark():
            return ""


def _twice(beginning: str, width: float) -> str:
    """A line with a light one under it, so that it is seen on any ground."""
    return f'{beginning} class="halo" stroke-width="{2 * width:g}"/>{beginning} stroke-width="{width:g}"/>'


def _way(points: tuple[Point, ...], length: float) -> str:
    """A line with an arrow at its end, whose strokes open backwards by 30 degrees each side."""
    line = [_middle(point) for point in points]
    (from_x, from_y), (x, y) = line[-2:]
    angle = math.atan2(y - from_y, x - from_x)
    turned = (angle + math.pi / 6, angle - math.pi / 6)
    arms = [(x - length * math.cos(turn), y - length * math.sin(turn)) for turn in turned]
    return "".join(
        "M" + "L".join(f"{one:.1f} {other:.1f}" for one, other in part) for part in (line, [arms[0], (x, y), arms[1]])
    )


def _label(mark: LabelMark, size: Size) -> str:
    """Words beside a point, on the side of it where there is room."""
    text = "".join(letter if letter.isprintable() else " " for letter in mark.text).strip()
    across, down = 100 * mark.at.x / size.width, 100 * mark.at.y / size.height
    side = f"left: {across:.1f}%" if across <= 50 else f"right: {100 - across:.1f}%"
    height = f"top: {down:.1f}%" if down <= 70 else f"bottom: {100 - down:.1f}%"
    return f'<span style="{side}; {height}">{escape(text)}</span>' if text else ""


def _middle(point: Point) -> tuple[float, float]:
    return point.x + 0.5, point.y + 0.5
