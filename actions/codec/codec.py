"""The seam between a model's text and the action union, and the dialects by name."""

from collections.abc import Callable
from typing import Protocol

from actions.action import Decision
from actions.codec.qwen3vl import Qwen3VL
from actions.errors import ActionUnsupported
from perception.geometry import Size


class Codec(Protocol):
    """One dialect, both ways. A codec keeps nothing between calls."""

    @property
    def name(self) -> str:
        """What it is called in settings and records."""
        ...

    @property
    def grid(self) -> int:
        """The largest coordinate that the dialect writes; `actions.space.reply_schema` wants it."""
        ...

    def parse(self, text: str, size: Size) -> Decision:
        """What a reply decides, in pixels of a frame of this size.

        Raises ActionInvalid when the text is not one action, saying what is wrong for the model to read.
        """
        ...

    def encode(self, decision: Decision, size: Size) -> str:
        """The reply that says this decision about a frame of this size.

        Raises ActionUnsupported when the dialect has no words for the action.
        """
        ...


CODECS: dict[str, Callable[[], Codec]] = {
    "qwen3vl": lambda: Qwen3VL("qwen3vl", grid=1000),
    "qwen3vl-999": lambda: Qwen3VL("qwen3vl-999", grid=999),
}


def codec(name: str) -> Codec:
    """The codec of this name. Raises ActionUnsupported when there is none."""
    try:
        return CODECS[name]()
    except KeyError:
        raise ActionUnsupported(f'There is no codec "{name}"; known are {", ".join(CODECS)}.') from None
