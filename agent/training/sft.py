"""Supervised fine-tuning of a model on recorded runs: the reply that was right, at the screen it was right for.

    python -m agent.training.sft --model perception/nano --runs runs --folder build/train/sft

Takes the steps of runs that a checker called a success (or all, when asked), with the history as it was shown then.
Only the reply is learned. Where a step kept the token ids that were sampled, those are learned and nothing is
tokenised again. Deterministic from its seed, resumable after a kill.
Left out: LoRA, other data formats, filters beyond success.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from agent.recorder import image_store, load
from agent.training import bare, nano
from agent.training.batch import Batch, Row, own_centers, pack
from agent.training.forward import PackedForward, Weights
from agent.training.heads import TrainingHeads
from agent.training.learner import Learner, Rates
from agent.training.naming import label_grid
from agent.training.pretrain import layout_of, maker
from agent.training.sample import Sample
from agent.training.screens.glyphs import NUM_SLOTS
from agent.training.stage import Options, Report, Stage, quiet, run
from agent.trajectory import Step, Trajectory
from perception.errors import ModelError
from perception.observation import ImageRef
from perception.qwen3vl import weights
from perception.qwen3vl.memory import keep_freed_memory


@dataclass(frozen=True, slots=True)
class SftConfig:
    """One fine-tuning run."""

    model: str = "perception/nano"
    """Folder of the model to begin with."""
    runs: str = "runs"
    """Folder of runs, or one run."""
    folder: str = "build/train/sft"
    seed: int = 0
    steps: int = 200
    batch_size: int = 8
    length: int = 384
    failed_too: bool = False
    """Learn from runs without a success as well."""
    rates: Rates = field(default_factory=lambda: Rates(adam=1e-4, tower_adam=5e-5, tower_muon=0.0, warmup_steps=10))
    num_threads: int = 1
    bf16: bool = False
    log_every: int = 10
    save_every: int = 100


@dataclass(frozen=True, slots=True)
class Recorded:
    """A step to learn: where its picture lies, and its tokens."""

    folder: str
    image: ImageRef
    sample: Sample

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.image.size.width, self.image.size.height


def recorded_steps(runs: Path, *, failed_too: bool = False) -> list[Recorded]:
    """Every step of the runs that can be learned, in the order of their folders' names."""
    folders = [runs] if (runs / "run.json").exists() else sorted(path.parent for path in runs.glob("*/run.json"))
    found: list[Recorded] = []
    for folder in folders:
        trajectory = load(folder)
        outcome = trajectory.run.outcome
        if failed_too or (outcome is not None and outcome.success):
            found += _steps(folder, trajectory)
    return found


def _steps(folder: Path, trajectory: Trajectory) -> Iterator[Recorded]:
    for step in trajectory.steps:
        size = step.before.size
        whole = size.width % 32 == 0 and size.height % 32 == 0
        if step.action is not None and step.replies and not step.error and whole:
            sample = sample_of(trajectory.run.task.instruction, step)
            yield Recorded(str(folder), step.before, sample)


def sample_of(instruction: str, step: Step) -> Sample:
    """The step's last reply as a sample: its own token ids when it kept them, else its text."""
    reply = step.replies[-1]
    sample = maker().make(instruction, step.shown_history, reply.text)
    if reply.token_ids:
        sample.token_ids = sample.token_ids[: sample.num_prompt] + list(reply.token_ids)
        sample.coordinates = [begin for begin, _ in maker().runs(sample.token_ids, sample.num_prompt)]
    return sample


@dataclass(frozen=True, slots=True)
class RecordedBatches:
    """Makes the batch of any step: pictures of one size, drawn from the run's seed."""

    steps: Sequence[Recorded]
    seed: int
    batch_size: int
    length: int

    def __call__(self, step: int) -> Batch:
        """Steps whose pictures have one size, the more of them there are the more often that size."""
        rng = random.Random(f"{self.seed}:{step}")
        by_size: dict[tuple[int, int], list[Recorded]] = defaultdict(list)
        for recorded in self.steps:
            by_size[recorded.size].append(recorded)
        sizes = sorted(by_size)
        size = rng.choices(sizes, [len(by_size[size]) for size in sizes])[0]
        return pack([_row(recorded) for recorded in rng.choices(by_size[size], k=self.batch_size)], self.length)


def _row(recorded: Recorded) -> Row:
    frame = image_store(Path(recorded.folder)).get(recorded.image)
    width, height = recorded.size
    glyphs = np.zeros((height // 16, width // 16, NUM_SLOTS), np.int16)
    labels = label_grid([], width, height)
    return Row(frame.pixels, glyphs, [recorded.sample], own_centers(width, height), labels)


def sft(config: SftConfig, report: Report = quiet) -> Path:
    """Run (or go on with) a fine-tuning run; gives the folder of the model it wrote.

    Raises ModelError when the runs hold nothing to learn from.
    """
    torch.set_num_threads(config.num_threads)
    torch.manual_seed(config.seed)
    keep_freed_memory()
    steps = recorded_steps(Path(config.runs), failed_too=config.failed_too)
    if not steps:
        raise ModelError(f"{config.runs} holds no step of a successful run to learn from: name a folder of runs")
    model = weights.load(config.model)
    heads = TrainingHeads(model.config)
    learner = Learner(model, heads, config.rates, Path(config.folder))
    learner.resume()
    if learner.step < config.steps:
        forward = PackedForward(model, heads, layout_of(maker(), model), config.seed)
        stage = Stage("sft", 0, config.steps, config.rates, Weights(), Weights())
        make = RecordedBatches(steps, config.seed, config.batch_size, config.length)
        options = Options(config.bf16, "cpu", 1, config.log_every, config.save_every)
        run(stage, learner, forward, make, options, report)
    out = Path(config.folder) / "model"
    nano.save(model, nano.tokenizer(), out, version=f"sft.{config.seed}.{config.steps}")
    return out


def main(arguments: list[str] | None = None) -> None:
    """The command line of a bare machine; `handeye train sft` is the same with a progress bar."""
    parser = bare.flags(SftConfig(), "Fine-tune a model on recorded runs.")
    parser.add_argument("--failed-too", action="store_true", help="learn from runs without a success as well")
    print(sft(SftConfig(**vars(parser.parse_args(arguments))), bare.say))


if __name__ == "__main__":
    main()
