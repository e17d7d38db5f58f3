"""What was done in a recording without events, inferred from its pictures.

Goes by what a person would: where the pointer rested when something changed was clicked; what grows along a line behind
a click, letter by letter, was typed; what moved up or down as a whole was scrolled. A change of look that comes when
the pointer comes and goes when it goes is no click. Written words are read off the picture (OCR), before and after.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import numpy as np

from actions.action import LeftClick, Scroll, Type
from agent.shown_step import ShownStep
from perception.geometry import Box, Point
from perception.observation import Frame
from perception.ocr import LineReader, Recognizer
from perception.recording.change import CARET, Area, around
from perception.recording.pointer import Spot
from perception.recording.recording import Clip, Recording
from perception.recording.sampling import Moment

NEAR = 14
"""Pixels around the pointer in which a change is its doing."""
MOVED = 3
LINE = 44
"""Height in pixels that a line of writing, a picture's blur included, does not exceed."""
EFFECT_SECONDS = 1.5
"""How long a click may go on to have effects."""
SETTLED_SECONDS = 0.35
"""After which a picture shows all that was typed."""
MIN_SHIFT = 8
"""Pixels that count as scrolling."""


@dataclass(slots=True)
class _Act:
    """Something that seems to have been done."""

    kind: str
    """click or typing."""
    time: float
    until: float
    at: Point | None
    areas: list[Area] = field(default_factory=list)
    confidence: float = 0.5
    maybe_hover: bool = False
    carets: list[Area] = field(default_factory=list)
    before: float | None = None
    """When the screen last looked as before it, where that is known better than by its time: two letters may come
    between two looks."""


def from_pictures(recording: Recording, clip: Clip, *, read: LineReader | None = None) -> list[ShownStep]:
    """The steps that a traced clip seems to show. read: reads a line off a picture (rapidocr without).

    Raises RecordingError where the file can't be read again, ImportError where a line is to be read and rapidocr is
    missing, DocumentError where it can't.
    """
    if read is None:
        recognizer = Recognizer()
        try:
            return from_pictures(recording, clip, read=recognizer.line)
        finally:
            recognizer.close()
    acts = _acts(clip.moments, clip.size.height)
    times = sorted({time for act in acts for time in _around(act, acts, clip.seconds)})
    frames = dict(zip(times, recording.frames(times), strict=True))
    steps = []
    for act in acts:
        before, after = (frames[time] for time in _around(act, acts, clip.seconds))
        step = _typed(act, before, after, read) if act.kind == "typing" else _pressed(act, before, after)
        if step is not None:
            steps.append(step)
    return steps


def _acts(moments: Sequence[Moment], height: int) -> list[_Act]:
    acts: list[_Act] = []
    acted_at: Spot | None = None
    """Where the pointer was at the last act."""
    carets: list[Area] = []
    """Where one has blinked since then."""
    for index, moment in enumerate(moments):
        spot, areas = moment.spot, list(moment.areas)
        last = acts[-1] if acts else None
        if last is not None and last.kind == "typing":
            last.carets += moment.carets
        has_moved = spot is not None and (acted_at is None or _far(spot, acted_at))
        if last is not None and last.maybe_hover and has_moved and _went(last, areas):
            acts.pop()
            continue
        new_carets = [one for one in moment.carets if not any(_overlap(one, other) for other in carets)]
        carets = [*carets, *new_carets]
        near_caret = spot is not None and any(_is_near(caret, spot, LINE // 2) for caret in new_carets)
        if not areas and not (has_moved and near_caret):
            continue
        if not has_moved and last is not None:
            if _is_typing(areas, last):
                _type(acts, last, moment, areas, moments[index - 1].time)
            elif moment.time - last.until <= EFFECT_SECONDS:
                if last.maybe_hover:  # the look came with the pointer, and this with the click
                    last.time = moment.time
                last.until, last.areas = moment.time, [*last.areas, *areas]
                last.maybe_hover, last.confidence = False, max(last.confidence, 0.8)
            elif spot is not None and any(_is_near(area, spot, NEAR) for area in areas):
                acts.append(_Act("click", moment.time, moment.time, _point(spot), areas, 0.6))
            continue
        if spot is None:
            continue
        # Beside the pointer, and not what it has just left, which looks as before now.
        beside = [area for area in areas if _is_near(area, spot, NEAR)]
        is_here = near_caret or any(
            last is None or not _is_left(last, area) or _is_near(area, spot, 0) for area in beside
        )
        if not is_here and last is not None and all(_is_left(last, area) for area in areas):
            continue  # What was under the pointer, or had the focus, looks as before.
        alone = is_here and len(areas) == 1 and not near_caret and areas[0].height < height // 2
        confidence = 0.9 if is_here else 0.6
        acts.append(_Act("click", moment.time, moment.time, _point(spot), areas, confidence, maybe_hover=alone))
        acted_at, carets = spot, []
    return acts


def _type(acts: list[_Act], last: _Act, moment: Moment, areas: list[Area], before: float) -> None:
    if last.kind == "typing":
        last.until, last.areas = moment.time, [*last.areas, *areas]
        last.confidence = 0.9
        return
    last.maybe_hover, last.confidence = False, 0.95
    acts.append(_Act("typing", moment.time, moment.time, last.at, areas, 0.6, before=before))


def _is_typing(areas: Sequence[Area], last: _Act) -> bool:
    """One small change in the line that was clicked or written in."""
    if len(areas) != 1 or last.at is None:
        return False
    area = areas[0]
    if last.kind == "typing":
        line = around(last.areas)
        return area.height <= LINE and area.top < line.bottom and line.top < area.bottom
    return area.height <= LINE and area.top - NEAR <= last.at.y < area.bottom + NEAR and area.width <= 6 * LINE


def _went(act: _Act, areas: Sequence[Area]) -> bool:
    """Whether all that changed is what had changed when the pointer came."""
    return len(areas) == 1 and Box(**_sides(areas[0])).iou(Box(**_sides(act.areas[0]))) > 0.6


def _is_left(act: _Act, area: Area) -> bool:
    """Whether an area is where an act was."""
    return act.at is not None and _is_near(area, Spot(act.at.x, act.at.y), NEAR)


def _overlap(one: Area, other: Area) -> bool:
    """Whether two carets are one, of which the pointer may have hidden a part."""
    return abs(one.left - other.left) <= 1 and one.top < other.bottom and other.top < one.bottom


def _around(act: _Act, acts: Sequence[_Act], seconds: float) -> tuple[float, float]:
    """Seconds at which the screen shows what was before an act, and what came of it."""
    later = [other.time for other in acts if other.time > act.until]
    end = min([act.until + SETTLED_SECONDS, *(time - 0.02 for time in later[:1]), seconds])
    return max(0.0, act.time - 0.02 if act.before is None else act.before), max(act.until, end)


def _pressed(act: _Act, before: Frame, after: Frame) -> ShownStep | None:
    assert act.at is not None
    if not before.size.contains(act.at):
        return None
    here = [area for area in act.areas if area.left <= act.at.x < area.right and area.top <= act.at.y < area.bottom]
    small = min(here, key=lambda area: area.width * area.height, default=None)
    shift = _shift(before, after, act.areas)
    if shift:
        action = Scroll(at=act.at, pixels=shift)
        return ShownStep(time=act.time, until=act.until, action=action, confidence=round(act.confidence * 0.9, 2))
    return ShownStep(
        time=act.time,
        until=act.until,
        action=LeftClick(at=act.at),
        box=Box(**_sides(small)) if small else None,
        confidence=act.confidence,
    )


def _typed(act: _Act, before: Frame, after: Frame, read: LineReader) -> ShownStep | None:
    area = around(act.areas)
    line = Area(max(0, area.left - 2), max(0, area.top - 4), area.right + 8, area.bottom + 4)
    line = line.grown(0, after.pixels.shape)
    carets = [one for one in act.carets if one.left >= area.right - CARET[0] and one.top >= line.top]
    was, now = (read(Frame(pixels=line.of(_without(frame.pixels, carets)))) for frame in (before, after))
    text = _added(was.text, now.text)
    if not text:
        return None
    return ShownStep(
        time=act.time,
        until=act.until,
        action=Type(text=text),
        box=Box(**_sides(area)),
        confidence=round(act.confidence * now.confidence, 2),
    )


def _without(pixels: np.ndarray, carets: Sequence[Area]) -> np.ndarray:
    """A picture in which the column behind a caret stands for the caret."""
    pixels = pixels.copy()
    for caret in carets:
        right = min(caret.right + 2, pixels.shape[1] - 1)
        pixels[caret.top : caret.bottom, max(0, caret.left - 1) : right] = pixels[caret.top : caret.bottom, right, None]
    return pixels


def _added(was: str, now: str) -> str:
    """What was written: all of it where the place was empty or held a hint that went, else what came to it."""
    if not was or not now.startswith(was[: max(1, len(was) // 2)]):
        return now
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    return "".join(now[start:end] for kind, _, _, start, end in blocks if kind in ("insert", "replace"))


def _shift(before: Frame, after: Frame, areas: Sequence[Area]) -> int:
    """By how many pixels what is in some areas moved up (negative) or down, 0 where it did not move as a whole."""
    if not areas:
        return 0
    area = around(areas)
    if max(one.width * one.height for one in areas) < area.width * area.height // 2:
        return 0  # Here and there, as when the mark of the focus goes from one field to the next.
    if area.height < 4 * MIN_SHIFT or area.width < 4 * MIN_SHIFT or before.size != after.size:
        return 0
    one, other = (area.of(frame.pixels).mean(axis=2) for frame in (before, after))
    if float(one.std()) < 4:
        return 0
    still = float(np.abs(one - other).mean())
    best, found = still * 0.35, 0
    for by in range(MIN_SHIFT, min(area.height * 3 // 4, 600)):
        up = float(np.abs(one[by:] - other[:-by]).mean())
        down = float(np.abs(one[:-by] - other[by:]).mean())
        if min(up, down) < best:
            best, found = min(up, down), -by if up < down else by
    return found


def _is_near(area: Area, spot: Spot, pixels: int) -> bool:
    return area.left - pixels <= spot.x < area.right + pixels and area.top - pixels <= spot.y < area.bottom + pixels


def _far(one: Spot, other: Spot) -> bool:
    return max(abs(one.x - other.x), abs(one.y - other.y)) > MOVED


def _point(spot: Spot) -> Point:
    return Point(x=max(0, spot.x), y=max(0, spot.y))


def _sides(area: Area) -> dict[str, float]:
    return {"left": area.left, "top": area.top, "right": area.right, "bottom": area.bottom}
