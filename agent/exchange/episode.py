"""What reading a file gives: episodes, each to become a run; and the words of conversations that others wrote.

A record that holds our own records becomes the very step that it was. Any other is a conversation of somebody else:
each reply that is learned becomes a step of the last picture before it, its action read by a codec.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from actions.codec.codec import codec
from actions.errors import ActionInvalid
from agent.errors import RecordError
from agent.exchange.example import Turn
from agent.recorder import now
from agent.trajectory import Outcome, Reply, RunRecord, Step
from perception.errors import ImageError
from perception.observation import Frame, ImageRef
from perception.screenshot import decode_png
from sandboxes.task import Task

Picture = Path | bytes
IMAGE = "<image>"
"""Stands for a picture in the texts of formats that have no parts."""
_TAG = re.compile(r"<(?=(?:image|video|audio)>)")
_ASKED = re.compile(r"\AInstruction: (?P<instruction>.*?)\s*\n\nPrevious actions:\n(?P<lines>.*)\Z", re.DOTALL)
_TOLD = re.compile(r"Step (\d+): (.*)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a file of conversations."""

    where: str
    """File and line, for messages."""
    name: str
    turns: tuple[Turn, ...]
    pictures: tuple[Picture, ...]
    """Of all turns, in their order."""
    kept: str = ""
    """Our own records as JSON, where the record has them."""
    after: Picture | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A step and its pictures; what `step` names as its pictures counts only where it is our own record."""

    step: Step
    before: Picture
    after: Picture | None = None


@dataclass(slots=True)
class Episode:
    """A run to be written."""

    run: RunRecord
    shown: list[Shown]
    ours: bool = False
    """It is a run of ours coming back: its pictures must be the very ones."""


@dataclass(slots=True)
class Reading:
    """How foreign records are read, and what could not be."""

    codec: str = "qwen3vl"
    as_success: bool = False
    """Count foreign episodes as successes, since their files say nothing of how they ended."""
    images: Path | None = None
    """Where relative names of pictures are looked for; None: beside the file."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Why -> how many replies."""
    examples: dict[str, str] = field(default_factory=dict)
    """Why -> where it was seen first."""

    def leave_out(self, reason: str, where: str) -> None:
        """Count what can't be read."""
        self.left_out[reason] += 1
        self.examples.setdefault(reason, where)


def frame_of(picture: Picture, where: str) -> Frame:
    """Decode a picture. Raises RecordError, which begins with `where`."""
    try:
        return decode_png(picture if isinstance(picture, bytes) else picture.read_bytes())
    except OSError as error:
        raise RecordError(f"{where}: the picture {error.filename} can't be read: {error.strerror}") from error
    except ImageError as error:
        raise RecordError(f"{where}: {error}") from error


def untagged(text: str) -> str:
    """Words of a screen that spell a tag of a picture, so that they are none."""
    return _TAG.sub("< ", text)


def without_tags(text: str) -> tuple[str, int]:
    """A text without its tags of pictures, and how many there were."""
    return text.replace(f"{IMAGE}\n", "").replace(IMAGE, ""), text.count(IMAGE)


def episodes(entries: Iterable[Entry], reading: Reading) -> Iterator[Episode]:
    """Our own records as the runs that they were, foreign ones as a run each. Raises RecordError for records of ours
    that were changed."""
    ours: dict[str, Episode] = {}
    for entry in entries:
        if not entry.kept:
            if episode := _foreign(entry, reading):
                yield episode
            continue
        run, shown = _ours(entry)
        ours.setdefault(run.model_dump_json(), Episode(run, [], ours=True)).shown.append(shown)
    for episode in ours.values():
        episode.shown.sort(key=lambda shown: shown.step.index)
        yield episode


def foreign_run(name: str, instruction: str, dialect: str, prompt: str, success: bool | None) -> RunRecord:
    """The record of a run that nobody here has run."""
    return RunRecord(
        id=name,
        started=now(),
        task=Task(id=name, instruction=instruction, environment="desktop"),
        model="imported",
        policy="imported",
        codec=dialect,
        prompt=prompt,
        outcome=Outcome(kind="finished", success=success, reason="imported"),
    )


def _ours(entry: Entry) -> tuple[RunRecord, Shown]:
    try:
        records = json.loads(entry.kept)
        run, step = RunRecord.model_validate(records["run"]), Step.model_validate(records["step"])
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise RecordError(f"{entry.where}: the column handeye holds no run and step: it was changed") from error
    if not entry.pictures or (step.after is not None and entry.after is None):
        raise RecordError(f"{entry.where}: the step's picture is missing")
    return run, Shown(step, entry.pictures[-1], entry.after)


def _foreign(entry: Entry, reading: Reading) -> Episode | None:
    """A step for each reply; None where none can be read."""
    first = next((turn.text for turn in entry.turns if turn.role == "user"), "")
    instruction, told = _instruction(first)
    dialect, shown, seen = codec(reading.codec), [], 0
    for turn in entry.turns:
        seen += turn.num_images
        if turn.role != "assistant" or not turn.learned:
            continue
        if not 0 < seen <= len(entry.pictures):
            reading.leave_out("replies without a picture before them", entry.where)
            continue
        picture = entry.pictures[seen - 1]
        size = (frame := frame_of(picture, entry.where)).size
        try:
            decision = dialect.parse(turn.text, size)
        except ActionInvalid as error:
            reading.leave_out(f"replies that are no action to the codec {dialect.name}", f"{entry.where}: {error}")
            continue
        history = (*told, *(one.step.thought for one in shown))
        step = Step(
            index=len(shown),
            time=now(),
            policy="imported",
            before=ImageRef(digest=frame.digest, size=size),
            shown_history=tuple(" ".join(line.split()) for line in history),
            replies=(Reply(text=turn.text, finish="stop"),),
            thought=decision.thought,
            action=decision.action,
        )
        shown.append(Shown(step, picture))
    prompt = "computer_use" if entry.turns and entry.turns[0].role == "system" else "compact"
    success = True if reading.as_success else None
    return Episode(foreign_run(entry.name, instruction, dialect.name, prompt, success), shown) if shown else None


def _instruction(text: str) -> tuple[str, tuple[str, ...]]:
    """The instruction and the earlier steps, where a first message is laid out as one of our prompts is."""
    asked = _ASKED.search(text[text.find("Instruction: ") :]) if "Instruction: " in text else None
    if asked:
        lines = [found[2] for line in asked["lines"].split("\n") if (found := _TOLD.fullmatch(line))]
        return asked["instruction"], tuple(lines)
    lines = text.strip().split("\n")
    told: list[str] = []
    while len(lines) > 1 and (found := _TOLD.fullmatch(lines[-1])):
        told.insert(0, found[2])
        lines.pop()
    return "\n".join(lines), tuple(told)


def name_of(record: object) -> str:
    """A name for a record that has none, by its content."""
    return sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()[:12]
