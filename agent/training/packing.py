"""Dialogues packed into rows: several in a row, none of which sees another.

B rows, L tokens of a row, V visual tokens of all rows, N patches, M learned places of all rows.

    row:      dialogue 3 | dialogue 0 | padding
    segment:      3      |     0      |  -1        who may look at whom: before, and of the same segment
    position:   0 1 2 …  |  0 1 2 …   |            each dialogue counts as if it stood alone

A row is at most `length` long, or as long as its only dialogue. The rows are kept short and many, since attention is
computed over the whole row and then masked. A picture that several dialogues show is looked at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from agent.training.batch import IGNORED, STEP_SHARE
from agent.training.dialogue import Dialogue, Picture
from perception.qwen3vl.config import Config
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.rope import Grid, position_ids
from perception.qwen3vl.vision import ImageFeatures

Look = Callable[[Picture], Tensor]
"""The patches of a picture, float32 [N, C*P*P]."""


@dataclass(slots=True)
class Packed:
    """A batch. Arrays are numpy, so that a worker process can make them."""

    token_ids: np.ndarray
    """int64 [B, L]."""
    positions: np.ndarray
    """int64 [3, B, L]."""
    segments: np.ndarray
    """int64 [B, L]: the dialogue's number in the batch; -1 for padding."""
    targets: np.ndarray
    """int64 [B, L]: the token that follows where it is part of a reply, else -1."""
    weights: np.ndarray
    """float32 [B, L]: 1 / sqrt(tokens of this reply) at learned places, more where the step is named, else 0."""
    coordinates: np.ndarray
    """bool [B, L]: the token that follows is a coordinate."""
    pixel_values: np.ndarray
    """float32 [N, C*P*P], of each picture once."""
    grids: list[Grid]
    """Of each picture once."""
    digests: list[str]
    """Names of these pictures, by what they show."""
    visual: np.ndarray
    """int64 [V]: the visual token, of those that the tower gives, that stands at each visual place, row by row."""

    @property
    def owners(self) -> np.ndarray:
        """int64 [M]: the dialogue of each learned place, in the order of `reply_logits`."""
        return self.segments[self.targets != IGNORED]

    @property
    def num_tokens(self) -> int:
        """Tokens, padding left out."""
        return int((self.segments != IGNORED).sum())


def rows_of(lengths: Sequence[int], length: int) -> list[list[int]]:
    """Which dialogues share a row: the longest first, each in the first row with room for it."""
    rows: list[list[int]] = []
    room: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda number: (-lengths[number], number)):
        place = next((row for row, left in enumerate(room) if left >= lengths[number]), None)
        if place is None:
            rows.append([number])
            room.append(length - lengths[number])
        else:
            rows[place].append(number)
            room[place] -= lengths[number]
    return rows


def pack(dialogues: Sequence[Dialogue], length: int, config: Config, look: Look) -> Packed:
    """All dialogues, in rows of at most `length` tokens, longer ones alone. The last token is never an input."""
    counts = [len(dialogue.token_ids) - 1 for dialogue in dialogues]
    rows = rows_of(counts, length)
    shape = len(rows), max(sum(counts[number] for number in row) for row in rows)
    starts = _starts(dialogues, config.vision.spatial_merge_size)
    visual: list[np.ndarray] = []
    packed = Packed(
        token_ids=np.zeros(shape, np.int64),
        positions=np.zeros((3, *shape), np.int64),
        segments=np.full(shape, IGNORED, np.int64),
        targets=np.full(shape, IGNORED, np.int64),
        weights=np.zeros(shape, np.float32),
        coordinates=np.zeros(shape, bool),
        pixel_values=np.zeros((0, 0), np.float32),
        grids=[grid for _, grid in starts.values()],
        digests=list(starts),
        visual=np.zeros(0, np.int64),
    )
    for index, row in enumerate(rows):
        start = 0
        for number in row:
            _place(packed, (index, start), dialogues[number], number, config)
            visual += [_tokens(starts[picture.image.digest], config) for picture in dialogues[number].pictures]
            start += counts[number]
    shown = {picture.image.digest: picture for dialogue in dialogues for picture in dialogue.pictures}
    packed.pixel_values = torch.cat([look(shown[digest]) for digest in starts]).numpy()
    packed.visual = np.concatenate(visual)
    return packed


def _starts(dialogues: Sequence[Dialogue], merge: int) -> dict[str, tuple[int, Grid]]:
    """By the picture's digest: its first visual token among those of all pictures, and its grid."""
    found: dict[str, tuple[int, Grid]] = {}
    start = 0
    for dialogue in dialogues:
        for picture, grid in zip(dialogue.pictures, dialogue.grids, strict=True):
            if picture.image.digest not in found:
                found[picture.image.digest] = start, grid
                start += grid[1] * grid[2] // merge**2
    return found


def _tokens(found: tuple[int, Grid], config: Config) -> np.ndarray:
    start, (_, rows, columns) = found
    return np.arange(start, start + rows * columns // config.vision.spatial_merge_size**2)


def _place(packed: Packed, at: tuple[int, int], dialogue: Dialogue, number: int, config: Config) -> None:
    row, start = at
    ids = np.asarray(dialogue.token_ids, np.int64)
    end, first = start + len(ids) - 1, start + dialogue.num_prompt - 1
    packed.token_ids[row, start:end] = ids[:-1]
    packed.positions[:, row, start:end] = position_ids(
        torch.from_numpy(ids[None, :-1]),
        list(dialogue.grids),
        image_token_id=config.image_token_id,
        merge_size=config.vision.spatial_merge_size,
    )[:, 0].numpy()
    packed.segments[row, start:end] = number
    packed.targets[row, first:end] = ids[dialogue.num_prompt :]
    packed.weights[row, first:end] = max(1, dialogue.num_reply) ** -0.5
    if dialogue.step >= 0:
        packed.weights[row, start + dialogue.step - 1 : min(start + dialogue.step + 1, end)] *= STEP_SHARE
    for place in dialogue.coordinates:
        packed.coordinates[row, start + place - 1] = True


def reply_logits(model: Qwen3VL, packed: Packed, seen: ImageFeatures | None = None) -> Tensor:
    """Scores [M, vocabulary] of the tokens that follow the learned places, row by row.

    seen: what the tower says of the batch's pictures, where that is known.
    """
    device = model.device
    ids = torch.from_numpy(packed.token_ids).to(device)
    features = seen or model.encode_images(torch.from_numpy(packed.pixel_values).to(device), packed.grids)
    order = torch.from_numpy(packed.visual).to(device)
    is_visual = model.visual_mask(ids)
    features = replace(features, tokens=features.tokens[order])
    hidden = model.hidden(
        model.embed(ids, is_visual, features),
        torch.from_numpy(packed.positions).to(device),
        mask=own_past(torch.from_numpy(packed.segments).to(device))[:, None],
        visual=(is_visual, [level[order] for level in features.deepstack]),
    )
    return model.logits(hidden[torch.from_numpy(packed.targets).to(device) != IGNORED])


def own_past(segments: Tensor) -> Tensor:
    """bool [B, L, L]: a token sees what is before it in its own dialogue. segments [B, L].

    Padding sees padding, so that its rows stay finite.
    """
    causal = torch.ones(segments.shape[1], segments.shape[1], dtype=torch.bool, device=segments.device).tril()
    return (segments[:, :, None] == segments[:, None, :]) & causal
