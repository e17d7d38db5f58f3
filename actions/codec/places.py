"""How a dialect writes where something is: the seam, and the grid that most Qwen models speak of.

Absolute pixels, the other way, are in `actions.codec.pixels`.
"""

from typing import Any, Protocol

from actions.codec.values import number, shown
from actions.errors import ActionInvalid, ActionUnsupported
from actions.space import function_spec, reply_schema
from perception.geometry import Grid, Point, Size


class Places(Protocol):
    """Between a point of a frame and the two numbers that a model writes for it."""

    @property
    def grid(self) -> int | None:
        """The largest coordinate of grounding replies; see `Codec.grid`."""
        ...

    def point(self, x: float, y: float, size: Size) -> Point:
        """The pixel of a frame of this size that two numbers mean. Raises ActionInvalid when they mean none."""
        ...

    def numbers(self, point: Point, size: Size) -> tuple[int, int]:
        """The two numbers for a pixel. Raises ActionUnsupported when it is off the frame."""
        ...

    def meaning(self, size: Size) -> str:
        """What two numbers mean, in words for the model: two numbers ..."""
        ...

    def schema(self, surface: str) -> dict[str, Any]:
        """`actions.space.reply_schema` with coordinates of this kind."""
        ...

    def function(self, surface: str, size: Size) -> dict[str, Any]:
        """`actions.space.function_spec` with coordinates of this kind."""
        ...


class Gridded:
    """Integers of a grid over the whole frame: 0 to 1000, or to 999 for prompts that divide by that."""

    def __init__(self, grid: int = 1000) -> None:
        self.grid = grid
        self._grid = Grid(top=grid)

    def point(self, x: float, y: float, size: Size) -> Point:
        """Numbers off the grid are moved to its edge: no frame is larger than its grid."""
        return self._grid.to_pixel(x, y, size)

    def numbers(self, point: Point, size: Size) -> tuple[int, int]:
        """The nearest grid point."""
        return self._grid.to_grid(on_frame(point, size), size)

    def meaning(self, size: Size) -> str:
        """The same for every size."""
        return f"two numbers from 0 to {self.grid}"

    def schema(self, surface: str) -> dict[str, Any]:
        """Coordinates from 0 to the grid's edge."""
        return reply_schema(surface, self.grid)

    def function(self, surface: str, size: Size) -> dict[str, Any]:
        """The same for every size."""
        return function_spec(surface, self.grid)


def on_frame(point: Point, size: Size) -> Point:
    """The point itself. Raises ActionUnsupported when no pixel of the frame is there."""
    if not size.contains(point):
        raise ActionUnsupported(f"{point} can't be written: it is off the screen, which is {size} pixels.")
    return point


def read_point(name: str, value: Any, places: Places, size: Size) -> Point:
    """The pixel that `[x, y]` means. Raises ActionInvalid."""
    if not isinstance(value, list) or len(value) != 2:
        raise ActionInvalid(f"{name} must be [x, y], {places.meaning(size)}, not {shown(value)}.")
    x, y = (number(name, part) for part in value)
    return places.point(x, y, size)
