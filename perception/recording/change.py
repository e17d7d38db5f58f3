"""What differs between two pictures of a video, in spite of what compression adds.

Pictures are luma: uint8 [H, W], black 16 to white 235 or 0 to 255. A tile is 16 x 16 pixels at full resolution, so that
one letter shows; it counts as changed when some of its pixels differ much, or its mean differs at all. Noise of a codec
does neither: it is small, and evens out.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

TILE = 16
STRONG = 36
"""Levels by which a pixel differs much: text, edges, a caret. Rings around text that a codec blurs stay below."""
NUM_STRONG = 4
EDGE = 4
FAINT = 2.5
"""Levels by which the mean of a tile differs where something pale was laid over it, such as a selected row."""
CARET = (4, 48)
"""Width and height that no text caret exceeds, a pixel of blur included."""


class Area(NamedTuple):
    """A rectangle in pixels: left and top inclusive, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top

    def grown(self, by: int, shape: tuple[int, ...]) -> "Area":
        """With a border, as far as a picture of this shape [H, W] goes."""
        height, width = shape[:2]
        left, top = max(0, self.left - by), max(0, self.top - by)
        return Area(left, top, min(width, self.right + by), min(height, self.bottom + by))

    def of(self, picture: np.ndarray) -> np.ndarray:
        """That part of a picture, as a view."""
        return picture[self.top : self.bottom, self.left : self.right]


def around(areas: Iterable[Area]) -> Area:
    """The smallest rectangle around some; there must be one."""
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return Area(min(lefts), min(tops), max(rights), max(bottoms))


def changed_tiles(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Which tiles differ: bool [H / 16, W / 16], rounded up. At 1920 x 1080 it takes 6 ms where all of them do, and a
    tenth where nothing does: what a codec leaves as it was is equal bit by bit."""
    strong, faint = _kinds(before, after)
    return strong | faint


def _kinds(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tiles in which some pixels differ much, and tiles of which the mean differs; bool [rows, columns] each."""
    height, width = before.shape
    tops = np.arange(0, height, TILE)
    strong, faint = (np.zeros((len(tops), -(-width // TILE)), bool) for _ in range(2))
    bands = np.logical_or.reduceat((before != after).any(axis=1), tops)
    for first, end in _runs(bands):
        one, other = (picture[first * TILE : end * TILE] for picture in (before, after))
        strong[first:end] = _per_tile(distance(one, other) > STRONG) >= NUM_STRONG
        faint[first:end] = np.abs(_means(one) - _means(other)) > FAINT
    return strong, faint


def distance(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """By how many levels each pixel differs, uint8 [H, W]."""
    return np.maximum(before, after) - np.minimum(before, after)


def changed_areas(before: np.ndarray, after: np.ndarray) -> list[Area]:
    """Tight rectangles around what differs, one for each group of tiles that touch; from the top."""
    strong, faint = _kinds(before, after)
    found = []
    for rows, columns in groups(strong | faint):
        tiles = Area(columns[0] * TILE, rows[0] * TILE, (columns[1] + 1) * TILE, (rows[1] + 1) * TILE)
        # A tip that reaches into the next tile by a few pixels does not make that tile count, and belongs to it.
        area = tiles.grown(EDGE, before.shape)
        levels = distance(area.of(before), area.of(after))
        ys, xs = (np.arange(first, end) // TILE for first, end in ((area.top, area.bottom), (area.left, area.right)))
        pale = (faint & ~strong)[np.ix_(ys, xs)]
        found.append(_tight((levels > STRONG) | (pale & (levels > FAINT)), area))
    return found


def groups(tiles: np.ndarray) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """First and last row, and first and last column, of each group of tiles that touch, corners included."""
    left = {(int(row), int(column)) for row, column in zip(*np.nonzero(tiles), strict=True)}
    found = []
    while left:
        row, column = first = min(left)
        left.remove(first)
        edge, rows, columns = [first], [row, row], [column, column]
        while edge:
            row, column = edge.pop()
            rows, columns = [min(rows[0], row), max(rows[1], row)], [min(columns[0], column), max(columns[1], column)]
            near = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & left
            left -= near
            edge += near
        found.append(((rows[0], rows[1]), (columns[0], columns[1])))
    return found


def is_caret(area: Area) -> bool:
    """Whether all that differs may be a text caret that blinks."""
    return area.width <= CARET[0] and area.height <= CARET[1]


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """First and end of each run of flags that are set."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(first), int(end)) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def _tight(mask: np.ndarray, area: Area) -> Area:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return area
    left, top = area.left + int(columns[0]), area.top + int(rows[0])
    return Area(left, top, area.left + int(columns[-1]) + 1, area.top + int(rows[-1]) + 1)


def _per_tile(mask: np.ndarray) -> np.ndarray:
    """How many pixels of each tile are set, int [rows, columns]. Whole rows are added first, which is what is fast."""
    rows = np.add.reduceat(mask.view(np.uint8), np.arange(0, mask.shape[0], TILE), axis=0, dtype=np.uint8)
    return np.add.reduceat(rows, np.arange(0, mask.shape[1], TILE), axis=1, dtype=np.uint16)


def _means(picture: np.ndarray) -> np.ndarray:
    """The mean level of each tile, float [rows, columns]."""
    height, width = picture.shape
    tops, lefts = np.arange(0, height, TILE), np.arange(0, width, TILE)
    sums = np.add.reduceat(np.add.reduceat(picture, tops, axis=0, dtype=np.uint16), lefts, axis=1, dtype=np.uint32)
    sizes = np.outer(np.minimum(TILE, height - tops), np.minimum(TILE, width - lefts))
    return sums / sizes
