"""The seam to whatever decides: a situation goes in, a decision comes out.

`ModelPolicy` is prompt, client and codec in a row. A reply that is no action is told back to the model once,
with the reason; after the second the decision is None and the run ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Protocol

from actions.action import Decision
from actions.codec.codec import Codec
from actions.errors import ActionInvalid
from actions.space import reply_schema
from agent import history, prompts
from agent.trajectory import Reply, Step
from perception.clients.client import CUT, Completion, Message, ModelClient, Sampling
from perception.grounding import Grounding, locate
from perception.image_store import ImageStore
from perception.observation import Frame, Observation

NUM_TRIES = 2
"""Replies a decision: the first, and one more when it did not parse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a policy may go by."""

    instruction: str
    observation: Observation
    surface: str = "browser"
    steps: Sequence[Step] = ()
    """The earlier steps that are still true of this screen, oldest first."""
    images: ImageStore | None = None
    """Where the pictures of earlier steps are; None when there are none."""
    notes: tuple[str, ...] = ()
    """What happened beside the picture, and advice from recovery; shown in the full style only."""
    attempt: int = 0
    """0 at first; higher when the same thing was tried in vain and something else should be."""
    seed: int = 0
    max_seconds: float | None = None
    """What is left of the run's time."""


class Choice(NamedTuple):
    """What a policy came to."""

    decision: Decision | None
    """None when no reply was an action; the last reply's `error` says why."""
    replies: tuple[Reply, ...] = ()
    shown_history: tuple[str, ...] = ()
    """The earlier steps as the model was told of them."""


class Identity(NamedTuple):
    """What a run's record says about a policy."""

    policy: str
    """Name and version of what decides."""
    model: str
    codec: str = ""
    prompt: str = ""
    asked: str = ""
    """What the model was asked for by, such as an address; empty where nobody asked by name."""


class Policy(Protocol):
    """Whatever decides what comes next."""

    @property
    def identity(self) -> Identity:
        """What is written into records."""
        ...

    async def decide(self, situation: Situation) -> Choice:
        """Decide on one action. Raises ClientError when the model can't be reached."""
        ...


class ModelPolicy:
    """A model that looks at the frame and replies with an action."""

    def __init__(
        self,
        client: ModelClient,
        codec: Codec,
        *,
        prompt: prompts.Style = "compact",
        sampling: Sampling | None = None,
        num_recent: int = 4,
        asked: str = "",
    ) -> None:
        """`num_recent`: how many earlier turns the full style shows as image and reply; `asked`: see `Identity`."""
        self._client = client
        self._codec = codec
        self._prompt: prompts.Style = prompt
        self._sampling = sampling or Sampling()
        self._num_recent = num_recent
        self._asked = asked

    @property
    def identity(self) -> Identity:
        """The client's name stands for the weights."""
        name = self._client.name
        return Identity(policy=name, model=name, codec=self._codec.name, prompt=self._prompt, asked=self._asked)

    async def decide(self, situation: Situation) -> Choice:
        """Ask the model, and once more when its reply is no action."""
        messages, shown = self._messages(situation)
        schema = reply_schema(situation.surface, self._codec.grid)
        sampling = _sampling(self._sampling, situation)
        replies: list[Reply] = []
        for _ in range(NUM_TRIES):
            completion = await self._client.generate(messages, schema=schema, sampling=sampling)
            decision, error = self._read(completion, situation.observation)
            replies.append(_reply(completion, error))
            if decision is not None:
                return Choice(decision, tuple(replies), shown)
            messages = [*messages, *prompts.refusal(completion.text, error)]
        return Choice(None, tuple(replies), shown)

    async def locate(self, frame: Frame, phrase: str) -> Grounding | None:
        """Where the phrase is on the frame; see `perception.grounding.locate`."""
        return await locate(
            self._client, frame, phrase, style=self._prompt, grid=self._codec.grid, sampling=self._sampling
        )

    def _messages(self, situation: Situation) -> tuple[list[Message], tuple[str, ...]]:
        frame = situation.observation.frame
        if self._prompt == "compact":
            told = history.compact(situation.steps)
            return prompts.compact(situation.instruction, told, frame), told
        told = history.full(situation.steps)
        num_lines = max(0, len(told) - self._num_recent)
        return prompts.computer_use(
            situation.instruction,
            lines=told[:num_lines],
            turns=_turns(situation.steps[num_lines:], situation.images),
            frame=frame,
            notes=(*situation.observation.notes, *situation.notes),
            surface=situation.surface,
            grid=self._codec.grid,
        ), told

    def _read(self, completion: Completion, observation: Observation) -> tuple[Decision | None, str]:
        try:
            found = self._codec.parse(completion.text, observation.frame.size)
        except ActionInvalid as error:
            return None, f"{error}{CUT.get(completion.finish, '')}"
        if completion.finish in CUT:  # It can be read because it was brought to an end, which is not what it would say.
            return None, f"The reply is not whole{CUT[completion.finish]}"
        return found, ""


def _turns(steps: Sequence[Step], images: ImageStore | None) -> list[prompts.Turn]:
    if images is None:
        return []
    return [
        prompts.Turn(images.get(step.before), step.replies[-1].text, history.remark(step).strip())
        for step in steps
        if step.replies
    ]


def _sampling(base: Sampling, situation: Situation) -> Sampling:
    """A seed of its own for every step and attempt; a further attempt is sampled warmer, to come to
    something else.
    """
    name = f"{situation.seed}/{len(situation.steps)}/{situation.attempt}"
    update: dict[str, object] = {"seed": int.from_bytes(sha256(name.encode()).digest()[:4], "big") >> 1}
    if situation.attempt:
        update["temperature"] = max(base.temperature, min(1.0, 0.3 * situation.attempt))
    if situation.max_seconds is not None:
        update["max_seconds"] = max(0.1, min(base.max_seconds, situation.max_seconds))
    return base.model_copy(update=update)


def _reply(completion: Completion, error: str) -> Reply:
    return Reply(
        text=completion.text,
        finish=completion.finish,
        token_ids=completion.token_ids,
        logprobs=completion.logprobs,
        usage=completion.usage,
        timings=completion.timings,
        error=error,
    )
