"""Train handeye-nano from random weights on synthetic screens.

    python -m agent.training.pretrain --folder build/train/nano --read-steps 3000 --steps 20000

Two stages. `read`: the vision tower alone, on dense text and on screens, learns which characters lie in each patch.
`learn`: tower and decoder together, on packed questions, with the pointing losses beside the replies'. The run is
deterministic from its seed on one machine, can be killed at any time and goes on from its last checkpoint.
Needs torch, numpy, pillow, tokenizers, safetensors and pydantic, and nothing else of this project's floors above.
Left out: the report's long-context stages, and any data but screens.
"""

import random
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agent.training import bare, nano, replicas, vocabulary
from agent.training.batch import Batch, Row, own_centers, pack
from agent.training.forward import Layout, PackedForward, Weights
from agent.training.heads import TrainingHeads
from agent.training.initial import initialise
from agent.training.learner import Learner, Rates
from agent.training.mixture import chosen
from agent.training.naming import label_grid
from agent.training.record import training_record, write_record
from agent.training.sample import BETWEEN, PREFIX, SampleMaker
from agent.training.screens import SIZES, Screen, dense, make_screen, questions
from agent.training.stage import Options, Report, Stage, quiet, run
from perception.qwen3vl import weights
from perception.qwen3vl.memory import keep_freed_memory
from perception.qwen3vl.model import Qwen3VL

READ = Weights(reply=0.0, reading=1.0, place=0.2, naming=0.5)
LEARN = Weights(reply=1.0, reading=1.0, place=0.5, naming=0.5, pointer=0.5, attention=0.5)
WATCHED_LAYER = 3
DENSE_SHARE = 0.5
"""Of the batches while reading is learned; the others are screens."""


@dataclass(frozen=True, slots=True)
class PretrainConfig:
    """One pre-training run."""

    folder: str = "build/train/nano"
    init: str = ""
    """Folder of a model to begin with; empty for random weights."""
    seed: int = 0
    read_steps: int = 3000
    steps: int = 20_000
    """All steps, reading included."""
    batch_size: int = 8
    """Screens in a batch."""
    num_questions: int = 20
    """Questions asked of a screen, at most."""
    length: int = 480
    """Tokens of questions in a row."""
    sigma: tuple[float, float] = (40.0, 6.0)
    """Width of the coordinates' soft labels at the start of `learn` and from half of it on."""
    read_rates: Rates = field(default_factory=lambda: Rates(decay_share=0.15, floor=0.1))
    learn_rates: Rates = field(
        default_factory=lambda: Rates(adam=8e-4, tower_adam=1e-3, tower_muon=0.0, decay_share=1.0)
    )
    num_workers: int = 1
    num_threads: int = 1
    num_processes: int = 1
    """Learner processes on this machine, each with batches of its own; see `replicas`."""
    bf16: bool = True
    device: str = "cpu"
    log_every: int = 50
    save_every: int = 500

    @property
    def stages(self) -> tuple[Stage, Stage]:
        """Reading, then everything."""
        return (
            Stage("read", 0, self.read_steps, self.read_rates, READ),
            Stage("learn", self.read_steps, self.steps, self.learn_rates, LEARN, self.sigma),
        )

    @property
    def options(self) -> Options:
        """How the stages are run."""
        return Options(self.bf16, self.device, self.num_workers, self.log_every, self.save_every)


@dataclass(frozen=True, slots=True)
class ScreenBatches:
    """Makes the batch of any step from the run's seed; sent to worker processes."""

    seed: int
    read_steps: int
    steps: int
    batch_size: int
    num_questions: int
    length: int
    replica: int = 0

    @classmethod
    def of(cls, config: PretrainConfig, replica: int) -> "ScreenBatches":
        """The batches of one learner process of a run."""
        asked = (config.batch_size, config.num_questions, config.length)
        return cls(config.seed, config.read_steps, config.steps, *asked, replica=replica)

    def __call__(self, step: int) -> Batch:
        """Dense text and screens while reading is learned, screens with questions after."""
        rng = random.Random(f"{self.seed}:{step}:{self.replica}")
        size = rng.choice(SIZES)
        if step < self.read_steps:
            page = dense if rng.random() < DENSE_SHARE else make_screen
            rows = [row_of(page(rng, heldout=False, size=size), []) for _ in range(self.batch_size)]
            return pack(rows, 1)
        samples = maker()
        share = (step - self.read_steps) / max(1, self.steps - self.read_steps)
        return pack([self._row(rng, size, samples, share) for _ in range(self.batch_size)], self.length)

    def _row(self, rng: random.Random, size: tuple[int, int], samples: SampleMaker, share: float) -> Row:
        screen = make_screen(rng, heldout=False, size=size)
        asked = chosen(questions(screen, rng, limit=2 * self.num_questions), share, rng)[: self.num_questions]
        return row_of(screen, [samples.make(q.instruction, q.history, q.reply, q.target) for q in asked])


_MAKERS: list[SampleMaker] = []


def maker() -> SampleMaker:
    """The process's own sample maker, made on first use."""
    if not _MAKERS:
        _MAKERS.append(SampleMaker(nano.tokenizer(), vocabulary.number_ids()))
    return _MAKERS[0]


def row_of(screen: Screen, samples: list[Any]) -> Row:
    """A screen as a row: where each visual token's control has its middle comes from the widgets."""
    height, width = screen.image.shape[:2]
    centers = own_centers(width, height)
    for widget in screen.widgets:
        left, top, right, bottom = widget.box
        aim = widget.aim
        columns = slice(max(0, int(left) // 32), int(max(left, right - 1)) // 32 + 1)
        rows = slice(max(0, int(top) // 32), int(max(top, bottom - 1)) // 32 + 1)
        centers[rows, columns] = ((aim[0] + aim[2]) / 2 / width, (aim[1] + aim[3]) / 2 / height)
    labels = label_grid(screen.widgets, width, height)
    return Row(screen.image, screen.glyphs, samples, np.clip(centers, 0, 1), labels)


def layout_of(samples: SampleMaker, model: Qwen3VL) -> Layout:
    """The tokens around an image, as the chat template writes them."""
    return Layout(
        prefix=samples.ids(PREFIX),
        image_token=model.config.image_token_id,
        between=samples.ids(BETWEEN),
        numbers=torch.tensor(vocabulary.number_ids()),
        layer=min(WATCHED_LAYER, model.config.text.num_hidden_layers - 1),
    )


def pretrain(config: PretrainConfig, report: Report = quiet) -> Path:
    """Run (or go on with) a pre-training run; gives the folder of the model it wrote.

    `report` is called with each line of figures that goes into the metrics.
    """
    folder = Path(config.folder)
    with replicas.together(config.num_processes, partial(learn, config)):
        model = learn(config, report)
    out = folder / "model"
    nano.save(model, nano.tokenizer(), out, version=f"{config.seed}.{config.steps}")
    write_record(training_record(config, folder, config.batch_size * config.num_processes), out)
    return out


def learn(config: PretrainConfig, report: Report = quiet) -> Qwen3VL:
    """All stages in one process, the only one or one of several; gives the model."""
    torch.set_num_threads(config.num_threads)
    torch.manual_seed(config.seed)
    keep_freed_memory()
    model = weights.load(config.init) if config.init else Qwen3VL(nano.shape(nano.tokenizer()))
    if not config.init:
        initialise(model, vocabulary.number_ids(), config.seed)
    heads = TrainingHeads(model.config)
    model.to(config.device)
    heads.to(config.device)
    forward = PackedForward(model, heads, layout_of(maker(), model), config.seed + replicas.rank())
    for stage in config.stages:
        learner = Learner(model, heads, stage.rates, Path(config.folder))
        learner.resume(stage.name)
        if learner.step < stage.end:
            run(stage, learner, forward, ScreenBatches.of(config, replicas.rank()), config.options, report)
    return model


def main(arguments: list[str] | None = None) -> None:
    """The command line of a bare machine; `handeye train pretrain` is the same with a progress bar."""
    parser = bare.flags(PretrainConfig(), "Train handeye-nano from random weights on synthetic screens.")
    print(pretrain(PretrainConfig(**vars(parser.parse_args(arguments))), bare.say))


if __name__ == "__main__":
    main()
