"""Writes frames as a video (PyAV): VP9 in WebM, which needs no licence and keeps text sharp.

A picture is written when it differs from the one before, with the time at which it was seen: an hour of a screen on
which little happens is a few megabytes, and is decoded in seconds.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from perception.errors import RecordingError
from perception.geometry import Size
from perception.observation import Frame

_OPTIONS = {"deadline": "realtime", "cpu-used": "8", "crf": "16", "b": "0", "tune-content": "screen", "row-mt": "0"}
_KEY_PICTURES = 200
_BASE = Fraction(1, 1000)


class Reel:
    """A video that is being written."""

    def __init__(self, path: Path, size: Size) -> None:
        """size: of every frame; odd ones get a white edge. Raises RecordingError when it can't be written there."""
        import av
        from av.error import FFmpegError

        self._errors: tuple[type[Exception], ...] = (FFmpegError, OSError)
        self._path, self._size = path, size
        try:
            self._container: Any = av.open(str(path), "w", format="webm")
            self._stream: Any = self._container.add_stream("libvpx-vp9", rate=30, options=_OPTIONS)
        except self._errors as error:
            raise RecordingError(f"{path} can't be written: {error}.") from error
        self._picture = av.VideoFrame.from_ndarray
        self._stream.width, self._stream.height = size.width + size.width % 2, size.height + size.height % 2
        self._stream.pix_fmt, self._stream.time_base = "yuv420p", _BASE
        self._stream.codec_context.time_base = _BASE
        self._stream.codec_context.gop_size = _KEY_PICTURES
        self._stream.codec_context.thread_count = 1
        self._last: Frame | None = None
        self._ms = -1
        self._is_open = True

    def put(self, frame: Frame) -> None:
        """The next frame, with its time; one that shows what the last one showed costs nothing."""
        if self._last is not None and np.array_equal(self._last.pixels, frame.pixels):
            return
        self._last = frame
        self._write(frame, frame.time)

    def close(self, time: float) -> None:
        """The recording ends at this time; may be called twice. Raises RecordingError when it can't be written."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            if self._last is not None:
                self._write(self._last, time)
                self._mux(None)
        finally:
            try:
                self._container.close()
            except self._errors as error:
                raise RecordingError(f"{self._path} can't be written: {error}.") from error

    def _write(self, frame: Frame, time: float) -> None:
        if frame.size != self._size:
            frame = _fitted(frame, self._size)
        height, width = frame.pixels.shape[:2]
        pixels = np.pad(frame.pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        picture = self._picture(np.ascontiguousarray(pixels), format="rgb24")
        self._ms = max(self._ms + 1, round(time * 1000))
        picture.pts, picture.time_base = self._ms, _BASE
        self._mux(picture)

    def _mux(self, picture: Any) -> None:
        try:
            for packet in self._stream.encode(picture):
                self._container.mux(packet)
        except self._errors as error:
            raise RecordingError(f"{self._path} can't be written: {error}.") from error


def _fitted(frame: Frame, size: Size) -> Frame:
    """A frame of another size, as when a window was resized: as much of it as there is room for."""
    pixels = np.full((size.height, size.width, 3), 255, np.uint8)
    height, width = min(size.height, frame.size.height), min(size.width, frame.size.width)
    pixels[:height, :width] = frame.pixels[:height, :width]
    return Frame(pixels=pixels, time=frame.time)
