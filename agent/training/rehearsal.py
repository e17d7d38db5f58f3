"""Rehearsal: drawn screens among the replies of fine-tuning, so that what was learned of them before is kept.

What a model is fine-tuned on crowds out what it could do before ("catastrophic interference"; Robins, 1995, lets old
patterns be learned beside the new ones). handeye-nano learned from drawn screens, and they cost nothing: so a part of
each batch can be questions about new ones, in the mixture that its own training ended with. For nano's vocabulary
alone, which writes each coordinate as one token; a released model has nothing to rehearse here.
"""

import random
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from agent.errors import SettingsError
from agent.prompts import compact_text
from agent.training.dialogue import Dialogue, DialogueMaker
from agent.training.mixture import chosen
from agent.training.screens import make_screen, questions
from agent.training.screens.record import any_size
from perception.observation import Frame, ImageRef

OF_A_SCREEN = 8
"""Replies that share a drawn screen, at most: the tower looks at it once."""


class Drawn(NamedTuple):
    """A picture that is in no store."""

    frame: Frame

    @property
    def image(self) -> ImageRef:
        """Its digest and size."""
        return ImageRef(digest=self.frame.digest, size=self.frame.size)


@dataclass(frozen=True)
class Rehearsal:
    """Draws replies about new screens, for the model of a folder."""

    model: str
    seed: int
    number: int
    """Replies of a step."""

    def check(self) -> None:
        """Raises SettingsError for a model that did not learn from drawn screens, ModelError for a broken folder."""
        if self.number and not self._maker.numbers:
            raise SettingsError(
                f"rehearse: {self.model} does not write coordinates as nano does, which alone learned from drawn"
                " screens; leave it out"
            )

    def drawn(self, step: int) -> list[Dialogue]:
        """The replies of a step; the same for the same seed, fonts and icons."""
        rng = random.Random(f"{self.seed}:{step}:screens")
        found: list[Dialogue] = []
        while len(found) < self.number:
            found += self._about_one(rng, min(OF_A_SCREEN, self.number - len(found)), f"screen {step}/{len(found)}")
        return found

    def _about_one(self, rng: random.Random, number: int, name: str) -> list[Dialogue]:
        screen = make_screen(rng, heldout=False, size=any_size(rng))
        asked = chosen(questions(screen, rng, limit=2 * number), 1.0, rng)[:number]
        picture = Drawn(Frame(screen.image))
        texts = [compact_text(question.instruction, question.history) for question in asked]
        return [self._maker.about(name, picture, text, one.reply) for text, one in zip(texts, asked, strict=True)]

    @cached_property
    def _maker(self) -> DialogueMaker:
        return DialogueMaker(self.model)
