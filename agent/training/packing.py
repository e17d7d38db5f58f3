"""Dialogues packed into one row, without padding; none of them sees another.

L tokens of the row, V visual tokens, N patches, M learned places.

    row:      dialogue 0 | dialogue 1 | …
    position:   0 1 2 …  |  0 1 2 …   |      each dialogue counts as if it stood alone

Attention is computed for each dialogue by itself (`Apart`). A picture that several dialogues show is looked at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
import torch
from torch import Tensor

from agent.training.batch import IGNORED, STEP_SHARE
from agent.training.dialogue import Dialogue, Picture
from perception.qwen3vl.attention import Apart
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
    """int64 [L]."""
    positions: np.ndarray
    """int64 [3, L]."""
    lengths: tuple[int, ...]
    """Tokens of each dialogue; their sum is L."""
    targets: np.ndarray
    """int64 [L]: the token that follows where it is part of a reply, else -1."""
    weights: np.ndarray
    """float32 [L]: 1 / sqrt(tokens of this reply) at learned places, more where the step is named, else 0."""
    coordinates: np.ndarray
    """bool [L]: the token that follows is a coordinate."""
    pixel_values: np.ndarray
    """float32 [N, C*P*P], of each picture once."""
    grids: list[Grid]
    """Of each picture once."""
    digests: list[str]
    """Names of these pictures, by what they show."""
    visual: np.ndarray
    """int64 [V]: the visual token, of those that the tower gives, that stands at each visual place."""

    @property
    def owners(self) -> np.ndarray:
        """int64 [M]: the dialogue of each learned place, in the order of `reply_logits`."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)[self.targets != IGNORED]

    @property
    def num_tokens(self) -> int:
        """L."""
        return len(self.token_ids)


def pack(dialogues: Sequence[Dialogue], config: Config, look: Look) -> Packed:
    """All dialogues, in their order. The last token of each is never an input."""
    lengths = tuple(len(dialogue.token_ids) - 1 for dialogue in dialogues)
    total = sum(lengths)
    starts = _starts(dialogues, config.vision.spatial_merge_size)
    packed = Packed(
        token_ids=np.zeros(total, np.int64),
        positions=np.zeros((3, total), np.int64),
        lengths=lengths,
        targets=np.full(total, IGNORED, np.int64),
        weights=np.zeros(total, np.float32),
        coordinates=np.zeros(total, bool),
        pixel_values=np.zeros((0, 0), np.float32),
        grids=[grid for _, grid in starts.values()],
        digests=list(starts),
        visual=np.zeros(0, np.int64),
    )
    for start, dialogue in zip(accumulate(lengths, initial=0), dialogues, strict=False):
        _place(packed, start, dialogue, config)
    pictures = [picture for dialogue in dialogues for picture in dialogue.pictures]
    shown = {picture.image.digest: picture for picture in pictures}
    packed.pixel_values = torch.cat([look(shown[digest]) for digest in starts]).numpy()
    packed.visual = np.concatenate([_tokens(starts[picture.image.digest], config) for picture in pictures])
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


def _place(packed: Packed, start: int, dialogue: Dialogue, config: Config) -> None:
    ids = np.asarray(dialogue.token_ids, np.int64)
    end, first = start + len(ids) - 1, start + dialogue.num_prompt - 1
    packed.token_ids[start:end] = ids[:-1]
    packed.positions[:, start:end] = position_ids(
        torch.from_numpy(ids[None, :-1]),
        list(dialogue.grids),
        image_token_id=config.image_token_id,
        merge_size=config.vision.spatial_merge_size,
    )[:, 0].numpy()
    packed.targets[first:end] = ids[dialogue.num_prompt :]
    packed.weights[first:end] = max(1, dialogue.num_reply) ** -0.5
    if dialogue.step >= 0:
        packed.weights[start + dialogue.step - 1 : min(start + dialogue.step + 1, end)] *= STEP_SHARE
    for place in dialogue.coordinates:
        packed.coordinates[start + place - 1] = True


def reply_logits(model: Qwen3VL, packed: Packed, seen: ImageFeatures | None = None) -> Tensor:
    """Scores [M, vocabulary] of the tokens that follow the learned places.

    seen: what the tower says of the batch's pictures, where that is known.
    """
    device = model.device
    ids = torch.from_numpy(packed.token_ids).to(device)[None]
    features = seen or model.encode_images(torch.from_numpy(packed.pixel_values).to(device), packed.grids)
    order = torch.from_numpy(packed.visual).to(device)
    is_visual = model.visual_mask(ids)
    features = replace(features, tokens=features.tokens[order])
    hidden = model.hidden(
        model.embed(ids, is_visual, features),
        torch.from_numpy(packed.positions).to(device)[:, None],
        mask=Apart(packed.lengths),
        visual=(is_visual, [level[order] for level in features.deepstack]),
    )
    return model.logits(hidden[0, torch.from_numpy(packed.targets).to(device) != IGNORED])
