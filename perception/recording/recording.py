"""A video file, looked at through a worker: frames with their times, what changed, and where the pointer was.

    clip = Recording(path).sample()
    for frame in clip.frames:
        print(f"<{frame.time:.1f} seconds>", frame.size)

Needs the extra "recording". Nothing of the file is decoded in this process.
"""

import json
import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from pydantic import ValidationError

from perception.errors import RecordingError
from perception.geometry import Size
from perception.observation import Frame
from perception.recording.change import Area
from perception.recording.order import Order, Report, Shot, Trace
from perception.recording.pointer import Spot
from perception.recording.sampling import Moment

TOKEN_PIXELS = 32 * 32
"""Pixels of a visual token of Qwen3-VL."""
_MIN_FRAME_TOKENS = 128
"""Fewer show no text; where there are too many frames for that, some are left out."""
_GRACE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What opening a foreign video may cost."""

    pixels: int = 36_000_000
    """Of one picture: 8K."""
    memory: int = 3 << 30
    """Bytes of the worker."""
    seconds: float = 900.0
    """Of work; what was found by then is what there is."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of a recording is looked at. The numbers are those that Qwen3-VL was trained and evaluated with
    (technical report, arXiv 2511.21631, and its video processor)."""

    fps: float = 2.0
    """Looks a second."""
    frames: int = 768
    """At most."""
    frame_tokens: int = 640
    """Visual tokens of one frame at most, where each frame is sent by itself."""
    tokens: int = 24_576
    """Of all frames."""

    def pixels(self, num_frames: int) -> int:
        """Of each of so many frames."""
        return TOKEN_PIXELS * max(1, min(self.frame_tokens, self.tokens // max(1, num_frames)))

    @property
    def most(self) -> int:
        """Frames that can be shown large enough to be read."""
        return max(1, min(self.frames, self.tokens // min(self.frame_tokens, _MIN_FRAME_TOKENS)))


class Clip(NamedTuple):
    """What there is to see in a recording."""

    frames: tuple[Frame, ...]
    """Each with its time, ascending; smaller than the recording where the budget asks for it."""
    size: Size
    """Of the recording itself."""
    seconds: float
    notes: tuple[str, ...] = ()
    """What was wrong with the file, in sentences for a person."""
    moments: tuple[Moment, ...] = ()
    """All changes, where they were asked for."""


class Recording:
    """One video file."""

    def __init__(self, path: Path, *, limits: Limits | None = None) -> None:
        """Opens nothing yet. Raises RecordingError where there is no such file, or PyAV is not installed."""
        self.path = path
        self._limits = limits or Limits()
        if not path.is_file():
            raise RecordingError(f"{path} {'is no file' if path.exists() else 'does not exist'}: name a video.")
        if find_spec("av") is None:
            raise RecordingError("Videos need PyAV.") from ModuleNotFoundError("No module named 'av'", name="av")

    def sample(self, budget: Budget | None = None, *, forced: Sequence[float] = (), traced: bool = False) -> Clip:
        """The frames that are worth a look. forced: seconds that are looked at besides, such as those of input;
        traced: whether all changes are told, too.

        Raises RecordingError, one sentence, for a file of which nothing can be read, or that asks for too much.
        """
        budget = budget or Budget()
        return self._asked(
            {
                "fps": budget.fps,
                "most": budget.most,
                "pixels": budget.pixels(1),
                "forced": sorted(forced),
                "traced": traced,
            },
            budget,
        )

    def frames(self, times: Sequence[float]) -> tuple[Frame, ...]:
        """What was on the screen at these seconds, as large as it was, in their order. Errors as in `sample`."""
        wanted = sorted(set(times))
        if not wanted:
            return ()
        shown = dict(zip(wanted, self._asked({"times": wanted}).frames, strict=True))
        return tuple(shown[time] for time in times)

    def _asked(self, words: dict[str, object], budget: Budget | None = None) -> Clip:
        limits = self._limits
        order = Order.model_validate(
            {**words, "max_pixels": limits.pixels, "max_seconds": limits.seconds, "max_memory": limits.memory}
        )
        try:
            with self.path.open("rb") as video, tempfile.TemporaryFile() as spool:
                report = self._reported(order, video, spool)
                pixels = budget.pixels(len(report.shots)) if budget else 0
                frames = tuple(self._frame(shot, spool, pixels) for shot in report.shots)
        except OSError as error:
            raise RecordingError(f"{self.path} can't be read: {error.strerror}.") from error
        moments = tuple(_moment(trace) for trace in report.traces)
        return Clip(frames, Size(width=report.width, height=report.height), report.seconds, report.notes, moments)

    def _reported(self, order: Order, video: IO[bytes], spool: IO[bytes]) -> Report:
        handles = (video.fileno(), spool.fileno())
        root = str(Path(__file__).resolve().parents[2])
        command = [sys.executable, "-W", "ignore", "-m", "perception.recording.worker", *map(str, handles)]
        environment = {"PYTHONPATH": root, "PATH": os.defpath, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        try:
            ended = subprocess.run(
                command,
                input=order.model_dump_json().encode(),
                capture_output=True,
                timeout=order.max_seconds + _GRACE_SECONDS,
                pass_fds=handles,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RecordingError(f"{self.path} takes longer than {order.max_seconds:g} s to open.") from error
        try:
            report = Report.model_validate_json(ended.stdout)
        except ValidationError as error:
            raise RecordingError(f"{self.path} can't be read: {_why(ended, order)}.") from error
        if report.error:
            raise RecordingError(f"{self.path}: {report.error}")
        return report

    def _frame(self, shot: Shot, spool: IO[bytes], pixels: int) -> Frame:
        """A picture of the spool, in its budget. What the worker says of it is held to."""
        spool.seek(shot.offset)
        size = shot.width * shot.height * 3
        if shot.width * shot.height > self._limits.pixels:
            raise RecordingError(f"{self.path}: one of its pictures is too large.")
        data = zlib.decompressobj().decompress(spool.read(shot.length), size)
        if len(data) != size:
            raise RecordingError(f"{self.path}: one of its pictures is not whole.")
        rows = np.frombuffer(data, np.uint8).reshape(shot.height, shot.width * 3)
        whole = np.add.accumulate(rows, axis=0, dtype=np.uint8).reshape(shot.height, shot.width, 3)
        return Frame(pixels=_smaller(whole, pixels), time=shot.time)


def _moment(trace: Trace) -> Moment:
    areas, carets = (tuple(Area(*area) for area in some) for some in (trace.areas, trace.carets))
    return Moment(trace.time, areas, Spot(*trace.spot) if trace.spot else None, carets)


def _smaller(pixels: np.ndarray, most: int) -> np.ndarray:
    height, width = pixels.shape[:2]
    if not most or width * height <= most:
        return pixels
    from PIL import Image

    shrink = (most / (width * height)) ** 0.5
    size = (max(1, int(width * shrink)), max(1, int(height * shrink)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def _why(ended: subprocess.CompletedProcess[bytes], order: Order) -> str:
    """Of a worker that left no report."""
    said = ended.stderr.decode(errors="replace")
    if "MemoryError" in said or "Cannot allocate" in said:
        return f"it takes more than {order.max_memory >> 20} MB of memory to open"
    if ended.returncode < 0:
        most = order.max_memory >> 20  # decoders break in many ways where there is no more memory
        return f"its decoder broke (signal {-ended.returncode}); it may take more than {most} MB of memory"
    last = (said.strip().splitlines() or ["its decoder said nothing"])[-1]
    return json.dumps(last[:200], ensure_ascii=False)
