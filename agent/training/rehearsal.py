"""Rehearsal: drawn screens beside the replies of fine-tuning, so that what was learned of them before is kept.

What a model is fine-tuned on crowds out what it could do before ("catastrophic interference"; Robins, 1995, lets old
patterns be learned beside the new ones). handeye-nano learned from drawn screens, and they cost little: so each step
can have a batch of new ones, packed and mixed as they were when its own training ended (`pretrain.ScreenBatches`), with
the loss of the replies alone. For nano's vocabulary alone; a released model has nothing to rehearse here.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

from agent.errors import SettingsError
from agent.training import nano
from agent.training.batch import Batch
from agent.training.curriculum import REPLIES, SIGMA
from agent.training.dialogue import DialogueMaker
from agent.training.forward import Losses, PackedForward
from agent.training.heads import TrainingHeads
from agent.training.pages.archive import PageStore
from agent.training.pretrain import PretrainConfig, ScreenBatches, layout_of, maker
from agent.training.screens import icon_store
from perception.qwen3vl.model import Qwen3VL


@dataclass(frozen=True)
class Rehearsal:
    """Draws screens, with questions about each, for the model of a folder."""

    model: str
    seed: int
    screens: int
    """In a step; fewer large ones, more small ones, so that steps cost alike."""
    pages: str = ""
    """A store of pages from Chromium, which some batches are taken from (`agent.training.pages`)."""

    def check(self) -> None:
        """Raises SettingsError for a model that did not learn from drawn screens, or a store that can't be read;
        ModelError for a broken folder."""
        if not self.screens:
            return
        if DialogueMaker(self.model).vocabulary != nano.tokenizer().get_vocab():
            raise SettingsError(
                f"screens: {self.model} has not nano's vocabulary, which alone learned from drawn screens; leave it out"
            )
        icon_store.fingerprint()  # an archive that can't be read should end the run before it begins
        if self.pages:
            try:
                len(PageStore(Path(self.pages)))
            except (OSError, ValueError, BadZipFile) as error:
                raise SettingsError(
                    f"pages: {self.pages} can't be read: {error}; `python -m agent.training.pages` makes a store"
                ) from error

    def batch(self, step: int) -> Batch | None:
        """The screens of a step; the same for the same seed, fonts and icons. None where none are wanted."""
        return self._batches(step) if self.screens else None

    @cached_property
    def _batches(self) -> ScreenBatches:
        # Past its last step: frames of all sizes, the mixture that training ended with.
        return ScreenBatches(
            PretrainConfig(
                init=self.model, seed=self.seed, pages=self.pages, batch_size=self.screens, read_steps=0, steps=1
            )
        )


class Rehearsed:
    """What a model loses on drawn screens."""

    def __init__(self, model: Qwen3VL) -> None:
        # The heads that only training has are not asked: their losses have no weight here.
        self._forward = PackedForward(model, TrainingHeads(model.config), layout_of(maker(), model), seed=0)

    def losses(self, batch: Batch) -> Losses:
        """Of the replies; `parts` has their `token_accuracy` and `coordinate_error`."""
        features, losses = self._forward.see(batch, REPLIES)
        self._forward.answer(batch, features, losses, REPLIES, SIGMA[1])
        return losses
