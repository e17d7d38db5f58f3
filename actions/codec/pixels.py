"""Absolute pixels: points as the frame's own numbers, for models that were taught those instead of a grid.

    {"thought": "Click \"Save\"", "action": "left_click", "coordinate": [983, 324]}

All else is as in `actions.codec.qwen3vl`. A number beyond the frame is refused and not moved to the edge, as the grid
does it: such a model has another size of the screen in mind, so the edge is not what it means. Only the far edge
itself, one beyond the last pixel, counts as that pixel.
"""

from typing import Any

from actions.codec.places import on_frame
from actions.codec.values import shown
from actions.errors import ActionInvalid
from actions.space import function_spec, reply_schema
from perception.geometry import Point, Size

MAX_SIDE = 32_767
"""Pixels: no screen of X11 is longer, its coordinates being signed 16-bit integers. Bounds what a schema lets pass."""


class Pixels:
    """The pixels of the frame; fractions of a pixel are cut off."""

    grid = None
    """Grounding replies are in pixels as well."""

    def point(self, x: float, y: float, size: Size) -> Point:
        """The pixel itself. Raises ActionInvalid off the frame."""
        if not (0 <= x <= size.width and 0 <= y <= size.height):
            raise ActionInvalid(f"{shown([x, y])} is off the screen, which is {size} pixels; name a point on it.")
        return Point(x=min(int(x), size.width - 1), y=min(int(y), size.height - 1))

    def numbers(self, point: Point, size: Size) -> tuple[int, int]:
        """The pixel itself."""
        return on_frame(point, size).x, point.y

    def meaning(self, size: Size) -> str:
        """In pixels of this size."""
        return f"two numbers in pixels of the screen, which is {size}"

    def schema(self, surface: str) -> dict[str, Any]:
        """Coordinates of any screen, since a schema does not know the frame."""
        return reply_schema(surface, MAX_SIDE - 1)

    def function(self, surface: str, size: Size) -> dict[str, Any]:
        """The function in pixels of this size."""
        last = max(size.width, size.height) - 1
        spec = function_spec(surface, last)
        function = spec["function"]
        function["description"] = function["description"].replace(f"counts as {last}x{last}", f"is {size} pixels")
        coordinate = function["parameters"]["properties"]["coordinate"]
        told = coordinate["description"].replace(f"each from 0 to {last} whatever its real size", "in pixels from 0")
        coordinate["description"] = told
        return spec
