"""Where a secret was typed on a surface that can't say what its picture shows: what changed then is black from then on.

The screen is divided into tiles. While the same window or app is in front, tiles that changed when the secret was typed
stay black; afterwards only those that still look as they did then, as in a window behind another. Text that moves is
not followed. The pictures that this needs are kept in memory alone.
"""

from typing import NamedTuple

import numpy as np

from actions.placeholder import PREFIX
from perception.observation import Frame
from sandboxes.patches import Patch, blacked

TILE = 8
"""Pixels of a tile's side; one more tile on each side is covered, for what is drawn there a moment later."""


class _Trace(NamedTuple):
    front: str
    tiles: np.ndarray
    """bool [rows, columns]."""
    pixels: np.ndarray
    """The picture with the secret."""
    label: str


class Afterimage:
    """What secrets left on one screen."""

    def __init__(self) -> None:
        self._traces: list[_Trace] = []
        self._before: tuple[Frame, str] | None = None

    def begin(self, before: Frame, names: tuple[str, ...]) -> None:
        """Secrets are typed next; `before` is the screen without them."""
        self._before = before, f"{PREFIX}{names[0]}"

    def rest(self) -> None:
        """Another action comes: what changes from now on is its doing."""
        self._before = None

    def covered(self, frame: Frame, front: str) -> Frame:
        """The frame as it may be seen; front: what tells the window in front from others."""
        if self._before is not None:
            self._keep(frame, front, *self._before)
        patches: list[Patch] = []
        for trace in self._traces:
            tiles = trace.tiles
            if trace.pixels.shape != frame.pixels.shape:
                continue
            if trace.front != front:
                tiles = tiles & ~_differing(trace.pixels, frame.pixels)
            patches += _patches(tiles, trace.label)
        return blacked(frame, patches)

    def _keep(self, frame: Frame, front: str, before: Frame, label: str) -> None:
        if before.pixels.shape == frame.pixels.shape:
            tiles = _grown(_differing(before.pixels, frame.pixels))
        else:
            tiles = np.ones(_grid(frame.pixels), bool)
        if tiles.any():
            self._traces.append(_Trace(front, tiles, frame.pixels, label))


def _grid(pixels: np.ndarray) -> tuple[int, int]:
    return -(-pixels.shape[0] // TILE), -(-pixels.shape[1] // TILE)


def _differing(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """bool [rows, columns]: tiles in which any pixel differs."""
    rows, columns = _grid(one)
    changed = np.zeros((rows * TILE, columns * TILE), bool)
    changed[: one.shape[0], : one.shape[1]] = (one != other).any(axis=2)
    return np.asarray(changed.reshape(rows, TILE, columns, TILE).any(axis=(1, 3)))


def _grown(tiles: np.ndarray) -> np.ndarray:
    padded = np.pad(tiles, 1)
    rows, columns = tiles.shape
    around = [padded[down : down + rows, right : right + columns] for down in range(3) for right in range(3)]
    return np.asarray(np.stack(around).any(axis=0))


def _patches(tiles: np.ndarray, label: str) -> list[Patch]:
    """Runs of tiles, row by row; the label is written over them once."""
    patches: list[Patch] = []
    for row in np.flatnonzero(tiles.any(axis=1)).tolist():
        edges = np.flatnonzero(np.diff(np.pad(tiles[row].astype(np.int8), 1))).tolist()
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            patches.append(Patch(left * TILE, row * TILE, right * TILE, (row + 1) * TILE))
    if not patches:
        return []
    widest = max(patches, key=lambda patch: patch.right - patch.left)
    same = [patch for patch in patches if (patch.left, patch.right) == (widest.left, widest.right)]
    return [*patches, Patch(widest.left, same[0].top, widest.right, same[-1].bottom, label)]
