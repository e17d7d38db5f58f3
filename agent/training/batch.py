"""Screens and their samples, packed: one row is one screen with as many questions as fit behind it.

B rows, T tokens of questions in a row, K questions in a row, V visual tokens of a screen, P prefix tokens before and
one after the image. Every question sees the picture and itself and nothing of its neighbours, which is the same as
asking it alone: packing saves the tower's work and most of the padding.

    row:   prefix | image (V) | end | question 1 | question 2 | … | padding
    segment:  0   |     0     |  0  |     1      |     2      | … | -1
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from agent.training.sample import Sample

IGNORED = -1
TOKEN_PIXELS = 32
STEP_SHARE = 2.5
"""How much more the tokens count that say which step comes and on what: the verb and the first letter of the name
decide what all that follows only spells out, and they go wrong more often."""


@dataclass(slots=True)
class Row:
    """One screen and what is asked about it."""

    image: np.ndarray
    """uint8 [height, width, 3]."""
    glyphs: np.ndarray
    """int16 [height / 16, width / 16, slots]: characters of each patch, 0 for none."""
    samples: Sequence[Sample]
    centers: np.ndarray
    """float32 [height / 32, width / 32, 2]: x and y, 0 to 1, of the middle of the control that each visual token lies
    in, or of the token itself."""
    labels: np.ndarray
    """int64 [height / 32, width / 32, 3]: what stands in each visual token, see `naming`."""


@dataclass(slots=True)
class Batch:
    """Rows of one picture size. All arrays are numpy, so that a worker process can make them."""

    images: np.ndarray
    """uint8 [B, H, W, 3]."""
    glyphs: np.ndarray
    """int16 [B, H / 16, W / 16, slots]."""
    centers: np.ndarray
    """float32 [B, H / 32, W / 32, 2]."""
    labels: np.ndarray
    """int64 [B, H / 32, W / 32, 3]."""
    token_ids: np.ndarray
    """int64 [B, T]."""
    offsets: np.ndarray
    """int64 [B, T]: place within its question, for positions."""
    segments: np.ndarray
    """int64 [B, T]: which question, from 1; -1 for padding."""
    targets: np.ndarray
    """int64 [B, T]: the token that follows where it is part of a reply, else -1."""
    weights: np.ndarray
    """float32 [B, T]: 1 / sqrt(tokens of this reply) at learned places, STEP_SHARE times that where the step is named,
    else 0."""
    coordinates: np.ndarray
    """bool [B, T]: the token that follows is a coordinate."""
    pointers: np.ndarray
    """int64 [Q, 2]: (row, place) of every place that should know where the target box is."""
    cells: np.ndarray
    """bool [Q, V]: the visual tokens that the target box covers."""
    kept: list[tuple[int, int]] = field(default_factory=list)
    """(row, index of the sample in its row) of every question that fitted; segment n is kept[n - 1]."""

    @property
    def num_questions(self) -> int:
        """Questions in all rows."""
        return len(self.kept)

    @property
    def num_screens(self) -> int:
        """B."""
        return len(self.images)


def pack(rows: Sequence[Row], length: int) -> Batch:
    """Rows of one picture size into arrays; questions that no longer fit into `length` tokens are left out."""
    shape = (len(rows), length)
    batch = Batch(
        images=np.stack([row.image for row in rows]),
        glyphs=np.stack([row.glyphs for row in rows]),
        centers=np.stack([row.centers for row in rows]),
        labels=np.stack([row.labels for row in rows]),
        token_ids=np.zeros(shape, np.int64),
        offsets=np.zeros(shape, np.int64),
        segments=np.full(shape, IGNORED, np.int64),
        targets=np.full(shape, IGNORED, np.int64),
        weights=np.zeros(shape, np.float32),
        coordinates=np.zeros(shape, bool),
        pointers=np.zeros((0, 2), np.int64),
        cells=np.zeros((0, 0), bool),
    )
    pointers: list[tuple[int, int]] = []
    cells: list[np.ndarray] = []
    for index, row in enumerate(rows):
        start = 0
        for number, sample in enumerate(row.samples):
            count = len(sample.token_ids) - 1
            if start + count > length:
                continue
            batch.kept.append((index, number))
            _place(batch, index, start, sample, segment=len(batch.kept))
            if sample.target is not None:
                cover = cover_cells(sample.target, row.image.shape[1], row.image.shape[0])
                for place in pointed(sample):
                    pointers.append((index, start + place))
                    cells.append(cover)
            start += count
    if pointers:
        batch.pointers, batch.cells = np.array(pointers, np.int64), np.stack(cells)
    return batch


def pointed(sample: Sample) -> list[int]:
    """Places of a sample that should know where its target is: where x and y come next, and the two before x, so that
    what was named is looked for as soon as it is named."""
    x, y = sample.coordinates[:2]
    return [*range(max(sample.num_prompt, x - 3), x), y - 1]


def _place(batch: Batch, row: int, start: int, sample: Sample, segment: int) -> None:
    """Write one sample; the input is shifted by one against the targets, so the last token is never an input."""
    ids = np.asarray(sample.token_ids, np.int64)
    end, first = start + len(ids) - 1, start + sample.num_prompt - 1
    batch.token_ids[row, start:end] = ids[:-1]
    batch.offsets[row, start:end] = np.arange(len(ids) - 1)
    batch.segments[row, start:end] = segment
    batch.targets[row, first:end] = ids[sample.num_prompt :]
    batch.weights[row, first:end] = sample.num_reply**-0.5
    batch.weights[row, start + sample.step - 1 : min(start + sample.step + 1, end)] *= STEP_SHARE
    for place in sample.coordinates if sample.whole else ():
        batch.coordinates[row, start + place - 1] = True


def cover_cells(box: tuple[float, float, float, float], width: int, height: int) -> np.ndarray:
    """bool [V]: which visual tokens (32 x 32 px, row by row) a box in pixels touches."""
    grid = np.zeros((height // TOKEN_PIXELS, width // TOKEN_PIXELS), bool)
    left, top, right, bottom = (int(value) // TOKEN_PIXELS for value in (box[0], box[1], box[2] - 1e-3, box[3] - 1e-3))
    grid[max(0, top) : bottom + 1, max(0, left) : right + 1] = True
    if not grid.any():
        grid[min(max(top, 0), grid.shape[0] - 1), min(max(left, 0), grid.shape[1] - 1)] = True
    return grid.reshape(-1)


def own_centers(width: int, height: int) -> np.ndarray:
    """float32 [height / 32, width / 32, 2]: the middle of every visual token, 0 to 1."""
    rows, columns = height // TOKEN_PIXELS, width // TOKEN_PIXELS
    x, y = np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows)
    return np.stack((x, y), -1).astype(np.float32)
