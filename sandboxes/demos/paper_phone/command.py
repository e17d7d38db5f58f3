"""What a command of the phone's shell is given, and what it gives back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sandboxes.demos.paper_phone.files import Files
from sandboxes.demos.paper_phone.screen import Screen


@dataclass
class Device:
    """What commands work on: the screen with the apps behind it, the files, and what the phone is like."""

    screen: Screen
    files: Files = field(default_factory=Files)
    serial: str = "paper-phone"
    sdk: int = 34
    """Android's API level; below 31 there is no `input keycombination`."""
    has_adb_keyboard: bool = True
    """Whether the app com.android.adbkeyboard is installed."""
    dump_seconds: float = 0.0
    """How long `uiautomator dump` takes; on real phones up to 20 seconds and more."""


class Call(NamedTuple):
    """One command with its words, and what was piped into it."""

    device: Device
    words: list[str]
    """Without the command's own name."""
    stdin: bytes = b""


class Answer(NamedTuple):
    """What a command printed, and its exit status."""

    out: bytes = b""
    error: str = ""
    status: int = 0


Command = Callable[[Call], Awaitable[Answer]]


def said(text: str, status: int = 0) -> Answer:
    """Lines on the standard output; a last line's end is added where it is missing."""
    ended = text if not text or text.endswith("\n") else text + "\n"
    return Answer(ended.encode(), status=status)


def failed(text: str, status: int = 1) -> Answer:
    """A complaint on the error output."""
    return Answer(error=text + "\n", status=status)


def option(words: list[str], name: str, default: str = "") -> str:
    """The word behind an option such as `-n`."""
    return words[words.index(name) + 1] if name in words[:-1] else default
