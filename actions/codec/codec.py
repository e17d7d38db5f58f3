"""The seam between a model's text and the action union, and the dialects by name."""

from collections.abc import Callable
from typing import Any, Protocol

from actions.action import Decision
from actions.codec.computer_13 import Computer13
from actions.codec.pixels import Pixels
from actions.codec.places import Gridded
from actions.codec.pyautogui_code import PyAutoGUICode
from actions.codec.qwen3vl import Qwen3VL
from actions.codec.qwen35_xml import Qwen35XML
from actions.errors import ActionUnsupported
from perception.geometry import Size


class Codec(Protocol):
    """One dialect, both ways. A codec keeps nothing between calls.

    It keeps every action that its dialect can name, points to half a cell of its grid (in dialects of pixels: exactly),
    and refuses to write any other.
    """

    @property
    def name(self) -> str:
        """What it is called in settings and records."""
        ...

    @property
    def grid(self) -> int | None:
        """The largest coordinate that the model writes when it is asked where something is (`perception.grounding`).

        It is that of actions too: a grid's, or None in dialects of pixels.
        """
        ...

    def schema(self, surface: str) -> dict[str, Any] | None:
        """The JSON Schema of replies about a surface; None where a reply is no JSON value.

        Raises ActionUnsupported for a surface that is not known, or that the dialect has no words for.
        """
        ...

    def instructions(self, surface: str, size: Size) -> str:
        """What a system message tells a released model: what it may do on a frame of this size, and how to reply.

        Raises ActionUnsupported as `schema` does.
        """
        ...

    def parse(self, text: str, size: Size) -> Decision:
        """What a reply decides, in pixels of a frame of this size.

        Raises ActionInvalid when the text is not one action, saying what is wrong for the model to read.
        """
        ...

    def encode(self, decision: Decision, size: Size, surface: str = "browser") -> str:
        """The reply that says this decision about a frame of this size, in the words for a surface.

        Raises ActionUnsupported when the dialect has no words for the action there, or none that say it exactly.
        """
        ...


CODECS: dict[str, Callable[[], Codec]] = {
    "qwen3vl": lambda: Qwen3VL("qwen3vl", Gridded(1000)),
    "qwen3vl-999": lambda: Qwen3VL("qwen3vl-999", Gridded(999)),
    "pixels": lambda: Qwen3VL("pixels", Pixels()),
    "qwen35-xml": Qwen35XML,
    "computer_13": Computer13,
    "pyautogui": PyAutoGUICode,
}


def codec(name: str) -> Codec:
    """The codec of this name. Raises ActionUnsupported when there is none."""
    try:
        return CODECS[name]()
    except KeyError:
        raise ActionUnsupported(f'There is no codec "{name}"; known are {", ".join(CODECS)}.') from None
