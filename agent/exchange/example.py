"""One step as an example: the conversation that the model was shown, its pictures, and the reply to learn.

The conversation is built by `agent.prompts` from what the step recorded, as `agent.policy` did it, so an example is
what acting will show again. With it go the run's and the step's own records, from which `import` makes runs.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from actions.codec.codec import codec
from agent import history, prompts
from agent.exchange.reply import reply_of, shown_history, surface_of
from agent.recorder import image_store
from agent.trajectory import RunRecord, Step, Trajectory
from perception.clients.client import ImagePart, Message, TextPart
from perception.observation import Frame, ImageRef
from sandboxes.hosts import origin_of

Role = Literal["system", "user", "assistant"]

LOSSY = (
    "the ledger of effects, the questions to a person and the loop's checkpoints stay in the run",
    "a run's settings stay behind, but for how many turns were shown; so do the guard's rules",
    "advice of recovery and the line that tells which secrets there are were not recorded, and are in no prompt",
    "where a person put a step right the reply has no thought: the recorded one is the model's",
)
"""What no format is given."""


class Turn(NamedTuple):
    """One message: pictures first, then words."""

    role: Role
    text: str
    num_images: int = 0
    learned: bool = False
    """Whether it is the reply that is learned."""


@dataclass(frozen=True, slots=True)
class Example:
    """A step to learn."""

    folder: Path
    """Of the run that it is from, where its pictures are."""
    run: RunRecord
    step: Step
    turns: tuple[Turn, ...]
    """The last is the reply."""
    images: tuple[ImageRef, ...]
    """Of all turns, in their order."""

    @property
    def name(self) -> str:
        """Names the example within a data set."""
        return f"{self.run.id}/{self.step.index}"

    @property
    def reply(self) -> str:
        """What is learned."""
        return self.turns[-1].text

    @property
    def kept(self) -> str:
        """The run's and the step's records as JSON, for whoever reads them back."""
        records = {"run": self.run.model_dump(mode="json"), "step": self.step.model_dump(mode="json")}
        return json.dumps(records, ensure_ascii=False)

    @property
    def sampled(self) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """Token ids and logprobs of the reply as it was sampled; empty where it was not, or nobody kept them."""
        if self.step.actor != "model" or not self.step.replies:
            return (), ()
        return self.step.replies[-1].token_ids, self.step.replies[-1].logprobs


def example_of(folder: Path, trajectory: Trajectory, step: Step, clean: Callable[[str], str]) -> Example:
    """The example of one step; `clean` takes secrets out of a text that was put together.

    The step is learnable (`reply.is_learnable`). Raises ImageError without one of its pictures.
    """
    run = trajectory.run
    shown: dict[str, ImageRef] = {}

    def frame_of(ref: ImageRef) -> Frame:
        frame = image_store(folder).get(ref)
        shown[frame.digest] = ref
        return frame

    messages = _messages(run, trajectory.steps, step, frame_of)
    turns = [_turn(message, clean) for message in messages]
    digests = [part.frame.digest for message in messages for part in message.parts if isinstance(part, ImagePart)]
    turns.append(Turn("assistant", clean(reply_of(run, step)), learned=True))
    return Example(folder, run, step, tuple(turns), tuple(shown[digest] for digest in digests))


def _messages(
    run: RunRecord, steps: Sequence[Step], step: Step, frame_of: Callable[[ImageRef], Frame]
) -> list[Message]:
    """The conversation up to the reply, with the replies before it that were no action."""
    told = shown_history(run, steps, step)
    surface, dialect = surface_of(run.task.environment), codec(run.codec or "qwen3vl")
    if run.prompt == "compact":
        messages = prompts.compact(run.task.instruction, told, frame_of(step.before))
    else:
        recent = _recent(run, steps, step, len(told))
        before = steps[step.index - 1].info.get("notes", ()) if step.index else ()
        messages = prompts.computer_use(
            run.task.instruction,
            lines=told[: len(told) - len(recent)],
            turns=[
                prompts.Turn(frame_of(one.before), one.replies[-1].text, history.remark(one).strip())
                for one in recent
                if one.replies
            ],
            frame=frame_of(step.before),
            seen=before,
            origin=origin_of(step.url),
            surface=surface,
            codec=dialect,
        )
    if step.actor == "model":
        is_json = dialect.schema(surface) is not None
        for reply in step.replies[:-1]:
            messages = [*messages, *prompts.refusal(reply.text, reply.error, is_json=is_json)]
    return messages


def _recent(run: RunRecord, steps: Sequence[Step], step: Step, num_told: int) -> list[Step]:
    """The steps just before that were shown whole. One that is not there any more ends the row."""
    most = min(num_told, int(run.settings.get("num_recent", 4)))
    found: list[Step] = []
    for earlier in reversed(steps[: step.index]):
        if len(found) == most or number_of(earlier) != number_of(step) - len(found) - 1:
            break
        found.insert(0, earlier)
    return found


def number_of(step: Step) -> int:
    """The index that a step had in the run that it was recorded in; imports close gaps."""
    number = step.info.get("recorded_index", step.index)
    return number if isinstance(number, int) else step.index


def _turn(message: Message, clean: Callable[[str], str]) -> Turn:
    texts = [part.text for part in message.parts if isinstance(part, TextPart)]
    num_images = sum(isinstance(part, ImagePart) for part in message.parts)
    return Turn(message.role, clean("\n".join(texts)), num_images)


def pictures(example: Example) -> Iterator[ImageRef]:
    """Every picture that an example's files need: those that are shown, and how the screen was afterwards."""
    yield from example.images
    if example.step.after is not None:
        yield example.step.after


def columns(example: Example) -> dict[str, Any]:
    """What formats with room for more hold beside their own keys. Every value is of one kind in all records."""
    token_ids, logprobs = example.sampled
    return {
        "id": example.name,
        "task_id": example.run.task.id,
        "actor": example.step.actor,
        "token_ids": list(token_ids),
        "logprobs": list(logprobs),
        "handeye": example.kept,
    }
