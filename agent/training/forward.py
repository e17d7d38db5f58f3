"""A packed batch through the model and its training heads: every loss of one step.

B rows, T tokens of questions, V visual tokens, L = prefix + V + 1 + T places of a row, Q pointed places.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from typing import cast

import torch
from torch import Tensor

from agent.training.batch import Batch
from agent.training.heads import TrainingHeads
from agent.training.losses.naming import naming_loss
from agent.training.losses.pointing import attention_loss, place_loss, pointer_loss
from agent.training.losses.reading import ReadingLoss, reading_loss, sampled_places
from agent.training.losses.reply import reply_loss
from agent.training.naming import CLASSES
from agent.training.saturation import clip_scores
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.text import TextLayer
from perception.qwen3vl.vision import ImageFeatures


@dataclass(slots=True)
class Weights:
    """How much each loss counts."""

    reply: float = 1.0
    reading: float = 0.0
    spelling: float = 0.0
    place: float = 0.0
    naming: float = 0.0
    pointer: float = 0.0
    attention: float = 0.0

    def towards(self, other: "Weights", share: float) -> "Weights":
        """These weights with `share` (0 to 1) of the way to other ones behind them."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Weights(*(mine + (theirs - mine) * share for mine, theirs in pairs))


@dataclass(slots=True)
class Layout:
    """What is fixed for a run: the tokens around an image, the numbers, and which layer is watched."""

    prefix: list[int]
    """Tokens before the image."""
    image_token: int
    between: list[int]
    """Tokens after the image."""
    numbers: Tensor
    """int64 [1001]."""
    layer: int
    """The layer whose input the pointer reads and whose first head is told where to look."""


@dataclass(slots=True)
class Losses:
    """One step's losses: `total` is what is learned, `parts` is what is logged."""

    total: Tensor
    parts: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, loss: Tensor, weight: float) -> None:
        """Count a loss in and write it down."""
        self.total = self.total + weight * loss
        self.parts[name] = loss.item()


def patches(images: Tensor, patch: int = 16, merge: int = 2) -> Tensor:
    """uint8 [B, H, W, 3] -> float [B * N, 3 * patch * patch], -1 to 1, in the order of the processor: squares of
    merge x merge patches one after the other, channels before rows before columns within a patch."""
    num, height, width, _ = images.shape
    x = images.view(num, height // patch // merge, merge, patch, width // patch // merge, merge, patch, 3)
    x = x.permute(0, 1, 4, 2, 5, 7, 3, 6).reshape(-1, 3 * patch * patch)
    return x.float().mul_(1 / 127.5).sub_(1)


def in_tower_order(glyphs: Tensor, merge: int = 2) -> Tensor:
    """[B, H / 16, W / 16, slots] -> int64 [B * N, slots]: patches as `patches` has them."""
    num, rows, columns, slots = glyphs.shape
    squares = glyphs.view(num, rows // merge, merge, columns // merge, merge, slots).transpose(2, 3)
    return squares.reshape(-1, slots).long()


class PackedForward:
    """Runs batches through one model and its heads."""

    def __init__(self, model: Qwen3VL, heads: TrainingHeads, layout: Layout, seed: int) -> None:
        self._model, self._heads, self._layout = model, heads, layout
        self.config = model.config
        self._generator = torch.Generator().manual_seed(seed)

    def steady(self, batch: Batch, screens: int = 2) -> float:
        """Hold the tower's attention scores within their limit, by some screens of the batch; gives the highest."""
        images = torch.from_numpy(batch.images[:screens]).to(self._model.device)
        return clip_scores(self._model.model.visual, patches(images), [self._grid(batch)] * len(images))

    def see(self, batch: Batch, weights: Weights) -> tuple[ImageFeatures, Losses]:
        """The tower, with all losses that need no decoder."""
        device = self._model.device
        images = torch.from_numpy(batch.images).to(device)
        features = self._model.encode_images(patches(images), [self._grid(batch)] * len(images))
        losses = Losses(torch.zeros((), device=device))
        if weights.reading or weights.spelling:
            glyphs = in_tower_order(torch.from_numpy(batch.glyphs).to(device))
            merged = glyphs.view(len(features.tokens), -1)
            for name, weight, head, places, truth in (
                ("reading", weights.reading, self._heads.read, features.patches, glyphs),
                ("spelling", weights.spelling, self._heads.spell, features.tokens, merged),
            ):
                if weight:
                    found = self._read(head, places, truth)
                    losses.add(name, found.loss, weight)
                    losses.parts[f"{name}_accuracy"] = found.accuracy
        if weights.place:
            centers = torch.from_numpy(batch.centers).to(device).flatten(0, 2)
            losses.add("place", place_loss(self._heads.places(features.tokens), centers), weights.place)
        if weights.naming and batch.labels.any():
            labels = torch.from_numpy(batch.labels).to(device).flatten(0, 2)
            named = naming_loss(self._heads.name(features.tokens), labels, CLASSES)
            losses.add("naming", named.loss, weights.naming)
            losses.parts["naming_accuracy"] = named.accuracy
        return features, losses

    def _read(self, head: Callable[[Tensor], Tensor], places: Tensor, glyphs: Tensor) -> ReadingLoss:
        """The loss of a head that says which characters lie in places [N, width]; glyphs [N, slots]."""
        chosen = sampled_places(glyphs, self._generator)
        return reading_loss(head(places[chosen]), glyphs[chosen])

    def answer(self, batch: Batch, features: ImageFeatures, losses: Losses, weights: Weights, sigma: float) -> None:
        """The decoder, with the losses of replies and of where to look; added to `losses`."""
        hidden, tapped, allowed, positions = self._decode(batch, features)
        offset = self._before(batch) + len(self._layout.between)
        targets = torch.from_numpy(batch.targets).to(hidden.device)
        learned = targets >= 0
        coordinates = torch.from_numpy(batch.coordinates).to(hidden.device)[learned]
        shares = torch.from_numpy(batch.weights).to(hidden.device)[learned]
        logits = self._model.logits(hidden[:, offset:][learned])
        numbers = self._layout.numbers.to(hidden.device)
        found = reply_loss(logits, targets[learned], shares, coordinates, numbers, sigma)
        losses.add("reply", found.loss, weights.reply)
        losses.parts |= {"token_accuracy": found.token_accuracy, "coordinate_error": found.coordinate_error}
        if len(batch.pointers) and (weights.pointer or weights.attention):
            self._look(batch, tapped, allowed, positions, offset, losses, weights)

    def replies(self, batch: Batch, features: ImageFeatures) -> Tensor:
        """Logits [N, vocabulary] at the learned places, row by row."""
        hidden = self._decode(batch, features)[0]
        learned = torch.from_numpy(batch.targets).to(hidden.device) >= 0
        return self._model.logits(hidden[:, self._before(batch) + len(self._layout.between) :][learned])

    def _grid(self, batch: Batch) -> Grid:
        return 1, batch.images.shape[1] // 16, batch.images.shape[2] // 16

    def _before(self, batch: Batch) -> int:
        return len(self._layout.prefix) + batch.images.shape[1] * batch.images.shape[2] // 1024

    def _decode(self, batch: Batch, features: ImageFeatures) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        layout, device = self._layout, features.tokens.device
        num, visual = batch.num_screens, self._before(batch) - len(layout.prefix)
        head = torch.tensor([*layout.prefix, *[layout.image_token] * visual, *layout.between], device=device)
        ids = torch.cat((head.expand(num, -1), torch.from_numpy(batch.token_ids).to(device)), 1)
        is_visual = ids == layout.image_token
        positions = self._positions(batch, head).to(device)
        allowed = visibility(torch.from_numpy(batch.segments).to(device), len(head))
        tapped: list[Tensor] = []

        def tap(index: int, x: Tensor) -> None:
            if index == layout.layer:
                tapped.append(x)

        x = self._model.embed(ids, is_visual, features)
        hidden = self._model.hidden(
            x, positions, mask=allowed[:, None], visual=(is_visual, features.deepstack), tap=tap
        )
        return hidden, tapped[0], allowed, positions

    def _positions(self, batch: Batch, head: Tensor) -> Tensor:
        """[3, B, L]: those of the shared part, then each question as if it stood right behind it."""
        shared = self._model.position_ids(head[None], [self._grid(batch)])
        questions = shared[:, :, -1:] + 1 + torch.from_numpy(batch.offsets)[None].to(shared.device)
        return torch.cat((shared.expand(3, batch.num_screens, -1), questions), 2)

    def _look(
        self,
        batch: Batch,
        tapped: Tensor,
        allowed: Tensor,
        positions: Tensor,
        offset: int,
        losses: Losses,
        weights: Weights,
    ) -> None:
        """Pointer and attention losses at the places whose next token is a coordinate."""
        device = tapped.device
        rows = torch.from_numpy(batch.pointers[:, 0]).to(device)
        places = torch.from_numpy(batch.pointers[:, 1]).to(device) + offset
        cells = torch.from_numpy(batch.cells).to(device)
        image = slice(len(self._layout.prefix), self._before(batch))
        scores = self._heads.point(tapped[rows, places], tapped[:, image][rows])
        loss, hits = pointer_loss(scores, cells)
        losses.add("pointer", loss, weights.pointer)
        losses.parts["pointer_accuracy"] = hits
        if weights.attention:
            decoder = self._model.model.language_model
            layer = cast(TextLayer, decoder.layers[self._layout.layer])
            cos, sin = decoder.angles(positions)
            q, k, _ = layer.self_attn.project(layer.input_layernorm(tapped), cos, sin)
            head_loss = attention_loss(q[rows, 0, places], k[rows, 0], allowed[rows, places], image, cells)
            losses.add("attention", head_loss, weights.attention)


def visibility(segments: Tensor, num_shared: int) -> Tensor:
    """bool [B, L, L]: causal, and a question sees the shared part and itself. segments [B, T], -1 is padding.

    Padding sees the shared part and itself: its rows stay finite, and no one looks at them.
    """
    num, length = segments.shape
    shared = torch.zeros(num, num_shared, dtype=segments.dtype, device=segments.device)
    whole = torch.cat((shared, segments), 1)
    same = (whole[:, :, None] == whole[:, None, :]) | (whole[:, None, :] == 0)
    return same & torch.ones(num_shared + length, num_shared + length, dtype=torch.bool, device=segments.device).tril()
