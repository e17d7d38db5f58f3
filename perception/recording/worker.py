"""Opens one video in a process of its own: `python -m perception.recording.worker VIDEO SPOOL`, two open descriptors.

It reads one `Order` as JSON from its standard input and writes one `Report` to its standard output; pictures go to
the spool, deflated. A video is foreign, and 300 KB of it can ask for 60 GB of pictures: so the process has limits, no
network and no other files, and whoever reads its report takes it as data.
"""

import errno
import os
import sys
import time
import zlib
from collections.abc import Iterator

import numpy as np

from perception.confinement import confine
from perception.errors import RecordingError
from perception.recording.film import Film, Still
from perception.recording.order import Order, Report, Shot, Trace
from perception.recording.pointer import Tracker
from perception.recording.sampling import Sample, Sampler, Sight, thinned

SPOOL_BYTES = 4 << 30


class _Spool:
    """Writes pictures one behind the other."""

    def __init__(self, handle: int, pixels: int) -> None:
        self._file = os.fdopen(handle, "wb")
        self._pixels = pixels

    def put(self, still: Still, sample: Sample) -> Shot:
        height, width = still.luma.shape
        if self._pixels and width * height > self._pixels:
            shrink = (self._pixels / (width * height)) ** 0.5
            width, height = max(1, int(width * shrink)), max(1, int(height * shrink))
        data = zlib.compress(_filtered(still.rgb(width, height)), 1)
        offset = self._file.tell()
        self._file.write(data)
        place = {"width": width, "height": height, "offset": offset, "length": len(data)}
        return Shot(time=sample.time, since=sample.since, share=sample.share, **place)

    def close(self) -> None:
        self._file.close()


def _filtered(pixels: np.ndarray) -> memoryview:
    """Each row less the one above, which is what screens deflate well by."""
    rows = pixels.reshape(len(pixels), -1).copy()
    np.subtract(rows[1:], rows[:-1].copy(), out=rows[1:])
    return rows.data


def main() -> None:
    """Carry out the order."""
    video, spool = (int(word) for word in sys.argv[1:3])
    order = Order.model_validate_json(sys.stdin.read())
    confine(order.max_memory, cpu_seconds=int(order.max_seconds) + 30, file_bytes=SPOOL_BYTES)
    try:
        report = _carried_out(order, video, _Spool(spool, order.pixels))
    except RecordingError as error:
        report = Report(error=str(error))
    except (MemoryError, OSError) as error:
        report = Report(error=_worded(error, order))
    sys.stdout.write(report.model_dump_json())


def _worded(error: MemoryError | OSError, order: Order) -> str:
    if isinstance(error, MemoryError) or error.errno == errno.ENOMEM:
        return f"It takes more than {order.max_memory >> 20} MB of memory to open."
    return f"It can't be read: {error.strerror or error}."


def _carried_out(order: Order, video: int, spool: _Spool) -> Report:
    # The pointer's first places can be told only by who has seen it move: so a trace is made twice.
    known = _learned(order, video) if order.traced else Tracker()
    film = Film(os.fdopen(video, "rb"), max_pixels=order.max_pixels)
    stills = _in_time(film, time.monotonic() + order.max_seconds, order.max_seconds)
    traces: tuple[Trace, ...] = ()
    if order.times is None:
        shots, traces = _sampled(order, stills, spool, known)
    else:
        shots = _picked(order.times, stills, spool)
    spool.close()
    width, height = film.upright
    return Report(
        width=width,
        height=height,
        seconds=film.end,
        codec=film.codec,
        shots=tuple(shots),
        traces=traces,
        notes=tuple(film.notes),
    )


def _in_time(film: Film, deadline: float, seconds: float) -> Iterator[Still]:
    for still in film.stills():
        yield still
        if time.monotonic() > deadline:
            film.notes.append(
                f"Only its first {still.time:.1f} seconds were looked at: it took more than {seconds:g} s."
            )
            return


def _learned(order: Order, video: int) -> Tracker:
    """What can be learned of the pointer by going through the video once."""
    film = Film(os.fdopen(os.dup(video), "rb"), max_pixels=order.max_pixels)
    sampler: Sampler[Still] = Sampler(lambda sight, sample: None, fps=order.fps)
    _drive(sampler, _in_time(film, time.monotonic() + order.max_seconds / 4, order.max_seconds / 4))
    os.lseek(video, 0, os.SEEK_SET)
    return sampler.tracker.anew()


def _sampled(
    order: Order, stills: Iterator[Still], spool: _Spool, tracker: Tracker
) -> tuple[list[Shot], tuple[Trace, ...]]:
    shots: list[Shot] = []
    samples: list[Sample] = []

    def keep(sight: Sight[Still], sample: Sample) -> None:
        shots.append(spool.put(sight.picture, sample))
        samples.append(sample)
        if len(samples) > 2 * order.most:  # It never rests, so that it is looked at less often from here on.
            kept = thinned(samples, order.most)
            shots[:], samples[:] = [shots[index] for index in kept], [samples[index] for index in kept]
            sampler.patience *= 2

    sampler: Sampler[Still] = Sampler(
        keep,
        fps=order.fps,
        forced=list(order.forced),
        moments=[] if order.traced else None,
        tracker=tracker,
    )
    _drive(sampler, stills)
    traces = [Trace(time=one.time, areas=one.areas, spot=one.spot, carets=one.carets) for one in sampler.moments or ()]
    return [shots[index] for index in thinned(samples, order.most)], tuple(traces)


def _drive(sampler: Sampler[Still], stills: Iterator[Still]) -> None:
    """Shows a sampler, whenever it is due, the picture that is shown then: a video's pictures may come seldom."""
    shown: Still | None = None
    for still in stills:
        while shown is not None and sampler.due < still.time:
            sampler.see(Sight(sampler.due, shown.time, shown.luma, shown))
        shown = still
        if still.time == 0:
            sampler.see(Sight(0.0, 0.0, still.luma, still))
    if shown is not None:
        sampler.see(Sight(max(sampler.due, shown.time), shown.time, shown.luma, shown))
    sampler.end()


def _picked(times: tuple[float, ...], stills: Iterator[Still], spool: _Spool) -> list[Shot]:
    """For each time the picture that was shown then: the last one that was not later."""
    shots: list[Shot] = []
    shown: Still | None = None
    for still in stills:
        while len(shots) < len(times) and shown is not None and times[len(shots)] < still.time:
            shots.append(spool.put(shown, Sample(shown.time, shown.time, 0.0)))
        if len(shots) == len(times):
            return shots
        shown = still
    while len(shots) < len(times) and shown is not None:
        shots.append(spool.put(shown, Sample(shown.time, shown.time, 0.0)))
    return shots


if __name__ == "__main__":
    main()
