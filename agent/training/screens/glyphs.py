"""Characters as numbers, and the grid that says which characters lie in which 16 px patch.

The grid is what the vision tower learns to read before there is any language: the target of the reading loss.
"""

import string

import numpy as np

CHARS = string.ascii_lowercase + string.ascii_uppercase + string.digits + " .,:;!?'-_@/()$%&+#*=<>|~^[]{}\"\\`"
"""The characters a screen may show; the id of one is its index + 1."""

CHAR_IDS = {char: index + 1 for index, char in enumerate(CHARS)}
NUM_CHARS = len(CHARS) + 1
"""Ids 0..NUM_CHARS - 1; 0 stands for no character."""

PATCH = 16
"""Pixels along a patch of the vision tower."""

NUM_SLOTS = 4
"""Characters remembered of one patch; more than four seldom lie in one."""

Glyph = tuple[float, float, int]
"""(x, y) of a character's middle in pixels, and its id."""


def glyph_grid(glyphs: list[Glyph], width: int, height: int) -> np.ndarray:
    """(height / 16, width / 16, 4) int16 of character ids in reading order: line by line, then left to right.

    Glyphs come in the order in which they were drawn, which is the order of reading along a line; lines that share a
    patch are told apart by their y.
    """
    grid = np.zeros((height // PATCH, width // PATCH, NUM_SLOTS), np.int16)
    filled: dict[tuple[int, int], int] = {}
    for x, y, char in sorted(glyphs, key=lambda glyph: (glyph[1], glyph[0])):
        cell = (int(y) // PATCH, int(x) // PATCH)
        slot = filled.get(cell, 0)
        if slot < NUM_SLOTS and 0 <= cell[0] < grid.shape[0] and 0 <= cell[1] < grid.shape[1]:
            grid[cell[0], cell[1], slot] = char
            filled[cell] = slot + 1
    return grid


def text_of(grid: np.ndarray) -> list[str]:
    """The characters of each row of patches, for tests and for looking at a grid."""
    return ["".join(CHARS[char - 1] for char in row.ravel() if char) for row in grid]
