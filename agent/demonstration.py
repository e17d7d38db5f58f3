"""What was shown in a recording, as typed actions with times and targets.

Where events of mouse and keyboard lie beside the video, they are what was done (`from_events`). Where there are none,
it is inferred from the pictures (`agent.shown_pictures`), and each step says how sure that is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from actions.action import (
    Action,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    LongPress,
    MiddleClick,
    RightClick,
    Scroll,
    TripleClick,
    Type,
)
from agent.shown_pictures import from_pictures
from agent.shown_step import ShownStep
from perception.geometry import Box, Point, Size
from perception.recording.events import Input, events_of, video_of
from perception.recording.recording import Clip, Recording

AGAIN_SECONDS, AGAIN_PIXELS = 0.5, 5
"""Within which a second click belongs to the first."""
DRAG_PIXELS = 8
HOLD_SECONDS = 0.6
WHEEL_SECONDS = 0.5
TYPING_SECONDS = 10.0
"""A pause after which text is another step."""


class Demonstration(BaseModel):
    """All that was shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    source: Literal["events", "pictures"]
    size: Size
    seconds: float
    steps: tuple[ShownStep, ...]
    notes: tuple[str, ...] = ()


def demonstration_of(path: Path) -> tuple[Demonstration, Clip]:
    """What a recording (a video, or a recorder's folder) shows, and the frames that are worth a look.

    Raises RecordingError for a file that can't be read.
    """
    video = video_of(path)
    recording, events = Recording(video), events_of(video)
    if events:
        times = [event.time for event in events if event.kind != "move"]
        clip = recording.sample(forced=[time + 0.3 for time in times])
        steps, source = from_events(events), "events"
    else:
        clip = recording.sample(traced=True)
        steps, source = from_pictures(recording, clip), "pictures"
    shown = Demonstration(source=source, size=clip.size, seconds=clip.seconds, steps=tuple(steps), notes=clip.notes)
    return shown, clip


def from_events(events: Sequence[Input]) -> list[ShownStep]:
    """The steps that events tell, in the order of their times. What was written and taken back again is not told."""
    reader = _Reader()
    for event in events:
        reader.read(event)
    reader.flush()
    return reader.steps


@dataclass(slots=True)
class _Reader:
    """Puts events together."""

    steps: list[ShownStep] = field(default_factory=list)
    _press: Input | None = None
    _text: list[Input] = field(default_factory=list)
    _wheel: list[Input] = field(default_factory=list)

    def read(self, event: Input) -> None:
        """The next event."""
        if event.kind == "text":
            self._flush_wheel()
            late = self._text and event.time - self._text[-1].time > TYPING_SECONDS
            if late or (self._text and event.hidden != self._text[-1].hidden):
                self._flush_text()
            self._text.append(event)
        elif event.kind == "key" and event.keys == ("backspace",) and self._text:
            self._take_back(event)
        elif event.kind == "wheel":
            self._flush_text()
            if self._wheel and event.time - self._wheel[-1].time > WHEEL_SECONDS:
                self._flush_wheel()
            self._wheel.append(event)
        elif event.kind != "move":
            self.flush()
            self._read_button_or_key(event)

    def flush(self) -> None:
        """What is not finished yet is a step."""
        self._flush_text()
        self._flush_wheel()

    def _read_button_or_key(self, event: Input) -> None:
        if event.kind == "key":
            self._add(event.time, event.time, Key(keys=event.keys))
        elif event.kind == "press":
            self._press = event
        elif event.kind == "release" and self._press is not None:
            press, self._press = self._press, None
            if press.at is not None and event.at is not None:
                self._click(press, press.at, event, event.at)

    def _click(self, press: Input, start: Point, release: Input, end: Point) -> None:
        if press.button == "right":
            self._add(press.time, release.time, RightClick(at=start), press.box)
        elif press.button == "middle":
            self._add(press.time, release.time, MiddleClick(at=start), press.box)
        elif _far(start, end, DRAG_PIXELS):
            self._add(press.time, release.time, LeftClickDrag(start=start, end=end), press.box)
        elif release.time - press.time >= HOLD_SECONDS:
            seconds = round(min(60.0, release.time - press.time), 2)
            self._add(press.time, release.time, LongPress(at=start, seconds=seconds), press.box)
        elif not self._again(press, start, release):
            self._add(press.time, release.time, LeftClick(at=start), press.box)

    def _again(self, press: Input, at: Point, release: Input) -> bool:
        """A click that makes the one before a double or a triple one."""
        last = self.steps[-1] if self.steps else None
        if last is None or press.time - last.until > AGAIN_SECONDS:
            return False
        more = {"left_click": DoubleClick, "double_click": TripleClick}.get(last.action.kind)
        place: Point | None = getattr(last.action, "at", None)
        if more is None or place is None or _far(place, at, AGAIN_PIXELS):
            return False
        self.steps[-1] = last.model_copy(update={"action": more(at=place), "until": release.time})
        return True

    def _take_back(self, event: Input) -> None:
        last = self._text[-1]
        left = "" if last.hidden else last.text[:-1]
        if left:
            self._text[-1] = last.model_copy(update={"text": left, "time": event.time})
        else:
            self._text.pop()

    def _flush_text(self) -> None:
        written, self._text = self._text, []
        text = "".join(event.text for event in written)
        if written and (text or written[0].hidden):
            first, last = written[0], written[-1]
            self._add(first.time, last.time, Type(text=text), self._focus(), hidden=first.hidden)

    def _flush_wheel(self) -> None:
        turned, self._wheel = self._wheel, []
        dx, dy = round(sum(event.dx for event in turned)), round(sum(event.dy for event in turned))
        if not turned or not (dx or dy):
            return
        first, last = turned[0], turned[-1]
        most = 100_000
        upright = abs(dy) >= abs(dx)
        pixels = max(-most, min(most, -dy if upright else -dx))
        action = Scroll(at=first.at, pixels=pixels) if upright else HScroll(at=first.at, pixels=pixels)
        self._add(first.time, last.time, action)

    def _focus(self) -> Box | None:
        """What was clicked just before is what is typed into."""
        last = self.steps[-1] if self.steps else None
        return last.box if last is not None and last.action.kind.endswith("click") else None

    def _add(self, time: float, until: float, action: Action, box: Box | None = None, *, hidden: bool = False) -> None:
        self.steps.append(ShownStep(time=time, until=until, action=action, box=box, hidden=hidden))


def _far(one: Point, other: Point, pixels: int) -> bool:
    return max(abs(one.x - other.x), abs(one.y - other.y)) > pixels


def lines(demonstration: Demonstration) -> Iterator[str]:
    """Each step in a line for a person."""
    for number, step in enumerate(demonstration.steps, start=1):
        sure = "" if demonstration.source == "events" else f"  {step.confidence:.0%}"
        yield f"{number:>3}  {step.time:7.1f} s  {worded(step)}{sure}"


def worded(step: ShownStep) -> str:
    """A step in words."""
    action = step.action
    kind = action.kind.replace("_", " ")
    match action:
        case Type(text=text):
            return "type (hidden)" if step.hidden else f'type "{text}"'
        case Key(keys=keys):
            return f"press {'+'.join(keys)}"
        case LeftClickDrag(start=start, end=end):
            return f"drag from {start} to {end}"
        case Scroll(pixels=pixels) | HScroll(pixels=pixels):
            return f"{kind} {pixels} px"
    return f"{kind} {getattr(action, 'at', '')}".strip()
