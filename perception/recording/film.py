"""Decodes a video, picture by picture (PyAV); runs in the worker alone.

Only files that hold pictures themselves are opened: a playlist, which could make the decoder read other files or hosts,
is none. Times are those of the pictures, not counted ones, so a recording whose rate varies keeps its clock.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Protocol

import av
import numpy as np
from av.error import FFmpegError

from perception.errors import RecordingError

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,gif,apng,ivf,h264,hevc,av1,obu"
_TICK = 1e-4
FAST = 40.0
"""Pictures a second from which those that no other is built on are left out: half the work, and none is missed."""
_LUMA = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray", "yuv440p", "yuva420p")
"""Formats whose first plane is the luma, a byte a pixel."""


class Reader(Protocol):
    """A file that can be read and sought in."""

    def read(self, size: int, /) -> bytes:
        """As of binary files, and so are the others."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Gives the new place."""
        ...

    def tell(self) -> int:
        """The place."""
        ...


class Still:
    """One decoded picture, upright."""

    def __init__(self, frame: Any, time: float, rotation: int) -> None:
        self._frame, self.time, self._turns = frame, time, rotation

    @property
    def luma(self) -> np.ndarray:
        """uint8 [H, W]; a view of the decoder's memory where it can be."""
        frame = self._frame if self._frame.format.name in _LUMA else self._frame.reformat(format="gray")
        plane = frame.planes[0]
        whole = np.frombuffer(plane, np.uint8)
        rows = whole[: plane.line_size * frame.height].reshape(frame.height, plane.line_size)[:, : frame.width]
        return rows if not self._turns else np.ascontiguousarray(np.rot90(rows, self._turns))

    def rgb(self, width: int, height: int) -> np.ndarray:
        """uint8 [height, width, 3], in that size."""
        if self._turns % 2:
            width, height = height, width
        pixels = self._frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA").to_ndarray()
        return np.ascontiguousarray(np.rot90(pixels, self._turns))


class Film:
    """A video that is open."""

    def __init__(self, file: Reader, *, max_pixels: int) -> None:
        """max_pixels: of one picture. Raises RecordingError for what is no video, or has larger pictures."""
        self.notes: list[str] = []
        """What was wrong with it, in whole sentences."""
        try:
            self._container: Any = av.open(file, options={"format_whitelist": FORMATS}, metadata_errors="replace")
        except (FFmpegError, ValueError) as error:
            raise RecordingError("It is no video, or its beginning is missing.") from error
        streams = self._container.streams.video
        if not streams:
            raise RecordingError("There is no video in it.")
        self._stream = streams[0]
        context = self._stream.codec_context
        self._max_pixels = max_pixels
        self._check(context.width, context.height)
        context.thread_count = 1
        if float(self._stream.average_rate or 0) > FAST:
            context.skip_frame = "NONREF"
        self.codec: str = context.name
        self.upright = (context.width, context.height)
        """Width and height of its pictures as they are to be looked at; known with the first."""
        self.end = 0.0
        """When the last picture was, of those that were read."""

    def stills(self) -> Iterator[Still]:
        """Its pictures in the order of their times, from 0. What can't be read ends it, with a note."""
        last, first = -1.0, None
        for frame in self._frames():
            self._check(frame.width, frame.height)
            time: float = frame.time if frame.time is not None else last + 1 / 30
            first = time if first is None else first
            time -= first
            if time < last:
                continue
            time = max(time, last + _TICK)
            last = self.end = time
            turns = _turns(frame)
            self.upright = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
            yield Still(frame, time, turns)
        if last < 0:
            raise RecordingError("None of its pictures can be read.")
        seconds = self._seconds()
        # A recorder that writes a picture only where something changed writes one at the end, so this was cut off.
        if not self.notes and seconds - last > max(2.0, 0.02 * seconds):
            self.notes.append(f"The file ends early: {last:.1f} of {seconds:.1f} seconds can be read.")

    def _frames(self) -> Iterator[Any]:
        """Goes on behind a packet that is broken, as a player does."""
        num_broken = 0
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except FFmpegError:
                self.notes.append("The file breaks off: what comes behind can't be read.")
                with suppress(FFmpegError):
                    yield from self._stream.codec_context.decode(None)
                return
            try:
                yield from packet.decode()
            except FFmpegError:
                num_broken += 1
        if num_broken:
            self.notes.append(f"{num_broken} of its pictures are damaged and were left out.")

    def _check(self, width: int, height: int) -> None:
        if width * height > self._max_pixels:
            raise RecordingError(f"Its pictures have {width}x{height} pixels, which is too large.")

    def _seconds(self) -> float:
        """As the file says, 0 where it does not."""
        stream, base = self._stream.duration, self._stream.time_base
        if stream and base:
            return float(stream * base)
        return (self._container.duration or 0) / 1e6


def _turns(frame: Any) -> int:
    """Quarter turns, counterclockwise, that make it upright."""
    return round(getattr(frame, "rotation", 0) / 90) % 4
