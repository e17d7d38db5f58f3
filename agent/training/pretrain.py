"""Train handeye-nano from random weights on synthetic screens.

    python -m agent.training.pretrain --folder build/train/nano --read-steps 3000 --steps 20000

First the vision tower alone learns which characters lie in each patch, on dense text and on screens; then tower and
decoder together learn to answer packed questions, in the stages of `curriculum`. Screens are drawn as they are needed;
with `--pages FILE` a part of them comes from a store of pages that Chromium rendered. The run is deterministic from its
seed on one machine, can be killed at any time and goes on from its last checkpoint. Needs torch, numpy, pillow,
tokenizers, safetensors and pydantic, and nothing else of this project's floors above. Left out: any data but screens.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agent.training import bare, curriculum, nano, replicas, vocabulary
from agent.training.batch import Batch, Row, own_centers, pack
from agent.training.forward import Layout, PackedForward
from agent.training.heads import TrainingHeads
from agent.training.initial import initialise
from agent.training.learner import Learner, Rates
from agent.training.mixture import chosen
from agent.training.naming import label_grid
from agent.training.pages.archive import PageStore
from agent.training.record import training_record, write_record
from agent.training.sample import BETWEEN, PREFIX, SampleMaker
from agent.training.screens import Screen, Size, dense, icon_store, make_screen, questions
from agent.training.stage import Options, Report, Stage, quiet, run
from agent.training.warm_start import warm_start
from perception.qwen3vl.memory import keep_freed_memory
from perception.qwen3vl.model import Qwen3VL

WATCHED_LAYER = 3
DENSE_SHARE = 0.6
"""Of the batches while reading is learned; the others are screens."""
DENSE_LATER = 0.15
"""The same from then on, with questions what stands where."""
PAGES_SHARE = 0.3
"""Of the batches, where a store of pages is given and has frames of the batch's size."""
LONGEST = 4
"""Times the usual length, at most, of a row of questions behind a large frame."""
FRAME_TOKENS = 80
"""Visual tokens of a usual frame: a batch of larger ones holds fewer, so that every step costs about the same."""


@dataclass(frozen=True, slots=True)
class PretrainConfig:
    """One pre-training run."""

    folder: str = "build/train/nano"
    init: str = ""
    """Folder of a model to begin with, in the phases of `curriculum.CONTINUED`; empty for random weights."""
    seed: int = 0
    read_steps: int = 3000
    steps: int = 20_000
    """All steps, reading included."""
    batch_size: int = 8
    """Screens of FRAME_TOKENS in a batch, more or fewer of other sizes."""
    num_questions: int = 20
    """Questions asked of a screen, at most."""
    length: int = 480
    """Tokens of questions in a row."""
    pages: str = ""
    """A store that `agent.training.pages` wrote; empty to draw every screen."""
    shape: str = ""
    """Changes of nano's shape as a JSON object, such as {"text_num_hidden_layers": 4}; see `nano.shape`."""
    start: str = "near"
    """What the tower begins with: near (`initial` says how), or plain random weights."""
    sigma: float = 6.0
    """Width at which the coordinates' soft labels end; 0 for hard ones from the start."""
    auxiliary: float = 1.0
    """Times the usual weight of the losses that are not the replies', while the decoder learns."""
    coordinates: str = "tokens"
    """tokens: each number of a coordinate is one; or digits."""
    mixture: str = "staged"
    """Which questions come more often: staged (`mixture` says how), or even."""
    read_muon: float = 0.02
    """Muon's rate for the tower's matrices while it reads; 0 for AdamW. The same below."""
    tower_muon: float = 0.005
    muon: float = 0.01
    """For the decoder's matrices."""
    tower_adam: float = 1e-3
    adam: float = 8e-4
    num_workers: int = 1
    num_threads: int = 1
    num_processes: int = 1
    """Learner processes on this machine, each with batches of its own; see `replicas`."""
    bf16: bool = True
    """Products in bfloat16, on a machine that is not slower at them (`products`)."""
    device: str = "cpu"
    log_every: int = 50
    save_every: int = 500

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Reading, then the phases of the curriculum."""
        read = Rates(tower_adam=self.tower_adam, tower_muon=self.read_muon, decay_share=0.3, end=0.1)
        learn = Rates(self.adam, self.tower_adam, self.tower_muon, self.muon)
        phases = curriculum.CONTINUED if self.init else curriculum.PHASES
        return curriculum.stages(self.read_steps, self.steps, read, learn, self.sigma, self.auxiliary, phases)

    @property
    def options(self) -> Options:
        """How the stages are run."""
        return Options(self.bf16, self.device, self.num_workers, self.log_every, self.save_every)


@dataclass(frozen=True, slots=True)
class ScreenBatches:
    """Makes the batch of any step from the run's seed; sent to worker processes."""

    config: PretrainConfig
    replica: int = 0

    def __call__(self, step: int) -> Batch:
        """The batch of a step: frames of one size, as many as cost what `batch_size` usual ones do."""
        config = self.config
        # Replicas wait for each other, so they draw frames of one size from one source: then none is done much earlier.
        shared = random.Random(f"{config.seed}:{step}")
        rng = random.Random(f"{config.seed}:{step}:{self.replica}")
        stage = next((stage for stage in config.stages if stage.begin <= step < stage.end), config.stages[-1])
        size = shared.choices(list(stage.sizes), list(stage.sizes.values()))[0]
        count = max(1, round(config.batch_size * FRAME_TOKENS * 1024 / (size[0] * size[1])))
        draw = self._source(shared.random() < PAGES_SHARE, rng, size)
        if shared.random() < (DENSE_SHARE if stage.name == "read" else DENSE_LATER):
            draw = partial(dense, rng, False, size)
        if stage.name == "read":
            return pack([row_of(draw(), []) for _ in range(count)], 1)
        # How far the mixture has come: a model that can answer already is asked what comes last from the start.
        share = 1.0 if config.init else (step - config.read_steps) / max(1, config.steps - config.read_steps)
        longer = min(LONGEST, max(1, config.batch_size // count))
        return pack([self._row(rng, draw(), share, longer) for _ in range(count)], config.length * longer)

    def _source(self, rendered: bool, rng: random.Random, size: Size) -> Callable[[], Screen]:
        """What gives the batch's screens: the store of pages, where there is one and they are wanted, or drawing."""
        if self.config.pages and rendered:
            store = pages(self.config.pages)
            if found := store.of_size(size):
                return lambda: store[rng.choice(found)]
        return partial(make_screen, rng, heldout=False, size=size)

    def _row(self, rng: random.Random, screen: Screen, share: float, longer: int) -> Row:
        """`longer`: times the usual number of questions, where larger frames leave fewer rows to ask in."""
        most = self.config.num_questions * longer
        found = questions(screen, rng, limit=2 * most)
        asked = found if self.config.mixture == "even" else chosen(found, share, rng)
        asked = asked[:most]
        samples = maker(self.config.coordinates)
        return row_of(screen, [samples.make(q.instruction, q.history, q.reply, q.target) for q in asked])


@cache
def pages(path: str) -> PageStore:
    """The process's own view of a store of pages."""
    return PageStore(Path(path))


@cache
def maker(coordinates: str = "tokens") -> SampleMaker:
    """The process's own sample maker, made on first use; see `PretrainConfig.coordinates`."""
    return SampleMaker(nano.tokenizer(whole_numbers=coordinates == "tokens"), vocabulary.number_ids())


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
    icon_store.fingerprint()  # an archive that can't be read should end the run before it begins
    with replicas.together(config.num_processes, partial(learn, config)):
        model = learn(config, report)
    out = folder / "model"
    tokenizer = nano.tokenizer(whole_numbers=config.coordinates == "tokens")
    nano.save(model, tokenizer, out, version=f"{config.seed}.{config.steps}")
    write_record(training_record(config, folder), out)
    return out


def learn(config: PretrainConfig, report: Report = quiet) -> Qwen3VL:
    """All stages in one process, the only one or one of several; gives the model."""
    torch.set_num_threads(config.num_threads)
    torch.manual_seed(config.seed)
    keep_freed_memory()
    model = first_model(config)
    heads = TrainingHeads(model.config)
    model.to(config.device)
    heads.to(config.device)
    forward = PackedForward(model, heads, layout_of(maker(), model), config.seed + replicas.rank())
    for stage in config.stages:
        learner = Learner(model, heads, stage.rates, Path(config.folder), stage.frozen)
        learner.resume()
        if learner.step < stage.end:
            run(stage, learner, forward, ScreenBatches(config, replicas.rank()), config.options, report)
    return model


def first_model(config: PretrainConfig) -> Qwen3VL:
    """The model that a run begins with."""
    tokenizer = nano.tokenizer()
    model = Qwen3VL(nano.shape(tokenizer, **json.loads(config.shape or "{}")))
    if config.init:
        return warm_start(config.init, model, tokenizer)
    initialise(model, vocabulary.number_ids(), config.seed, near=config.start == "near")
    return model


def main(arguments: list[str] | None = None) -> None:
    """The command line of a bare machine; `handeye train pretrain` is the same with a progress bar."""
    parser = bare.flags(PretrainConfig(), "Train handeye-nano from random weights on synthetic screens.")
    print(pretrain(PretrainConfig(**vars(parser.parse_args(arguments))), bare.say))


if __name__ == "__main__":
    main()
