"""What was done with mouse and keyboard while a screen was recorded: one `Input` a line, in `events.jsonl`.

{"schema_version": 1, "time": 3.21, "kind": "press", "at": {"x": 40, "y": 80}, "button": "left", "box": {...}}
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perception.errors import RecordingError
from perception.geometry import Box, Point

VIDEO_FILE, EVENTS_FILE = "video.webm", "events.jsonl"
"""Of a recording's folder."""
MAX_EVENTS = 1_000_000
MAX_LINE = 20_000
"""Characters."""


class Input(BaseModel):
    """One event of mouse or keyboard."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    time: float = Field(ge=0)
    """Seconds from the recording's beginning."""
    kind: Literal["move", "press", "release", "wheel", "key", "text"]
    """key: a key that writes nothing, or a chord; text: what was written."""
    at: Point | None = None
    """In pixels of the video."""
    button: Literal["left", "middle", "right"] = "left"
    dx: float = 0.0
    dy: float = 0.0
    """Of a wheel, in pixels; positive turns down and right."""
    keys: tuple[str, ...] = ()
    """Names of `actions.keys`."""
    text: str = ""
    box: Box | None = None
    """What was hit, where the system tells."""
    hidden: bool = False
    """Whether the text went into a password field, and is not written down."""


def events_of(video: Path) -> list[Input] | None:
    """The events that lie beside a recording's video; None where there are none.

    Raises RecordingError naming file and line.
    """
    path = video.with_name(EVENTS_FILE)
    if video.name != VIDEO_FILE or not path.is_file():
        return None
    return sorted(_read(path), key=lambda event: event.time)


def video_of(path: Path) -> Path:
    """The video of a recording: the file itself, or that of a recording's folder."""
    return path / VIDEO_FILE if path.is_dir() else path


def _read(path: Path) -> Iterator[Input]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), ""), 1):
                if number > MAX_EVENTS:
                    raise RecordingError(f"{path} has more than {MAX_EVENTS:,} lines: cut it.")
                if not line.endswith("\n"):  # what a kill leaves, or what is too long for an event
                    if len(line) == MAX_LINE:
                        raise RecordingError(f"{path}, line {number} is too long for an event.")
                    return
                yield Input.model_validate(json.loads(line))
    except (ValidationError, ValueError) as error:
        raise RecordingError(f"{path}, line {number} is no event: {str(error).splitlines()[0]}.") from error
    except OSError as error:
        raise RecordingError(f"{path} can't be read: {error.strerror}.") from error
