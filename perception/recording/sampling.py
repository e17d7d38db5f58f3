"""Which pictures of a screen recording are worth a look: one for each state that the screen came to rest in.

A recording is looked at twice a second. Where two such looks differ, the pictures between them are looked at too, so
that a menu which was open for half a second shows, and what was in motion is not taken for a state. The pointer's moves
and a caret's blinking are no change. What never rests, such as a film in a page, is sampled every few seconds.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from perception.recording.change import Area, changed_areas, changed_tiles, is_caret
from perception.recording.pointer import Spot, Tracker

Picture = TypeVar("Picture")
"""One object for each picture, however often it is looked at."""

REST_SECONDS = 0.3
"""A screen that did not change for so long is at rest."""
PATIENCE_SECONDS = 2.0
"""What goes on changing is sampled this often."""
FINE = 5
"""Looks into the time between two looks that differ."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight(Generic[Picture]):
    """One picture of the recording, on its way through."""

    time: float
    """Seconds from the recording's beginning at which it is looked at."""
    began: float
    """From when on it was shown."""
    luma: np.ndarray
    """uint8 [H, W]."""
    picture: Picture
    """Whatever gives its colours later."""


class Moment(NamedTuple):
    """Something that changed on the screen, or the pointer that moved."""

    time: float
    areas: tuple[Area, ...]
    """Without pointer and caret; empty where it was the pointer alone."""
    spot: Spot | None
    carets: tuple[Area, ...] = ()
    """Where a text caret came, went or moved."""


class Sample(NamedTuple):
    """A picture that was kept."""

    time: float
    since: float
    """When the screen began to look like that."""
    share: float
    """Part of the tiles that differ from the one kept before, 0 to 1: how much a reader would miss without it."""


@dataclass(slots=True)
class Sampler(Generic[Picture]):
    """Takes pictures in the order of their times, and keeps some: `keep` is called with each of those."""

    keep: Callable[[Sight[Picture], Sample], None]
    fps: float = 2.0
    forced: list[float] = field(default_factory=list)
    """Times, ascending, that are looked at in any case: those of input."""
    moments: list[Moment] | None = None
    """Filled where it is a list."""
    patience: float = PATIENCE_SECONDS
    tracker: Tracker = field(default_factory=Tracker)
    """Which may know the pointer from an earlier time through the same recording."""
    _base: Sight[Picture] | None = None
    _between: deque[Sight[Picture]] = field(default_factory=lambda: deque(maxlen=FINE))
    _last: Sight[Picture] | None = None
    _kept: Sight[Picture] | None = None
    _changed: float | None = None
    """When the last change was, of those after the picture that was kept last."""
    _began: float = 0.0
    _due: float = 0.0
    _due_fine: float = 0.0

    @property
    def due(self) -> float:
        """When the next look is due: at the picture that is shown then."""
        return min(self._due, self._due_fine, *self.forced[:1])

    def see(self, sight: Sight[Picture]) -> None:
        """The picture that is shown at a time that is due."""
        if self._base is None:
            self._base = self._last = sight
            self._take(sight, 1.0)
            self._plan(sight.time)
            return
        is_due = sight.time >= self._due
        while self.forced and sight.time >= self.forced[0]:
            self.forced.pop(0)
            is_due = True
        if not is_due:
            if sight.picture is not self._newest().picture:
                self._between.append(sight)
            self._due_fine = sight.time + 1 / (self.fps * FINE)
            return
        self._plan(sight.time)
        if sight.picture is self._base.picture or not changed_tiles(self._base.luma, sight.luma).any():
            self._rest(sight)
        else:
            for one in (*self._between, sight):
                self._look(one)
            self._base = sight
        self._between.clear()

    def _newest(self) -> Sight[Picture]:
        assert self._base is not None
        return self._between[-1] if self._between else self._base

    def end(self) -> None:
        """The recording is over: what was in motion then is kept too."""
        for one in self._between:
            self._look(one)
        self._between.clear()
        if self._last is not None and self._changed is not None:
            self._take(self._last)

    def _plan(self, time: float) -> None:
        self._due = time + 1 / self.fps
        self._due_fine = time + 1 / (self.fps * FINE)

    def _look(self, sight: Sight[Picture]) -> None:
        """A picture that may differ from the one before."""
        last = self._last
        assert last is not None
        if sight.picture is last.picture:
            self._rest(sight)
            return
        if sight.luma.shape != last.luma.shape:
            areas: list[Area] = [Area(0, 0, sight.luma.shape[1], sight.luma.shape[0])]
            self.tracker = self.tracker.anew()
        else:
            areas = changed_areas(last.luma, sight.luma)
        if not areas:
            self._rest(sight)
            return
        spot = self.tracker.spot
        if sight.luma.shape == last.luma.shape:
            areas = self.tracker.without(last.luma, sight.luma, areas)
        carets = tuple(one for one in areas if is_caret(one))
        areas = [one for one in areas if not is_caret(one)]
        if self.moments is not None and (areas or carets or self.tracker.spot != spot):
            self.moments.append(Moment(sight.began, tuple(areas), self.tracker.spot, carets))
        if not areas:
            self._rest(sight)
            return
        if self._changed is not None and sight.began - self._changed >= REST_SECONDS:
            self._take(last)
        if self._changed is None:
            self._began = sight.began
        self._changed, self._last = sight.began, sight
        if sight.time - self._began >= self.patience:
            self._take(sight)

    def _rest(self, sight: Sight[Picture]) -> None:
        """A picture that does not differ from the one before in what counts."""
        self._last = sight
        if self._changed is not None and sight.time - self._changed >= REST_SECONDS:
            self._take(sight)

    def _take(self, sight: Sight[Picture], share: float | None = None) -> None:
        since = sight.time if self._changed is None else self._changed
        self._changed = None
        if share is None:
            assert self._kept is not None
            same_size = self._kept.luma.shape == sight.luma.shape
            share = float(changed_tiles(self._kept.luma, sight.luma).mean()) if same_size else 1.0
        self._kept = sight
        self.keep(sight, Sample(sight.time, since, share))


def thinned(samples: list[Sample], most: int) -> list[int]:
    """Which of the samples are kept where there may be so many: the first, the last, and those that show most that is
    new, each counted with the time that it lasted. Indices, ascending."""
    if len(samples) <= most:
        return list(range(len(samples)))
    ends = [*(one.time for one in samples[1:]), samples[-1].time]
    weights = [one.share + 0.05 * min(1.0, end - one.time) for one, end in zip(samples, ends, strict=True)]
    middle = sorted(range(1, len(samples) - 1), key=lambda index: -weights[index])
    kept = {0, len(samples) - 1, *middle[: max(0, most - 2)]}
    return sorted(kept)[:most]
