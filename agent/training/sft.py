"""Supervised fine-tuning of a model on recorded runs: the reply that was right, at the screen it was right for.

    python -m agent.training.sft --model perception/nano --runs runs --folder build/train/sft

Takes the steps of runs that a checker called a success (or all, when asked), with the history as it was shown then.
Only the reply is learned: of a step that a person put right or made, what the person did; such steps are drawn more
often. Where a step kept the token ids that were sampled, those are learned and nothing is tokenised again. Replies are
packed (`packing`). Deterministic from its seed, resumable after a kill. Other formats of data come in by `handeye
import`, filters by `handeye export`.

With `lora` the weights stay as they are and an adapter beside them learns (`lora`); `merge` adds it to them at the end.
With `recompute` layers keep only their input for the backward pass. With `bf16` matrix products are in bfloat16, and
what learns stays in float32, with its gradients and the optimiser's means: small steps would be lost in 8 bits.
With `long_length` the last steps draw longer replies too (`drawing`), with `screens` drawn ones are learned beside them
(`rehearsal`).
"""

from argparse import BooleanOptionalAction
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, cast

import torch
from torch import nn

from agent.errors import SettingsError
from agent.training import bare
from agent.training.batch import Batch
from agent.training.dialogue import Dialogue, DialogueMaker
from agent.training.drawing import Drawing
from agent.training.learner import Learner, Rates
from agent.training.loader import Loader
from agent.training.looked import Looked
from agent.training.lora import Adapter, merged
from agent.training.losses.reply import ReplyLoss, reply_loss
from agent.training.meter import Meter
from agent.training.model_folder import draw_back, save_like
from agent.training.packing import Packed, pack, reply_logits
from agent.training.products import in_bfloat16
from agent.training.record import training_record, write_record
from agent.training.recorded import recorded
from agent.training.rehearsal import Rehearsal, Rehearsed
from agent.training.stage import Report, quiet
from agent.training.thoughts import FORMS, Form
from perception.errors import ModelError
from perception.qwen3vl import weights
from perception.qwen3vl.config import Config
from perception.qwen3vl.memory import give_back, keep_freed_memory
from perception.qwen3vl.model import Qwen3VL


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
    batch_size: int = 16
    """Replies in a step."""
    length: int = 0
    """The most tokens of a reply, prompt and pictures included, before the last part of the run; goes with
    `long_length`. 0: replies of any length from the first."""
    long_length: int = 0
    """The same in the last part; longer replies are never drawn."""
    long_share: float = 0.2
    """The last part, of all steps."""
    form: str = "auto"
    """Of replies: plain, thinking, or auto, what the model's template asks for (`thoughts`)."""
    failed_too: bool = False
    """Learn from runs without a success as well."""
    least_reward: float = 0.0
    """Learn also from runs without a success that the task's checker gave this reward or more; 0: from none. For pages
    that grade nearness."""
    screens: int = 0
    """Newly drawn screens in a step, such as nano learned from, each with up to 20 questions (`rehearsal`)."""
    pages: str = ""
    """A store of pages from Chromium that some of them are taken from, as in pre-training."""
    by_person: float = 2.0
    """How many times as often a person's steps are drawn."""
    balance: float = 0.0
    """0: each reply is drawn as often as any other, so long tasks come most. 1: each kind of task as often; 0.5: half
    way."""
    rate: float = 1e-4
    """Of learning, at its height; the vision tower has half of it, of this and of `muon`."""
    muon: float = 0.0
    """The rate of Muon for the matrices in layers and blocks; 0: AdamW for them too."""
    warmup_steps: int = 10
    tower: bool = True
    """Let the vision tower learn too."""
    lora: int = 0
    """Rank of an adapter, which alone learns; 0: the weights learn."""
    lora_alpha: float = 32.0
    """What the adapter adds counts alpha / rank times."""
    start_share: float = 0.0
    """How much of the weights that it began with is in those that it writes, the rest being what it learned; between
    them lie weights that forget less (WiSE-FT, arXiv 2109.01903)."""
    merge: bool = False
    """Write the whole model with the adapter added to its weights, not the adapter alone."""
    recompute: bool = False
    """Less memory, more time: layers are computed again in the backward pass."""
    device: str = "cpu"
    num_threads: int = 1
    num_workers: int = 1
    """Processes that prepare batches; 0: the learner does."""
    bf16: bool = False
    """Products in bfloat16, on a machine that is not slower at them (`products`)."""
    log_every: int = 10
    save_every: int = 100

    def check(self) -> None:
        """Raises SettingsError for what can't be."""
        if self.form not in FORMS:
            raise SettingsError(f"form={self.form}: there is no such form of replies; one of: {', '.join(FORMS)}")
        if self.merge and not self.lora:
            raise SettingsError("merge=true: without lora there is nothing to merge; give --lora RANK too")
        if not 0 <= self.start_share < 1:
            raise SettingsError(f"start_share={self.start_share}: a share of the weights at the start, 0 to below 1")
        if self.start_share and self.lora:
            raise SettingsError("start_share: an adapter leaves the weights as they are; give it a lower lora_alpha")
        if (self.length or self.long_length) and not 0 < self.length < self.long_length:
            both = f"length={self.length}, long_length={self.long_length}"
            raise SettingsError(f"{both}: give both, the first of them shorter, or neither for replies of any length")
        if not 0 <= self.least_reward <= 1:
            raise SettingsError(f"least_reward={self.least_reward}: a reward above 0 and at most 1, or 0 for none")
        if self.screens < 0:
            raise SettingsError(f"screens={self.screens}: how many are drawn in a step, 0 or more")
        if self.pages and not self.screens:
            raise SettingsError("pages: without screens nothing is taken from it; give --set screens=8 too")
        if not 0 <= self.balance <= 1:
            raise SettingsError(f"balance={self.balance}: between 0, every reply as often, and 1, every kind of task")
        if not 0 < self.long_share < 1:
            raise SettingsError(f"long_share={self.long_share}: a share of the steps, between 0 and 1")

    @property
    def rates(self) -> Rates:
        """Of the learner."""
        return Rates(
            adam=self.rate,
            tower_adam=self.rate / 2,
            muon=self.muon,
            tower_muon=self.muon / 2,
            warmup_steps=self.warmup_steps,
        )

    @property
    def drawing(self) -> Drawing:
        """Which replies may be drawn when."""
        begins = round(self.steps * (1 - self.long_share)) if self.long_length else self.steps
        return Drawing(self.seed, self.batch_size, self.length, self.long_length, begins)

    @property
    def rehearsal(self) -> Rehearsal:
        """What is drawn beside them."""
        return Rehearsal(self.model, self.seed, self.screens, self.pages)


class Step(NamedTuple):
    """What is learned from at once."""

    replies: Packed
    screens: Batch | None


@dataclass(frozen=True)
class ReplyBatches:
    """Makes the batch of any step: replies drawn from the run's seed."""

    dialogues: Sequence[Dialogue]
    shares: Sequence[float]
    """How often each is drawn, against the others."""
    model: str
    drawing: Drawing
    rehearsal: Rehearsal | None = None
    """What is drawn beside them."""

    def __call__(self, step: int) -> Step:
        """The batch of a step."""
        drawn = self.drawing.drawn(self.dialogues, self.shares, step)
        replies = pack(drawn, self._config, self._maker.look)
        return Step(replies, self.rehearsal.batch(step) if self.rehearsal else None)

    @cached_property
    def _maker(self) -> DialogueMaker:
        return DialogueMaker(self.model)

    @cached_property
    def _config(self) -> Config:
        return Config.load(self.model)


def packed_loss(model: Qwen3VL, packed: Packed, numbers: Sequence[int], looked: Looked | None = None) -> ReplyLoss:
    """The loss of a batch's replies (`losses.reply`), labels hard; numbers: the tokens of coordinates, if any; looked:
    what a tower that does not learn said of pictures."""
    learned = packed.targets >= 0
    targets, shares, coordinates = (
        torch.from_numpy(array[learned]).to(model.device)
        for array in (packed.targets, packed.weights, packed.coordinates)
    )
    known = torch.tensor(numbers, dtype=torch.long, device=model.device)
    seen = looked.features(packed) if looked else None
    return reply_loss(reply_logits(model, packed, seen), targets, shares, coordinates, known, 0.0)


def sft(config: SftConfig, report: Report = quiet) -> Path:
    """Run (or go on with) a fine-tuning run; gives the folder of the model it wrote, or of the adapter.

    Raises ModelError when the runs hold nothing to learn from, or the model can't be read; SettingsError for settings
    that don't go together, TrainingMissing for an adapter without peft.
    """
    config.check()
    config.rehearsal.check()  # before all runs are read
    maker = DialogueMaker(config.model, cast(Form, config.form))
    found = recorded(Path(config.runs), maker, failed_too=config.failed_too, least_reward=config.least_reward)
    if not found.dialogues:
        why = "; ".join(f"left out: {number} {reason}" for reason, number in found.left_out.items())
        raise ModelError(
            f"{config.runs} holds no step of a successful run to learn from: name a folder of runs {why and f'({why})'}"
        )
    config.drawing.check(found.dialogues)
    subject = prepared(config)
    learner = Learner(
        subject.model, nn.Module(), config.rates, Path(config.folder), subject.frozen, whole=subject.adapter is None
    )
    learner.resume()
    left_out = {**found.left_out, **config.drawing.left_out(found.dialogues)}
    learner.log(runs=found.num_runs, replies=len(found.dialogues), left_out=left_out)
    shares = found.shares(config.by_person, config.balance)
    batches = ReplyBatches(found.dialogues, shares, config.model, config.drawing, config.rehearsal)
    if learner.step < config.steps:
        _learn(config, learner, batches, maker.numbers, report)
    out = _written(config, subject)
    write_record(training_record(config, Path(config.folder)), out)
    return out


class Subject(NamedTuple):
    """A model that is ready to be learned."""

    model: Qwen3VL
    frozen: tuple[str, ...]
    """Parameters whose names begin so stay as they are."""
    adapter: Adapter | None


def prepared(config: SftConfig) -> Subject:
    """The model that a run begins with, and torch set up for it; errors as in `sft`."""
    torch.set_num_threads(config.num_threads)
    torch.manual_seed(config.seed)
    keep_freed_memory()
    # Weights that stay as they are need no float32 beside their bfloat16.
    half = in_bfloat16(config.bf16, Config.load(config.model), config.device)
    kind = torch.bfloat16 if half and config.lora else torch.float32
    model = weights.load(config.model, kind, config.device)
    model.recompute(config.recompute)
    if not config.lora:
        return Subject(model, () if config.tower else ("model.visual.",), None)
    adapter = Adapter(model, config.model, rank=config.lora, alpha=config.lora_alpha, tower=config.tower)
    return Subject(model, adapter.frozen, adapter)


def _written(config: SftConfig, subject: Subject) -> Path:
    """What a run leaves: the adapter, where there is one, and the whole model, unless the adapter alone is wanted."""
    folder, version = Path(config.folder), f"sft.{config.seed}.{config.steps}"
    model = subject.model
    if subject.adapter is not None:
        subject.adapter.save(folder / "adapter")
        if not config.merge:
            return folder / "adapter"
        model = merged(config.model, folder / "adapter")
    if config.start_share:
        draw_back(model, config.model, config.start_share)
    save_like(config.model, model, folder / "model", version=version)
    return folder / "model"


def _learn(config: SftConfig, learner: Learner, batches: ReplyBatches, numbers: Sequence[int], report: Report) -> None:
    """From the learner's step to the end; the last thing is a checkpoint."""
    loader = Loader(batches, learner.step, config.steps, config.num_workers)
    half = in_bfloat16(config.bf16, learner.model.config, config.device)
    meter, rehearsed = Meter(), Rehearsed(learner.model) if config.screens else None
    looked = None if config.tower else Looked(learner.model)
    try:
        for step, (packed, screens) in loader:
            with torch.autocast(learner.model.device.type, torch.bfloat16, enabled=half):
                found = packed_loss(learner.model, packed, numbers, looked)
                loss, again = found.loss, dict[str, float]()
                if rehearsed and screens:
                    drawn = rehearsed.losses(screens)
                    loss = loss + drawn.total
                    again = {"drawn": drawn.parts["reply"], "drawn_accuracy": drawn.parts["token_accuracy"]}
                    meter.count(screens=screens.num_screens, questions=screens.num_questions)
            factor = config.rates.factor(step, config.steps, learner.warm_since)
            norm = learner.learn(loss, factor)
            meter.add(
                reply=float(found.loss.detach()),
                token_accuracy=found.token_accuracy,
                coordinate_error=found.coordinate_error,
                gradient=norm,
                **again,
            )
            meter.count(tokens=packed.num_tokens, replies=config.batch_size)
            last = learner.step == config.steps
            if learner.step % config.log_every == 0 or last:
                give_back()
                figures = {"stage": "sft", "rate": round(factor, 4), **meter.take()}
                learner.log(**figures)
                report({"step": learner.step, "end": config.steps, **figures})
            if learner.step % config.save_every == 0 or last:
                learner.save()
    finally:
        loader.close()


def main(arguments: list[str] | None = None) -> None:
    """The command line of a bare machine; `handeye train sft` is the same with a progress bar."""
    parser = bare.flags(SftConfig(), "Fine-tune a model on recorded runs.")
    for name in ("failed_too", "tower", "merge", "recompute", "bf16"):
        default = getattr(SftConfig(), name)
        parser.add_argument(f"--{name.replace('_', '-')}", action=BooleanOptionalAction, default=default)
    print(sft(SftConfig(**vars(parser.parse_args(arguments))), bare.say))


if __name__ == "__main__":
    main()
