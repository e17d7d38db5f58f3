"""Recorded runs as the replay tab shows them: a step at a time, however long the run is, and two runs side by side."""

import threading
from collections import OrderedDict
from html import escape
from pathlib import Path
from typing import NamedTuple

from actions.action import Action
from agent.marks import action_marks, pointer_after
from agent.recorder import RUN_FILE, STEPS_FILE, image_store, load
from agent.review import Review, corrected, reviews
from agent.trajectory import Step, Trajectory
from perception.errors import ImageError
from perception.geometry import Point
from perception.observation import Frame
from perception.overlay import Mark, PointMark, draw
from ui.console.live import note_html, state_html
from ui.console.picture import picture_html
from ui.replay import data_uri
from ui.run_index import RunIndex
from ui.words import action_words, ending_words, headline, outcome_tone, page_notes, step_verdict, timing_words

_MOST_RUNS = 4
"""Runs that are kept in memory, for all pages together: two that are compared, and two of somebody else."""
_SAID = {"good": "Marked good", "bad": "Marked bad", "corrected": "Click put right"}


class Run(NamedTuple):
    """A run that is shown."""

    folder: Path
    trajectory: Trajectory
    reviews: dict[int, Review]

    @property
    def num_steps(self) -> int:
        """How many steps there are."""
        return len(self.trajectory.steps)

    def inside(self, index: int) -> int:
        """The nearest step that there is; 0 without any."""
        return min(max(index, 0), max(self.num_steps - 1, 0))


class Reel:
    """Reads runs by the names of the index. May be called from any thread."""

    def __init__(self, index: RunIndex) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._runs: OrderedDict[tuple[str, tuple[tuple[int, int], ...]], Trajectory] = OrderedDict()

    def run(self, name: str) -> Run:
        """A run with what people said of it. Raises RecordError for a name that is no run's, and a damaged run."""
        folder = self._index.folder(name)
        key = name, tuple(_state(folder / file) for file in (RUN_FILE, STEPS_FILE))
        with self._lock:
            found = self._runs.get(key) or load(folder)
            self._runs[key] = found
            self._runs.move_to_end(key)
            while len(self._runs) > _MOST_RUNS:
                self._runs.popitem(last=False)
        return Run(folder, found, reviews(folder, found.steps))


def head_html(run: Run, index: int) -> str:
    """What was asked, and how it ended."""
    record = run.trajectory.run
    outcome = record.outcome
    ending = ending_words(outcome) if outcome else "it has no outcome yet"
    return (
        f'<div class="he-ask"><h3>{escape(record.task.instruction)}</h3>'
        f"<small>{escape(record.model)}, {escape(record.started[:16].replace('T', ' '))}</small></div>"
        + state_html(outcome_tone(outcome), headline(outcome).capitalize(), f"{ending}; {place_words(run, index)}")
        + "".join(note_html(note) for note in run.trajectory.notes)
    )


def place_words(run: Run, index: int) -> str:
    """Which step of how many."""
    return f"step {index + 1} of {run.num_steps:,}" if run.num_steps else "it has no steps"


def screen_html(run: Run, index: int, of: str, at: Point | None = None) -> str:
    """The frame that a step was decided on, with the pointer, what was done, and where it is to be instead."""
    step = run.trajectory.steps[index]
    try:
        frame = image_store(run.folder).get(step.before)
    except ImageError as error:
        return note_html(f"{error}")
    drawn = draw(frame, _marks(run, index, at))
    label = "The screen before this step: click where the click belonged, or use the arrow keys and press Enter"
    return picture_html(drawn, of=of, label=label)


def other_screen_html(run: Run, index: int) -> str:
    """The same of a run that is compared, which nothing is said of."""
    if not index < run.num_steps:
        return '<div class="he-screen"><p>This run has no such step.</p></div>'
    try:
        frame = image_store(run.folder).get(run.trajectory.steps[index].before)
    except ImageError as error:
        return note_html(f"{error}")
    picture = _drawn(frame, _marks(run, index, None))
    return f'<div class="he-screen"><img src="{picture}" alt="The screen of the other run before this step"></div>'


def step_html(run: Run, index: int, *, asks: bool = True) -> str:
    """What was thought and done at a step, and what came of it; asks: say how it is reviewed."""
    if not index < run.num_steps:
        return ""
    step, review = run.trajectory.steps[index], run.reviews.get(index)
    who = "By hand: " if step.actor == "human" else ""
    rows = [
        f"<p>{escape(who + (step.thought or '(no thought)'))}</p>",
        f"<p><code>{escape(action_words(step.action))}</code></p>",
        f"<small>{escape(step_verdict(step))}; {escape(timing_words(step.timings))}</small>",
        *(f"<small>{escape(note)}</small>" for note in page_notes(step)),
        f"<small>{escape(step.url)}</small>" if step.url else "",
    ]
    return f'<div class="he-ask">{"".join(rows)}</div>{_review_html(step, review) if review or asks else ""}'


def differs_at(one: Run, other: Run) -> int | None:
    """The first step at which two runs do different things, or one of them has ended; None where they are alike."""
    pairs = zip(one.trajectory.steps, other.trajectory.steps, strict=False)
    for index, (step, its) in enumerate(pairs):
        if _deed(step) != _deed(its):
            return index
    return None if one.num_steps == other.num_steps else min(one.num_steps, other.num_steps)


def difference_html(one: Run, other: Run, index: int) -> str:
    """Where two runs part, in words, and whether that is the step which is shown."""
    parts = differs_at(one, other)
    if parts is None:
        return note_html("The two runs do the same, step for step.")
    here, there = (
        action_words(run.trajectory.steps[parts].action) if parts < run.num_steps else "nothing, it has no such step"
        for run in (one, other)
    )
    seen = "this step, " if parts == index else ""
    return note_html(f"They part at {seen}step {parts + 1}. This run: {here}. The other: {there}.")


def _deed(step: Step) -> tuple[Action | None, bool]:
    return step.action, bool(step.error)


def _marks(run: Run, index: int, at: Point | None) -> tuple[Mark, ...]:
    """The pointer where it rested, the action, or the action as it was or is to be put right."""
    pointer: Point | None = None
    for earlier in run.trajectory.steps[:index]:
        pointer = pointer_after(earlier.action, pointer)
    step, review = run.trajectory.steps[index], run.reviews.get(index)
    right = at or (review.at if review is not None else None)
    action = step.action if right is None else corrected(step.action, right)
    resting = () if pointer is None else (PointMark(at=pointer, rings=0),)
    return (*resting, *action_marks(action, step.before.size, pointer))


def _review_html(step: Step, review: Review | None) -> str:
    if review is None:
        return state_html("", "Not reviewed", "say whether it is good, or click where the click belonged")
    where = f": {action_words(corrected(step.action, review.at))} is learned instead" if review.at else ""
    tone = {"good": "good", "bad": "bad"}.get(review.said, "open")
    by = f" by {review.by}" if review.by else ""
    return state_html(tone, f"{_SAID[review.said]}{where}", f"{review.time[:16].replace('T', ' ')}{by}")


def _drawn(frame: Frame, marks: tuple[Mark, ...]) -> str:
    return data_uri(draw(frame, marks))


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
