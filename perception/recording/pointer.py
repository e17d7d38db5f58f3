"""Where the pointer is in a recording that does not say it, learned from the recording alone.

A pointer that moves takes one small picture away from one place and puts the same picture somewhere else: that is how
its look (`Sprite`) is learned, and nothing else on a screen does it. From then on it is looked for where something
changed, since it can be nowhere new where nothing did; and a look of it counts only where it has come, not where
something like it stood all along. When it leaves its place and something new of about its size comes instead, that is
another look of it: a beam over text, or the black of an arrow of which only the white edge showed before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from perception.recording.change import STRONG, Area, changed_areas, distance

LARGEST, SMALLEST = 40, 4
"""Sides of a pointer in pixels."""
ALIKE = 40
"""Levels by which a pixel of the same pointer differs at most."""
MOST_ALIKE = 0.75
"""Share of its pixels that have to be alike; what lies behind its blurred edge is not."""
MAX_SPRITES = 6
SLACK = 3
"""Pixels by which the edges of a pointer are seen elsewhere over another background."""
MIN_PIXELS, LEAST_SHARED = 12, 0.5
"""Of what changed in both places alike: pixels, and share."""
LEAST_VISIBLE = 0.3
"""Share of its pixels that differ from what is around it."""
MOST_AROUND = 0.6
"""Share of what is around it that may look like it, as writing does."""
ABOUT = 5
"""Pixels by which another look of the same pointer is larger or smaller."""
FEWEST = 4
"""Pixels that change where it goes away."""
EDGE = 2
"""Pixels around a pointer that a codec blurs with it."""
PROBES = 16
"""Pixels by which places are told apart before all are compared."""


class Spot(NamedTuple):
    """Where the pointer points, in pixels."""

    x: int
    y: int


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """How a pointer looks."""

    levels: np.ndarray
    """uint8 [h, w]."""
    mask: np.ndarray
    """bool [h, w]: which pixels are the pointer's."""

    @property
    def tip(self) -> tuple[int, int]:
        """Which pixel of it points (x, y): the tip of an arrow or a finger, the middle of a beam or a cross."""
        rows, columns = np.nonzero(self.mask)
        height, width = int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1
        first = np.flatnonzero(self.mask[rows.min()])
        if height > 2 * width or first.min() > columns.min() + 0.6 * width:
            return int(columns.min()) + width // 2, int(rows.min()) + height // 2
        return int(first.min()), int(rows.min())

    def area_at(self, left: int, top: int) -> Area:
        """What it covers when its picture begins there."""
        return Area(left, top, left + self.mask.shape[1], top + self.mask.shape[0])

    def changed(self, before: np.ndarray, after: np.ndarray, left: int, top: int) -> bool:
        """Whether enough of what it covers there differs for it to have left."""
        whole = self.area_at(left, top)
        area = Area(max(0, whole.left), max(0, whole.top), whole.right, whole.bottom).grown(0, after.shape)
        mask = self.mask[area.top - top :, area.left - left :][: area.height, : area.width]
        return int((mask & (distance(area.of(before), area.of(after)) > STRONG)).sum()) >= FEWEST

    def likeness_at(self, picture: np.ndarray, left: int, top: int) -> float:
        """The share of its pixels that are as they are there; 0 beyond the edges, and on what looks like it all over,
        where nothing tells whether it is there."""
        area = self.area_at(left, top)
        if left < 0 or top < 0 or area.right > picture.shape[1] or area.bottom > picture.shape[0]:
            return 0.0
        here = area.of(picture)
        return self.likeness(here) if _stands_out(here, self) else 0.0

    def likeness(self, here: np.ndarray) -> float:
        """Share of its pixels that are as they are in a picture of its size."""
        return float((distance(here, self.levels)[self.mask] < ALIKE).mean())


class Tracker:
    """Follows the pointer through the pictures of one recording."""

    def __init__(self) -> None:
        self._sprites: list[Sprite] = []
        self._place: tuple[Sprite, int, int] | None = None
        self._times_seen: dict[int, int] = {}
        """How often each sprite was found, by its identity: what was seen once may have been something else."""
        self._is_lost = False
        """Whether it has left its place, and was not found again."""

    @property
    def spot(self) -> Spot | None:
        """Where it points; None before it has moved for the first time."""
        if self._place is None:
            return None
        sprite, left, top = self._place
        return Spot(left + sprite.tip[0], top + sprite.tip[1])

    def anew(self) -> "Tracker":
        """One that knows how pointers look and not where they are."""
        tracker = Tracker()
        often = max(self._times_seen.values(), default=0) / 4
        seen = [sprite for sprite in self._sprites if self._times_seen.get(id(sprite), 0) >= max(2, often)]
        tracker._sprites = sorted(seen, key=lambda sprite: -self._times_seen[id(sprite)])
        return tracker

    def without(self, before: np.ndarray, after: np.ndarray, areas: Sequence[Area]) -> list[Area]:
        """What changed between two pictures, less the pointer's move. Luma [H, W]; areas: all that did."""
        areas, old = list(areas), self._place
        if not areas:
            return areas
        if old is not None and not self._is_lost and not old[0].changed(before, after, *old[1:]):
            return areas  # Where it was nothing has changed, so that is where it is.
        stays = 0.0 if old is None or self._is_lost else old[0].likeness_at(after, *old[1:])
        found, small = self._find(before, after, areas, stays), [area for area in areas if _is_small(area)]
        covered = []
        if found is None and stays >= MOST_ALIKE:
            return areas
        if found is not None and (old is None or self._is_lost):
            old = self._find(after, before, areas, 0.0)  # Backwards in time it came to where it was.
        if found is None and (found := self._learn(before, after, small)):
            covered = small
        found = found or self._looks_new(before, after)
        if found is None:
            self._is_lost = old is not None
            return areas
        self._place, self._is_lost = found, False
        self._times_seen[id(found[0])] = self._times_seen.get(id(found[0]), 0) + 1
        covered = covered + [one[0].area_at(*one[1:]) for one in (old, found) if one is not None]
        return _rest(before, after, covered)

    def _learn(self, before: np.ndarray, after: np.ndarray, small: Sequence[Area]) -> tuple[Sprite, int, int] | None:
        """Two small changes that are one picture which went from the one to the other."""
        if len(small) != 2:
            return None
        for gone, come in (small, reversed(small)):
            found = _same(before, after, gone, come)
            if found is not None:
                self._keep(found[0])
                return found
        return None

    def _looks_new(self, before: np.ndarray, after: np.ndarray) -> tuple[Sprite, int, int] | None:
        """The pointer left its place, and one thing about as large came elsewhere: that is what it looks like over
        there, be it a beam over text, or the black of an arrow whose white edge alone was seen before."""
        if self._place is None or self._is_lost:
            return None
        gone = self._place[0].area_at(*self._place[1:])
        alike = [area for area in _rest(before, after, [gone]) if _is_small(area) and _is_about(area, gone)]
        if len(alike) != 1:
            return None
        area = alike[0]
        mask = distance(area.of(before), area.of(after)) > STRONG
        if mask.sum() < MIN_PIXELS:
            return None
        sprite = Sprite(area.of(after).copy(), mask)
        self._keep(sprite)
        return sprite, area.left, area.top

    def _keep(self, sprite: Sprite) -> None:
        self._sprites = [sprite, *self._sprites][:MAX_SPRITES]

    def _find(
        self, before: np.ndarray, after: np.ndarray, areas: Sequence[Area], least: float
    ) -> tuple[Sprite, int, int] | None:
        """Where a known look came to; more alike than `least`."""
        best, found = max(least, MOST_ALIKE), None
        for sprite in self._sprites:
            for area in areas:
                near = area.grown(LARGEST, after.shape)
                place = _search(sprite, near.of(before), near.of(after), best)
                if place is not None:
                    best, found = place.likeness, (sprite, near.left + place.left, near.top + place.top)
        return found


def _is_small(area: Area) -> bool:
    return SMALLEST <= area.width <= LARGEST and SMALLEST <= area.height <= LARGEST


def _is_about(one: Area, other: Area) -> bool:
    return abs(one.width - other.width) <= ABOUT and abs(one.height - other.height) <= ABOUT


def _same(before: np.ndarray, after: np.ndarray, gone: Area, come: Area) -> tuple[Sprite, int, int] | None:
    """What went away from one place and came to another, if it is one picture; and its place. Where it is hardly to be
    told from what is behind it, its edges are seen a little differently in the two places.
    """
    if abs(gone.width - come.width) > SLACK or abs(gone.height - come.height) > SLACK:
        return None
    width, height = min(gone.width, come.width), min(gone.height, come.height)
    old = Area(gone.left, gone.top, gone.left + width, gone.top + height)
    was = distance(old.of(before), old.of(after)) > STRONG
    best, found = LEAST_SHARED, None
    for down in range(-SLACK, SLACK + 1):
        for right in range(-SLACK, SLACK + 1):
            left, top = come.left + right, come.top + down
            if left < 0 or top < 0 or left + width > after.shape[1] or top + height > after.shape[0]:
                continue
            new = Area(left, top, left + width, top + height)
            came = distance(new.of(before), new.of(after)) > STRONG
            # What is not alike is what lies behind it.
            alike = distance(old.of(before), new.of(after)) < ALIKE
            num = int((alike & was & came).sum())
            share = num / max(1, int(was.sum()))
            if share > best and num >= MIN_PIXELS:
                # Writing behind it may hide a part of it in one of the places.
                best, found = share, (Sprite(new.of(after).copy(), alike & (was | came)), left, top)
    # Seen the other way round it is the background that went from there to here; that does not stand out.
    if found is None or not _stands_out(found[0].area_at(*found[1:]).of(after), found[0]):
        return None
    return found


class _Place(NamedTuple):
    likeness: float
    left: int
    top: int


def _search(sprite: Sprite, before: np.ndarray, after: np.ndarray, least: float) -> _Place | None:
    """Where in a part of the picture a sprite has come to, if it is more alike there than `least`: places in which
    enough changed, then those that agree in a few pixels, then in all."""
    height, width = sprite.mask.shape
    rows, columns = after.shape[0] - height + 1, after.shape[1] - width + 1
    if rows < 1 or columns < 1:
        return None
    changed = distance(before, after) > STRONG
    sums = np.pad(changed.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32), ((1, 0), (1, 0)))
    num_changed = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
    agreed = np.zeros((rows, columns), np.uint8)
    ys, xs = np.nonzero(sprite.mask)
    for index in np.linspace(0, len(ys) - 1, PROBES).astype(int):
        y, x = int(ys[index]), int(xs[index])
        seen = after[y : y + rows, x : x + columns]
        agreed += np.abs(seen.astype(np.int16) - int(sprite.levels[y, x])) < ALIKE
    found = None
    for top, left in np.argwhere((agreed >= MOST_ALIKE * PROBES) & (num_changed >= MIN_PIXELS))[:2000].tolist():
        here = after[top : top + height, left : left + width]
        likeness = sprite.likeness(here)
        if likeness <= least:
            continue
        # It came, and was not there all along as letters are.
        came = changed[top : top + height, left : left + width] & sprite.mask & (distance(here, sprite.levels) < ALIKE)
        if came.sum() >= MIN_PIXELS and _stands_out(here, sprite):
            least, found = likeness, _Place(likeness, left, top)
    return found


def _stands_out(here: np.ndarray, sprite: Sprite) -> bool:
    """A plain surface of the pointer's colour is not the pointer: a part of it has to differ from what is around it,
    and what is around it from that part."""
    inside, outside = here[sprite.mask], here[~sprite.mask]
    if not outside.size:
        return True
    seen = inside[np.abs(inside - np.median(outside)) > ALIKE]
    if len(seen) <= LEAST_VISIBLE * len(inside):
        return False
    return float((np.abs(outside - np.median(seen)) < ALIKE).mean()) < MOST_AROUND


def _rest(before: np.ndarray, after: np.ndarray, covered: Sequence[Area]) -> list[Area]:
    """What changed beside what is covered, of which the blurred edge is a part."""
    before = before.copy()
    for one in covered:
        edged = Area(max(0, one.left), max(0, one.top), one.right, one.bottom).grown(EDGE, after.shape)
        edged.of(before)[:] = edged.of(after)
    return changed_areas(before, after)
