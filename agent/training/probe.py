"""How well does it do on held-out words, quickly? Teacher-forced, so a lower bound of nothing and a fair guide.

Every question is answered in one pass with the right reply before each token: it counts when every word token is the
likeliest one and both coordinates' likeliest numbers lie in the box. `handeye eval screens` is the real measure: it
generates, parses and points.
"""

import random
from collections import defaultdict

import numpy as np
import torch

from agent.training.batch import Batch, pack
from agent.training.forward import PackedForward, Weights
from agent.training.pretrain import row_of
from agent.training.products import in_bfloat16
from agent.training.sample import SampleMaker
from agent.training.screens import SIZES, Question, make_screen, questions

PROBE_SEED = 777
NONE = Weights()


class Probe:
    """A fixed set of held-out screens, asked again and again during a run."""

    def __init__(self, maker: SampleMaker, numbers: list[int], num_screens: int = 112, length: int = 384) -> None:
        rng = random.Random(PROBE_SEED)
        self._maker, self._numbers = maker, np.array(numbers)
        self._batches: list[tuple[Batch, list[Question]]] = []
        for start in range(0, num_screens, 8):
            size = SIZES[start // 8 % len(SIZES)]
            rows, asked = [], []
            for _ in range(8):
                screen = make_screen(rng, heldout=True, size=size)
                found = questions(screen, rng)[:10]
                asked.append(found)
                rows.append(row_of(screen, [maker.make(q.instruction, q.history, q.reply, q.target) for q in found]))
            batch = pack(rows, length)
            self._batches.append((batch, [asked[row][index] for row, index in batch.kept]))

    @torch.no_grad()
    def run(self, forward: PackedForward, *, bf16: bool = True) -> dict[str, tuple[float, int]]:
        """Accuracy and number of questions by kind."""
        found: dict[str, list[bool]] = defaultdict(list)
        half = in_bfloat16(bf16, forward.config, "cpu")
        for batch, asked in self._batches:
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                features, _ = forward.see(batch, NONE)
                likeliest = forward.replies(batch, features).argmax(-1).numpy()
            size = batch.images.shape[2], batch.images.shape[1]
            for question, right in zip(asked, self._right(batch, likeliest, asked, size), strict=True):
                found[question.kind].append(right)
        return {kind: (round(sum(hits) / len(hits), 3), len(hits)) for kind, hits in sorted(found.items())}

    def _right(self, batch: Batch, likeliest: np.ndarray, asked: list[Question], size: tuple[int, int]) -> list[bool]:
        learned = batch.targets >= 0
        targets, segments = batch.targets[learned], batch.segments[learned]
        found = []
        for number, question in enumerate(asked, start=1):
            own = segments == number
            found.append(self._question(question, likeliest[own], targets[own], size))
        return found

    def _question(self, question: Question, guess: np.ndarray, truth: np.ndarray, size: tuple[int, int]) -> bool:
        """Whether all words are right, and the first point lies where it may; without a point, all must be right."""
        runs = self._maker.runs(truth.tolist())
        words = np.ones(len(truth), bool)
        for begin, end in runs:
            words[begin:end] = False
        if not (guess[words] == truth[words]).all():
            return False
        box = question.hit or question.target
        if box is None or len(runs) < 2:
            return bool((guess == truth).all())
        values = [self._number(guess[begin:end]) for begin, end in runs[:2]]
        if any(value is None for value in values):
            return False
        x, y = (float(value or 0) * side / 1000 for value, side in zip(values, size, strict=True))
        return any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in (box, *question.also))

    def _number(self, tokens: np.ndarray) -> int | None:
        """The coordinate that tokens write."""
        places = [np.flatnonzero(self._numbers == token) for token in tokens]
        return None if any(len(place) == 0 for place in places) else int("".join(str(place[0]) for place in places))
