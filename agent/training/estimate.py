"""What a run of fine-tuning would take, said before it starts: memory, tokens, time.

Memory is counted (weights, gradients, the optimiser's two means) and, for what is computed in between, measured; time
is measured by one step of part of the run's size, on made-up pictures, with the run's own model and threads. How long a
player takes for an episode can't be known beforehand, and is taken as what was seen on one core with nano.
"""

import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from agent.exchange.example import Turn
from agent.training.dialogue import Dialogue, DialogueMaker, Picture
from agent.training.packing import pack
from agent.training.pretrain import FRAME_TOKENS, PretrainConfig
from agent.training.products import in_bfloat16
from agent.training.rl import RlConfig
from agent.training.sft import SftConfig, packed_loss, prepared
from perception.geometry import Size
from perception.observation import ImageRef
from perception.qwen3vl import weights
from perception.qwen3vl.memory import keep_freed_memory
from perception.qwen3vl.model import Qwen3VL

MIB = 1 << 20
ROW_TOKENS = FRAME_TOKENS + PretrainConfig().length
"""Of a drawn screen and the questions about it."""
EPISODE_SECONDS = 0.6
"""Of a player on one core, seen with nano on tasks of one to three steps; `handeye train rl` logs the real figure."""
STEPS_OF_EPISODE = 2.0
BROWSER_MIB = 350
"""Of a player's Chromium."""
SCREEN = Size(width=160, height=210)
QUESTION = "Select the checkboxes named in the list and click the Submit button, in this order."
REPLY = '{"thought": "Click \\\\"Submit\\\\"", "action": "left_click", "coordinate": [500, 250]}'
_TRIED = 8
"""Replies in the step that is measured."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one run takes."""

    parameters: int
    learned: int
    """Of the parameters."""
    learner_mib: int
    players_mib: int
    """Of all players together."""
    tokens_per_step: int
    tokens: int
    """Of the whole run, prompts and pictures included."""
    learner_hours: float
    playing_hours: float
    """Of all players side by side; 0 where nothing is played."""

    @property
    def hours(self) -> float:
        """Of the run: playing and learning go on at once where cores are free, and share the cores where not."""
        return round(max(self.learner_hours, self.playing_hours), 3)

    def lines(self) -> list[str]:
        """For a person."""
        told = [
            f"model     {self.parameters / 1e6:.1f}M parameters, {self.learned / 1e6:.1f}M of them learned",
            f"memory    {self.learner_mib} MiB to learn, {self.players_mib} MiB for players",
            f"tokens    {self.tokens_per_step:,} a step, {self.tokens:,} in all",
            f"learning  {self.learner_hours:.2f} hours",
        ]
        if self.playing_hours:
            told.append(f"playing   {self.playing_hours:.2f} hours, at {EPISODE_SECONDS} s an episode of a player")
        return [*told, f"time      {self.hours:.2f} hours or more, and their sum where both share a core"]

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {**asdict(self), "hours": self.hours}


def of_sft(config: SftConfig) -> Estimate:
    """Of fine-tuning. Raises ModelError for a folder that holds no model, and what `sft` raises for its settings."""
    config.check()
    subject, probe = prepared(config), DialogueMaker(config.model)
    model = subject.model
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not name.startswith(subject.frozen) if subject.frozen else True)
    seconds, tokens, activations = _measured(model, probe, config.bf16)
    # Screens that are rehearsed count as replies of as many tokens.
    replies = config.batch_size + config.screens * ROW_TOKENS / tokens
    per_step = round(tokens * replies)
    return Estimate(
        *_counts(model),
        learner_mib=_memory(model, activations * replies / _TRIED),
        players_mib=0,
        tokens_per_step=per_step,
        tokens=per_step * config.steps,
        learner_hours=round(seconds * replies * config.steps / 3600, 3),
        playing_hours=0.0,
    )


def of_rl(config: RlConfig) -> Estimate:
    """Of reinforcement learning. Raises SettingsError for a config that can't be, and what `of_sft` raises."""
    config.check()
    folder = Path(config.model)
    model, probe = _model(folder, config.num_threads, tower=config.tower), DialogueMaker(folder)
    seconds, tokens, activations = _measured(model, probe, bf16=False)
    episodes = config.groups * config.group_size / config.minibatches
    replies = episodes * STEPS_OF_EPISODE
    per_step, part = round(tokens * replies), min(1.0, config.part_tokens / (tokens * replies))
    parameters, learned = _counts(model)
    return Estimate(
        parameters,
        learned,
        learner_mib=_memory(model, activations * replies * part / _TRIED),
        players_mib=config.workers * (BROWSER_MIB + 2 * 4 * parameters // MIB),
        tokens_per_step=per_step,
        tokens=per_step * config.steps,
        learner_hours=round(seconds * replies * config.steps / 3600, 3),
        playing_hours=round(EPISODE_SECONDS * episodes / config.passes * config.steps / config.workers / 3600, 3),
    )


def _model(folder: Path, num_threads: int, *, tower: bool) -> Qwen3VL:
    torch.set_num_threads(num_threads)
    keep_freed_memory()
    model = weights.load(folder)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(tower or not name.startswith("model.visual."))
    return model


def _counts(model: Qwen3VL) -> tuple[int, int]:
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in model.parameters()]
    return sum(size for size, _ in sizes), sum(size for size, learned in sizes if learned)


def _memory(model: Qwen3VL, activations: float) -> int:
    """MiB: weights as they are held, and of what is learned a gradient and two means."""
    held = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
    return round((held + 12 * _counts(model)[1] + activations) / MIB)


def _measured(model: Qwen3VL, maker: DialogueMaker, bf16: bool) -> tuple[float, float, float]:
    """Seconds and tokens of one reply, and bytes of what a step of `_TRIED` replies computes in between."""
    dialogues = [_made_up(maker, number) for number in range(_TRIED)]
    patch = 3 * maker.processor.patch_size**2

    def look(picture: Picture) -> Tensor:
        _, rows, columns = dialogues[0].grids[0]
        return torch.zeros(rows * columns, patch)

    packed = pack(dialogues, model.config, look)
    spent = []
    before, half = _peak(), in_bfloat16(bf16, model.config, model.device.type)
    for _ in range(2):  # the first one prepares its kernels
        begun = time.perf_counter()
        with torch.autocast(model.device.type, torch.bfloat16, enabled=half):
            packed_loss(model, packed, maker.numbers).loss.backward()
        spent.append(time.perf_counter() - begun)
        model.zero_grad()
    return min(spent) / _TRIED, packed.num_tokens / _TRIED, max(0, _peak() - before)


def _made_up(maker: DialogueMaker, number: int) -> Dialogue:
    image = ImageRef(digest=f"{number:064x}", size=SCREEN)
    grid = maker.grid(image)
    prompt = maker.prompt([Turn("user", QUESTION, 1)], [grid])
    reply = maker.ids(REPLY)
    return Dialogue("", prompt + reply, len(prompt), (Picture("", image),), (grid,))


def _peak() -> int:
    """Bytes that this process held at most."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
