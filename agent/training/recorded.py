"""Recorded runs as something to learn from: which steps count, and which runs are left out, and why."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from agent.exchange.kind import kind_of
from agent.exchange.measuring import is_for_measuring
from agent.exchange.reply import is_learnable
from agent.judgement import came_near, succeeded
from agent.recorder import RUN_FILE, load
from agent.review import MARKED_BAD, as_reviewed, reviews
from agent.training.dialogue import Dialogue, DialogueMaker
from agent.trajectory import Trajectory

MEASURING = "runs for measuring alone (held-out tasks, seeds above 1,000,000)"
FAILED = "runs without a checker's success"
UNSAID = "steps that were refused, broke, or have no reply in the run's codec"


@dataclass(slots=True)
class Recorded:
    """What runs have to teach."""

    dialogues: list[Dialogue] = field(default_factory=list)
    """In the order of the runs' folders."""
    by_person: list[bool] = field(default_factory=list)
    """Of each, whether a person made the step or put it right."""
    kinds: list[str] = field(default_factory=list)
    """Of each, the kind of task."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Why -> how many runs or steps."""
    num_runs: int = 0

    def shares(self, by_person: float, balance: float) -> list[float]:
        """How often each is drawn, against the others.

        by_person: times as often where a person made the step. balance, 0 to 1: from every reply as often as any other
        to every kind of task as often; between them a kind with n replies is drawn in proportion to n ** (1 - balance).
        """
        replies = Counter(self.kinds)
        shown = zip(self.kinds, self.by_person, strict=True)
        return [replies[kind] ** -balance * (by_person if person else 1.0) for kind, person in shown]


def folders_of(runs: Path) -> list[Path]:
    """The folders of runs in a folder, itself too, at whatever depth."""
    return sorted(path.parent for path in runs.rglob(RUN_FILE))


def recorded(runs: Path, maker: DialogueMaker, *, failed_too: bool = False, least_reward: float = 0.0) -> Recorded:
    """The steps of all runs that may be learned: of runs that a checker called a success, or a judge where there is no
    checker; or of all. With `least_reward` also of those that a checker gave as much: a page that grades nearness calls
    hardly any run a success.

    What is for measuring alone is refused, whatever is asked. Raises RecordError for a run that was changed.
    """
    found = Recorded()
    for folder in folders_of(runs):
        trajectory = load(folder)
        if is_for_measuring(trajectory.run.task):
            found.left_out[MEASURING] += 1
        elif not (failed_too or succeeded(folder, trajectory) or came_near(trajectory, least_reward)):
            found.left_out[FAILED] += 1
        else:
            found.num_runs += 1
            _add(found, folder, trajectory, maker)
    return found


def _add(found: Recorded, folder: Path, trajectory: Trajectory, maker: DialogueMaker) -> None:
    said = reviews(folder, trajectory.steps)
    for recorded_step in trajectory.steps:
        step = as_reviewed(recorded_step, said)
        if step is None:
            found.left_out[MARKED_BAD] += 1
        elif is_learnable(trajectory.run, step):
            found.dialogues.append(maker.dialogue(folder, trajectory, step))
            found.by_person.append(step.actor == "human")
            found.kinds.append(kind_of(trajectory.run.task))
        else:
            found.left_out[UNSAID] += 1
