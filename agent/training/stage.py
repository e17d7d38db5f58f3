"""One stage of a training run: batches in, losses, steps downhill, figures and checkpoints out."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from agent.training import replicas, saturation
from agent.training.batch import Batch
from agent.training.forward import Losses, PackedForward, Weights
from agent.training.learner import Learner, Rates
from agent.training.loader import Loader, MakeBatch
from agent.training.products import in_bfloat16
from agent.training.screens.record import Size
from perception.qwen3vl.memory import give_back

Report = Callable[[dict[str, Any]], None]


def quiet(figures: dict[str, Any]) -> None:
    """A report that goes nowhere."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps `begin` to `end` of a run, with their rates and losses."""

    name: str
    begin: int
    end: int
    rates: Rates
    weights: Weights
    fades_to: Weights
    """What the losses' weights have become at the end: they change evenly on the way."""
    sizes: Mapping[Size, float] = field(default_factory=dict)
    """How often frames of each size come, counted in batches."""
    sigma: tuple[float, float] = (0.0, 0.0)
    """Width of the coordinates' soft labels at the start, and from half of the stage on."""
    frozen: tuple[str, ...] = ()
    """Beginnings of the names of parameters that do not learn."""

    def share(self, step: int) -> float:
        """How much of the stage is over at a step, 0 to 1."""
        return (step - self.begin) / max(1, self.end - self.begin)

    def sigma_at(self, step: int) -> float:
        """The width at a step, falling geometrically; 0 where labels are hard."""
        if not self.sigma[0]:
            return 0.0
        return self.sigma[0] * (self.sigma[1] / self.sigma[0]) ** min(1.0, 2 * self.share(step))

    def weights_at(self, step: int) -> Weights:
        """The losses' weights at a step."""
        return self.weights.towards(self.fades_to, self.share(step))


@dataclass(frozen=True, slots=True)
class Options:
    """How a stage is run; none of it changes what is learned, up to rounding."""

    bf16: bool = True
    device: str = "cpu"
    num_workers: int = 1
    log_every: int = 50
    save_every: int = 500


def run(
    stage: Stage,
    learner: Learner,
    forward: PackedForward,
    make: MakeBatch,
    options: Options,
    report: Report = quiet,
) -> None:
    """From the learner's step to the end of the stage; the last thing done is a checkpoint."""
    loader = Loader(make, learner.step, stage.end, options.num_workers)
    half = in_bfloat16(options.bf16, learner.model.config, options.device)
    meter = Meter()
    try:
        for step, batch in loader:
            # In float32: autocast would keep its copies of the weights from before they are changed.
            look = step % saturation.EVERY == 0 and not stage.frozen
            highest = {"highest_score": forward.steady(batch)} if look else {}
            with torch.autocast(options.device, torch.bfloat16, enabled=half):
                losses = losses_of(stage, forward, batch, step)
            losses.parts |= highest
            factor = stage.rates.factor(step - stage.begin, stage.end - stage.begin, learner.warm_since - stage.begin)
            meter.add(batch, losses, learner.learn(losses.total, factor))
            last = learner.step == stage.end
            if learner.step % options.log_every == 0:
                give_back()
            if (learner.step % options.log_every == 0 or last) and replicas.rank() == 0:
                sigma = round(stage.sigma_at(step), 1)
                figures = {
                    "stage": stage.name,
                    "rate": round(factor, 4),
                    "sigma": sigma,
                    **meter.take(loader),
                }
                learner.log(**figures)
                report({"step": learner.step, "end": stage.end, **figures})
            if (learner.step % options.save_every == 0 or last) and replicas.rank() == 0:
                learner.save()
        replicas.wait()
    finally:
        loader.close()


def losses_of(stage: Stage, forward: PackedForward, batch: Batch, step: int) -> Losses:
    """Every loss that the stage counts."""
    weights = stage.weights_at(step)
    features, losses = forward.see(batch, weights)
    if weights.reply:
        forward.answer(batch, features, losses, weights, stage.sigma_at(step))
    return losses


class Meter:
    """Means of what happened since the last line of metrics."""

    def __init__(self) -> None:
        self._sums: dict[str, list[float]] = {}
        self._screens = self._questions = self._steps = 0
        self._since, self._waited = time.perf_counter(), 0.0

    def add(self, batch: Batch, losses: Losses, norm: float) -> None:
        """Count one step."""
        for name, value in {**losses.parts, "gradient": norm}.items():
            self._sums.setdefault(name, []).append(value)
        self._steps += 1
        self._screens += batch.num_screens * replicas.count()
        self._questions += batch.num_questions * replicas.count()

    def take(self, loader: Loader) -> dict[str, float]:
        """Means, screens and questions per second, and the share of time spent waiting for data; starts anew."""
        now = time.perf_counter()
        spent = now - self._since
        figures = {name: round(sum(values) / len(values), 4) for name, values in self._sums.items()}
        figures["steps_per_s"] = round(self._steps / spent, 4)
        figures["screens_per_s"] = round(self._screens / spent, 2)
        figures["questions_per_s"] = round(self._questions / spent, 2)
        figures["waiting_share"] = round((loader.waited - self._waited) / spent, 3)
        self._sums, self._screens, self._questions, self._steps = {}, 0, 0, 0
        self._since, self._waited = now, loader.waited
        return figures
