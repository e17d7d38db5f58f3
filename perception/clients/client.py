"""The seam to every model: messages go in, a completion comes out.

A client is named in `catalog`; `embedded` is our own engine, `sglang` any OpenAI-compatible server, `scripted` replays
completions that were written before.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from perception.observation import Frame


class TextPart(BaseModel):
    """A run of text in a message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["text"] = "text"
    text: str


class ImagePart(BaseModel):
    """An image in a message. It carries live pixels, so messages stay in one process and are never stored."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    type: Literal["image"] = "image"
    frame: Frame


class VideoPart(BaseModel):
    """Frames of a video in a message, and when each was taken. Live pixels, as in `ImagePart`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    type: Literal["video"] = "video"
    frames: tuple[Frame, ...] = Field(min_length=1)
    seconds: tuple[float, ...]
    """Of each frame, from the beginning of the video."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.seconds) != len(self.frames):
            raise ValueError(f"{len(self.frames)} frames come with {len(self.seconds)} times: give one for each")
        return self


class Message(BaseModel):
    """One turn of a conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant"]
    parts: tuple[TextPart | ImagePart | VideoPart, ...]


class Sampling(BaseModel):
    """How tokens are drawn, and when a reply is cut. Temperature 0 takes the likeliest token."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(default=0.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    top_k: int = Field(default=0, ge=0)
    presence_penalty: float = 0.0
    """Taken off the scores of tokens that the reply holds."""
    repetition_penalty: float = Field(default=1.0, gt=0)
    """Divides positive scores of tokens that the prompt or the reply holds, and multiplies negative ones."""
    seed: int | None = None
    max_tokens: int = Field(default=256, ge=1)
    max_seconds: float = Field(default=120.0, gt=0)
    thinking_budget: int | None = Field(default=None, ge=0)
    """Tokens after which a model that thinks before it answers is made to answer; None lets it think."""
    loop_tokens: int = Field(default=512, ge=0)
    """A reply whose last so many tokens are one stretch again and again is ended there; 0 lets it run on."""


class Usage(BaseModel):
    """Tokens of one completion."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    forced_tokens: int = 0
    """Completion tokens that the grammar left no choice about and that cost no step of their own."""

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together; cached and forced tokens are among them."""
        return self.prompt_tokens + self.completion_tokens


class Timings(BaseModel):
    """Milliseconds of one completion; what a server does not report is 0, and `total_ms` is always measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vision_ms: float = 0.0
    prefill_ms: float = 0.0
    decode_ms: float = 0.0
    total_ms: float = 0.0


FinishReason = Literal["stop", "length", "time", "loop", "refused"]
"""stop: the reply is whole; length, time: it was cut there; loop: it went on repeating itself and was cut; refused: the
server would not answer."""


CUT: Mapping[FinishReason, str] = MappingProxyType(
    {
        "length": " (it was cut: too many tokens)",
        "time": " (it was cut: too slow)",
        "loop": " (it was cut: it repeated itself)",
    }
)
"""What is said behind a complaint about a reply that was cut."""


class Piece(BaseModel):
    """Some more text of a reply that is on its way; whole characters only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    thinking: bool = False
    """Whether it belongs to `Completion.thinking`, and not to the answer."""


class Completion(BaseModel):
    """A model's reply. Token ids and logprobs are what was sampled, so that training never tokenises it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    """The answer."""
    thinking: str = ""
    """What the model wrote before it answered, where it thinks first; its tokens are among `token_ids`."""
    finish: FinishReason
    token_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    """Natural logarithm of each token's probability at temperature 1 under the grammar's mask; 0.0 where it forced."""
    usage: Usage = Usage()
    timings: Timings = Timings()
    model: str = ""
    """The name and version of the weights that answered."""


class ModelClient(Protocol):
    """Anything that answers messages."""

    @property
    def name(self) -> str:
        """What is written into records: the model's name and version."""
        ...

    async def generate(
        self,
        messages: list[Message],
        *,
        schema: dict[str, Any] | None = None,
        sampling: Sampling | None = None,
    ) -> Completion:
        """Answer the messages; with a JSON Schema the text is one JSON value of that schema.

        Raises ClientError when the model can't be reached or its answer can't be used.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and memory; may be called twice."""
        ...
