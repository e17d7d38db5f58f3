"""The seam to every model: messages go in, a completion comes out.

A client is named in `catalog`; `embedded` is our own engine, `sglang` any OpenAI-compatible server, `scripted` replays
completions that were written before.
"""

from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

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


class Message(BaseModel):
    """One turn of a conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant"]
    parts: tuple[TextPart | ImagePart, ...]


class Sampling(BaseModel):
    """How tokens are drawn. Temperature 0 takes the likeliest token."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(default=0.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    top_k: int = Field(default=0, ge=0)
    presence_penalty: float = 0.0
    seed: int | None = None
    max_tokens: int = Field(default=256, ge=1)
    max_seconds: float = Field(default=120.0, gt=0)


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


FinishReason = Literal["stop", "length", "time", "refused"]
"""stop: the reply is whole; length, time: it was cut there; refused: the server would not answer."""


class Completion(BaseModel):
    """A model's reply. Token ids and logprobs are what was sampled, so that training never tokenises it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
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
