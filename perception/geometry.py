"""Sizes, points and boxes in pixels, and the one place where the model's grid and pixels are converted.

The model speaks of an image as a grid of 0 to 1000 in each direction (Qwen3-VL technical report, section on
grounding), whatever the image's size. `Grid(1000)` is that reading; some prompts of the same family mean 0 to
999 (`Grid(999)`). Pixels are integers that exist on the screen: the far edge of the grid is the last pixel,
never one beyond. A box's edges are lines between pixels, so there the far edge of the grid is the frame's own.
Models that speak of pixels themselves have no grid: `marks_of(None)`.
"""

from pydantic import BaseModel, ConfigDict, Field


class Size(BaseModel):
    """Width and height in pixels, both at least 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(ge=1)
    height: int = Field(ge=1)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    def contains(self, point: "Point") -> bool:
        """Whether the point is one of this size's pixels."""
        return 0 <= point.x < self.width and 0 <= point.y < self.height


class Point(BaseModel):
    """A pixel; x grows to the right and y downwards, both from 0."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    x: int
    y: int

    def __str__(self) -> str:
        return f"({self.x}, {self.y})"


class Box(BaseModel):
    """A rectangle in pixels: left and top inclusive, right and bottom exclusive; may be fractional."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    left: float
    top: float
    right: float
    bottom: float

    @property
    def center(self) -> Point:
        """The pixel in the middle."""
        return Point(x=int((self.left + self.right) / 2), y=int((self.top + self.bottom) / 2))

    def contains(self, point: Point) -> bool:
        """Whether the point's pixel lies inside."""
        return self.left <= point.x < self.right and self.top <= point.y < self.bottom

    def iou(self, other: "Box") -> float:
        """Intersection over union with another box, between 0 and 1."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)

    @property
    def area(self) -> float:
        """Square pixels, 0 for a box that is inside out."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)


class Grid(BaseModel):
    """The model's coordinates: integers from 0 to `top` in each direction, over a whole frame."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    top: int = Field(default=1000, ge=1)

    def to_pixel(self, x: float, y: float, size: Size) -> Point:
        """The pixel that a grid point means; values outside the grid are moved to its edge."""
        return Point(x=self._pixel(x, size.width), y=self._pixel(y, size.height))

    def to_grid(self, point: Point, size: Size) -> tuple[int, int]:
        """The grid point nearest to a pixel's middle; exact both ways for frames of up to `top` pixels."""
        return self._unit(point.x, size.width), self._unit(point.y, size.height)

    def to_box(self, corners: tuple[float, float, float, float], size: Size) -> Box:
        """The whole pixels between two opposite corners `(x1, y1, x2, y2)` of the grid: at least one each way, all on
        the screen. It does not matter which corner comes first; values outside the grid are moved to its edge.
        """
        x1, y1, x2, y2 = corners
        left, right = _span(x1, x2, self.top, size.width)
        top, bottom = _span(y1, y2, self.top, size.height)
        return Box(left=left, top=top, right=right, bottom=bottom)

    def to_corners(self, box: Box, size: Size) -> tuple[int, int, int, int]:
        """The corners `(x1, y1, x2, y2)` nearest to a box's, at least one apart each way; exact both ways for boxes of
        whole pixels in frames of up to `top` pixels.
        """
        left, right = _span(box.left, box.right, size.width, self.top)
        top, bottom = _span(box.top, box.bottom, size.height, self.top)
        return left, top, right, bottom

    def _pixel(self, value: float, length: int) -> int:
        inside = min(max(value, 0), self.top)
        return min(length - 1, int(inside * length / self.top))

    def _unit(self, pixel: int, length: int) -> int:
        # Nearest, and a tie goes down: so a length of up to `top` pixels comes back exactly from `to_pixel`.
        nearest = -((length - (2 * pixel + 1) * self.top) // (2 * length))
        return min(self.top, max(0, nearest))


class Pixels:
    """Coordinates that are pixels of the frame already, with the methods of a Grid. Numbers off the frame are moved to
    its edge, and a point's fractions are cut off.
    """

    def to_pixel(self, x: float, y: float, size: Size) -> Point:
        """The pixel itself."""
        return Point(x=_inside(x, size.width), y=_inside(y, size.height))

    def to_grid(self, point: Point, size: Size) -> tuple[int, int]:
        """The pixel itself."""
        return point.x, point.y

    def to_box(self, corners: tuple[float, float, float, float], size: Size) -> Box:
        """The whole pixels between two opposite corners, at least one each way."""
        x1, y1, x2, y2 = corners
        left, right = _span(x1, x2, size.width, size.width)
        top, bottom = _span(y1, y2, size.height, size.height)
        return Box(left=left, top=top, right=right, bottom=bottom)

    def to_corners(self, box: Box, size: Size) -> tuple[int, int, int, int]:
        """The corners nearest to a box's, at least one apart each way."""
        left, right = _span(box.left, box.right, size.width, size.width)
        top, bottom = _span(box.top, box.bottom, size.height, size.height)
        return left, top, right, bottom


def marks_of(grid: int | None) -> Grid | Pixels:
    """What a model's coordinates mean: those of a grid up to `grid`, or pixels of the frame where it is None."""
    return Pixels() if grid is None else Grid(top=grid)


def _inside(value: float, length: int) -> int:
    return int(min(max(value, 0), length - 1))


def _span(one: float, other: float, length: int, new_length: int) -> tuple[int, int]:
    """Two edges on a scale of `length`, in order, on the nearest marks of a scale of `new_length`, and apart."""
    low, high = (min(max(edge, 0), length) for edge in sorted((one, other)))
    near = min(round(low * new_length / length), new_length - 1)
    return near, max(round(high * new_length / length), near + 1)
