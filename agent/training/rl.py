"""The config of a run of reinforcement learning; `agent.practice` plays, `policy_step` learns."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from agent.errors import SettingsError
from agent.training.learner import Learner, Rates
from agent.training.policy_step import LOSSES
from agent.training.rewards.reward import Prices
from perception.qwen3vl import weights
from perception.qwen3vl.memory import keep_freed_memory


@dataclass(frozen=True, slots=True)
class RlConfig:
    """One run."""

    model: str = "perception/nano"
    """Folder of the model to begin with."""
    folder: str = "build/train/rl"
    tasks: str = "click-test,click-dialog"
    """MiniWoB++ tasks with commas between, or suites; what is for measuring alone is refused."""
    seed: int = 0
    steps: int = 100
    """Of the learner: each takes a mini-batch of a wave's groups."""
    minutes: float = 0.0
    """After so many minutes of wall time the run ends, whatever its steps; 0: it does not."""
    groups: int = 2
    """Tasks in a wave."""
    group_size: int = 16
    """Tries at each."""
    minibatches: int = 1
    """Parts that a wave's groups are dealt into, a step each; fewer where fewer groups teach anything."""
    passes: int = 1
    """How many times a wave is learned from, dealt anew each time; losses hold back what has gone far already."""
    loss: str = "sapo"
    """sapo, grpo or dapo; or imitation, supervised fine-tuning on what went well: the control of the others."""
    rate: float = 3e-5
    """Of AdamW."""
    warmup_steps: int = 5
    decay: float = 0.0
    """Part of the run, in steps or in minutes, at whose end the rate is 0."""
    tower: bool = False
    """Let the vision tower learn too."""
    temperature: float = 1.0
    """Of what is sampled."""
    most: float = 0.9
    """Groups with a larger share of successes, and those with none, teach nothing and are left out."""
    rest: int = 8
    """For so many draws such a task is not drawn again, while there are others."""
    patience: int = 12
    """Waves in a row without anything to learn from, after which the run ends."""
    workers: int = 2
    """Processes that play."""
    cluster: str = ""
    """Address of a Ray cluster on whose machines they run (`auto`: the one this machine belongs to); empty: here."""
    queue: int = 1
    """Waves that may wait for the learner while others are played; 0: the learner waits for each wave, which is played
    with the newest weights."""
    max_lag: int = 3
    """Groups that were played with weights so many waves older are dropped."""
    deterministic: bool = False
    """The same weights from the same seed, killed and resumed or not: without a queue, and with exact arithmetic."""
    max_steps: int = 10
    """Of an episode."""
    max_seconds: float = 60.0
    """Of an episode."""
    max_tokens: int = 256
    """Of a reply."""
    format_price: float = 0.2
    length_price: float = 0.1
    repetition_price: float = 0.1
    mixing_price: float = 0.1
    judge: str = ""
    """A model that is asked about tries at tasks without a checker; empty: such tries are no success."""
    free_tokens: int = 128
    """Tokens of a reply that cost nothing."""
    part_tokens: int = 8192
    """Tokens that are computed at once; bounds memory."""
    num_threads: int = 1
    """Of the learner."""
    keep_runs: bool = False
    """Keep what was played."""
    save_every: int = 5

    def check(self) -> None:
        """Raises SettingsError for values that make no sense together."""
        if self.loss not in LOSSES:
            raise SettingsError(f"loss={self.loss}: there is no such loss; one of: {', '.join(LOSSES)}")
        if self.group_size < 2:
            raise SettingsError(f"group_size={self.group_size}: at least 2, since tries are compared with each other")
        if not 0 <= self.decay <= 1:
            raise SettingsError(f"decay={self.decay}: a part of the run, 0 to 1")
        for name in ("groups", "minibatches", "passes", "workers", "steps", "max_tokens", "max_steps"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name}={getattr(self, name)}: at least 1")

    @property
    def steps_of_wave(self) -> int:
        """At most."""
        return self.minibatches * self.passes

    @property
    def prices(self) -> Prices:
        """Of the rewards."""
        prices = self.format_price, self.length_price, self.repetition_price, self.mixing_price
        return Prices(*prices, free_tokens=self.free_tokens, most_tokens=self.max_tokens)

    @property
    def rates(self) -> Rates:
        """Of the learner, at their height; `factor` says what is left of them."""
        return Rates(
            adam=self.rate,
            tower_adam=self.rate,
            tower_muon=0.0,
            warmup_steps=self.warmup_steps,
            decay_share=self.decay,
            end=0.0,
            weight_decay=0.0,
        )

    def factor(self, step: int, since: int, minutes: float) -> float:
        """Share of the rates at a step so many minutes after the run began; `since` is where the warm-up began."""
        passed = minutes / self.minutes if self.minutes and self.decay else 0.0
        steps = min(self.steps, step / passed) if passed else self.steps  # as many as there will be at this pace
        return self.rates.factor(step, steps, since)

    @property
    def lag(self) -> int:
        """Waves that may be played ahead."""
        return 0 if self.deterministic else self.queue


def taken_up(config: RlConfig) -> tuple[Learner, dict[str, Any]]:
    """The learner where the run's folder left it, and what was saved beside it. Raises ModelError for no model."""
    torch.set_num_threads(config.num_threads)
    torch.manual_seed(config.seed)
    keep_freed_memory()
    model = weights.load(config.model)
    frozen = () if config.tower else ("model.visual.",)
    learner = Learner(model, nn.Module(), config.rates, Path(config.folder), frozen)
    return learner, learner.resume()


def on_one_core() -> None:
    """Keep this process's arithmetic to one thread: players share the cores, and sums come in one order everywhere."""
    torch.set_num_threads(1)
