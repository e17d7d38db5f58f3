"""Records what is shown and done: `video.webm` and `events.jsonl` in a folder (see `perception.recording`).

What a browser or a desktop shows and what is done there come from a source: `sandboxes.screencast` for a page,
`sandboxes.desktop_recording` for an X server. The model sees nothing of it.
"""

import time
from pathlib import Path
from typing import TextIO

import numpy as np
from PIL import Image, ImageDraw

from perception.errors import RecordingError
from perception.geometry import Point
from perception.observation import Frame
from perception.recording.events import EVENTS_FILE, VIDEO_FILE, Input
from perception.recording.reel import Reel

ARROW = ((0, 0), (0, 16), (4, 12), (7, 18), (9, 17), (6, 11), (11, 11))
"""The pointer that is drawn where the system draws none."""


class Recorder:
    """Takes frames and events as they come, and writes them into a folder."""

    def __init__(self, folder: Path, *, draws_pointer: bool = False) -> None:
        """draws_pointer: for a source whose pictures have none, as those of a headless browser. Raises RecordingError
        for a folder that holds a recording already, or can't be made."""
        self.folder = folder
        self._draws_pointer = draws_pointer
        self._began = time.monotonic()
        self._reel: Reel | None = None
        self._frame: Frame | None = None
        self._pointer: Point | None = None
        if (folder / VIDEO_FILE).exists() or (folder / EVENTS_FILE).exists():
            raise RecordingError(f"{folder} holds a recording already: name another folder.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._events: TextIO = (folder / EVENTS_FILE).open("w", encoding="utf-8")
        except OSError as error:
            raise RecordingError(f"{folder} can't be written: {error.strerror}.") from error

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def show(self, frame: Frame) -> None:
        """What is on the screen now. Raises RecordingError when it can't be written."""
        self._frame = frame
        self._put()

    def tell(self, event: Input) -> None:
        """Something was done."""
        self._events.write(event.model_dump_json(exclude_defaults=True) + "\n")
        if event.at is not None and event.at != self._pointer:
            self._pointer = event.at
            if self._draws_pointer and self._frame is not None:
                self._put()

    def close(self) -> None:
        """The recording ends; may be called twice. Without a picture nothing is left of it."""
        self._events.close()
        reel, self._reel = self._reel, None
        if reel is not None:
            reel.close(self.seconds)
        elif not (self.folder / VIDEO_FILE).exists():
            (self.folder / EVENTS_FILE).unlink(missing_ok=True)

    def _put(self) -> None:
        assert self._frame is not None
        frame = Frame(pixels=self._frame.pixels, time=self.seconds)
        if self._draws_pointer and self._pointer is not None:
            frame = with_pointer(frame, self._pointer)
        if self._reel is None:
            self._reel = Reel(self.folder / VIDEO_FILE, frame.size)
        self._reel.put(frame)


def with_pointer(frame: Frame, at: Point) -> Frame:
    """The frame with an arrow whose tip is at a point."""
    image = Image.fromarray(frame.pixels)
    corners = [(at.x + x, at.y + y) for x, y in ARROW]
    ImageDraw.Draw(image).polygon(corners, fill=(0, 0, 0), outline=(255, 255, 255))
    return Frame(pixels=np.asarray(image), time=frame.time)
