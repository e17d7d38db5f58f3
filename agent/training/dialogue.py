"""A recorded reply as training reads it: the conversation up to it as tokens, its pictures, and the reply.

    <|im_start|>user\\n<|vision_start|> IMAGE <|vision_end|>TEXT<|im_end|>\\n<|im_start|>assistant\\nREPLY<|im_end|>

The conversation is the one that the model was shown (`exchange.example`): history, earlier turns, and replies that were
no action with what was said of them. Both styles of prompts are written in this form, which is ChatML as the templates
of the family write it; a test holds it to what the engine reads. Where the step kept the token ids that were sampled,
those are the reply, and nothing is tokenised again. Thoughts before the answer: `thoughts`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tokenizers import Tokenizer
from torch import Tensor

from agent.exchange.example import Example, Turn, example_of
from agent.recorder import image_store
from agent.training.sample import END, OPENING, SampleMaker
from agent.training.thoughts import Form, Thoughts, answer_of
from agent.trajectory import Step, Trajectory
from perception.errors import ModelError
from perception.observation import Frame, ImageRef
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.rope import Grid

IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"
ASKING = "<|im_start|>assistant\n"
MAX_COORDINATE = 1000


class Picture(NamedTuple):
    """A picture of a run."""

    folder: str
    image: ImageRef

    @property
    def frame(self) -> Frame:
        """Its pixels. Raises ImageError where it is missing."""
        return image_store(Path(self.folder)).get(self.image)


@dataclass(slots=True)
class Dialogue:
    """One reply, with all that the model was shown before it."""

    name: str
    """Run and step."""
    token_ids: list[int]
    """Prompt and reply; an image has as many tokens as the model sees of it."""
    num_prompt: int
    """How many of the tokens are prompt; all that follow are learned."""
    pictures: tuple[Picture, ...]
    grids: tuple[Grid, ...]
    """Of the pictures, in patches."""
    coordinates: tuple[int, ...] = ()
    """Places (indices into token_ids) of the reply's coordinates, where each is one token of the vocabulary."""
    step: int = -1
    """Place where the reply begins to name its step; -1 where it does not open as nano's replies do."""

    @property
    def num_reply(self) -> int:
        """Tokens that are learned."""
        return len(self.token_ids) - self.num_prompt


class DialogueMaker:
    """Writes steps as dialogues, for the model of a folder."""

    def __init__(self, folder: str | Path, form: Form = "auto") -> None:
        """form: of replies (`thoughts`), auto: the one that the model's template asks for.

        Raises ModelError when the folder's tokenizer or picture settings can't be read, or it has no such form.
        """
        path = Path(folder) / "tokenizer.json"
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises nothing more special
            raise ModelError(f"{path} can't be read ({error}): name a folder that holds a whole model") from error
        self.processor = ImageProcessor.load(folder)
        self._thoughts = Thoughts(folder, self._tokenizer, form)
        self._image_id = self._tokenizer.token_to_id("<|image_pad|>")

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The token of each coordinate from 0 to 1000; empty for a vocabulary that spells them in digits."""
        found = [self._tokenizer.token_to_id(str(number)) for number in range(MAX_COORDINATE + 1)]
        return tuple(token for token in found if token is not None) if None not in found else ()

    @property
    def vocabulary(self) -> dict[str, int]:
        """Every token, and its id."""
        return self._tokenizer.get_vocab()

    def ids(self, text: str) -> list[int]:
        """Tokens of a text, special ones included."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def look(self, picture: Picture) -> Tensor:
        """The patches of a picture, float32 [N, C*P*P]. Raises ImageError where it is missing."""
        return self.processor.still(picture.frame.pixels)

    def grid(self, image: ImageRef) -> Grid:
        """Of a picture, as the model sees it."""
        height, width = self.processor.size_for(image.size.height, image.size.width)
        return 1, height // self.processor.patch_size, width // self.processor.patch_size

    def dialogue(self, folder: Path, trajectory: Trajectory, step: Step) -> Dialogue:
        """The reply that is to be learned of a learnable step. Raises ImageError without one of its pictures."""
        return self._written(example_of(folder, trajectory, step, str))

    def sampled(self, folder: Path, trajectory: Trajectory, step: Step) -> Iterator[Dialogue]:
        """Every reply that a model sampled at a step, those that were no action too, as each was asked for."""
        for number in range(1, len(step.replies) + 1):
            until = step.model_copy(update={"actor": "model", "replies": step.replies[:number]})
            yield self._written(example_of(folder, trajectory, until, str), exact=True)

    def _written(self, example: Example, *, exact: bool = False) -> Dialogue:
        """exact: the reply is what this model sampled, token for token."""
        pictures = tuple(Picture(str(example.folder), image) for image in example.images)
        grids = tuple(self.grid(picture.image) for picture in pictures)
        sampled = list(example.sampled[0])
        said = sampled or self.ids(example.reply + END)
        given, reply = self._thoughts.formed(said, exact=exact and bool(sampled))
        prompt = self.prompt(example.turns[:-1], grids) + given
        answer = len(prompt) + self._thoughts.start_of_answer(reply)
        coordinates, step = self._places([*prompt, *reply], answer, answer_of(example.reply))
        return Dialogue(example.name, prompt + reply, len(prompt), pictures, grids, coordinates, step)

    def prompt(self, turns: Sequence[Turn], grids: Sequence[Grid]) -> list[int]:
        """Tokens of a conversation that asks for a reply; each image has as many as the model sees of it."""
        ids = self.ids("".join(_said(turn) for turn in turns) + ASKING)
        counts = iter(rows * columns // self.processor.merge_size**2 for _, rows, columns in grids)
        return [one for token in ids for one in [token] * (next(counts) if token == self._image_id else 1)]

    def _places(self, ids: list[int], answer: int, text: str) -> tuple[tuple[int, ...], int]:
        """Of the coordinates, and where the step is named; see `Dialogue`. answer: where it begins; text: its words."""
        if not self.numbers:
            return (), -1
        runs = self._samples.runs(ids, answer)
        whole = all(end - begin == 1 for begin, end in runs)
        step = answer + len(self.ids(OPENING)) if text.startswith(OPENING) else -1
        return tuple(begin for begin, _ in runs) if whole else (), step

    @cached_property
    def _samples(self) -> SampleMaker:
        return SampleMaker(self._tokenizer, self.numbers)


def _said(turn: Turn) -> str:
    return f"<|im_start|>{turn.role}\n{IMAGE * turn.num_images}{turn.text}{END}\n"
