"""Which steps of which runs become examples, why the others do not, and which part of the data set they go to.

What is for measuring alone (`measuring`) is always left out.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

from agent.exchange.example import Example, example_of
from agent.exchange.kind import kind_of
from agent.exchange.likeness import Seen
from agent.exchange.measuring import is_for_measuring
from agent.exchange.reply import is_learnable
from agent.judgement import came_near, succeeded
from agent.recorder import image_store, load
from agent.review import INFO, MARKED_BAD, as_reviewed, reviews
from agent.trajectory import Reply, RunRecord, Step, Trajectory
from sandboxes.scrubbing import Scrubber
from sandboxes.task import Task

TRAIN, VALIDATION = "train", "validation"
_ANSWERED = ("approve", "edit", "take_over")
_ENDED = ("finished", "answered")


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of runs and steps."""

    success: bool = False
    """Only runs that a checker called a success."""
    least_reward: float = 0.0
    """Runs that a checker gave as much count as successes, 0 to 1; 0: none do."""
    failed_too: bool = False
    """Runs that failed, or did not come to an end, as well."""
    approved: bool = False
    """Only steps that a person approved, put right or made."""
    actor: Literal["", "human", "model"] = ""
    max_steps: int = 0
    """Longer runs are left out; 0: none is."""
    near_duplicates: bool = False
    """Leave out steps that nearly equal one that is kept."""
    validation: float = 0.0
    """Share of the tasks that are kept for validation, 0 to 1."""

    @property
    def named(self) -> dict[str, object]:
        """Those that were asked for."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(slots=True)
class Selection:
    """What came of it."""

    examples: dict[str, list[Example]] = field(default_factory=lambda: {TRAIN: [], VALIDATION: []})
    """By part of the data set."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Why -> how many runs or steps."""
    num_runs: int = 0
    trajectories: list[tuple[Path, Trajectory]] = field(default_factory=list)
    """The runs that gave examples, without secrets, in the order that they were read."""

    def __iter__(self) -> Iterator[Example]:
        for examples in self.examples.values():
            yield from examples


class _Part(NamedTuple):
    folder: Path
    trajectory: Trajectory
    steps: list[Step]


def select(folders: Sequence[Path], filters: Filters, scrubber: Scrubber) -> Selection:
    """Read the runs and choose. Raises RecordError for a run that can't be read, ImageError for a picture."""
    selection, seen = Selection(), Seen()
    for folder in folders:
        recorded = load(folder)
        reason = _run_reason(folder, recorded, filters)
        if reason:
            selection.left_out[reason] += 1
            continue
        trajectory = _without_secrets(recorded, scrubber)
        selection.num_runs += 1
        part = selection.examples[split_of(trajectory.run.task, filters.validation)]
        found = list(_examples(folder, trajectory, filters, seen, selection.left_out, scrubber.scrub))
        part += found
        if found:
            selection.trajectories.append((folder, trajectory))
    return selection


def split_of(task: Task, validation: float) -> str:
    """The part that a task belongs to, by the hash of its kind."""
    number = int.from_bytes(sha256(kind_of(task).encode()).digest()[:8], "big") / 2**64
    return VALIDATION if number < validation else TRAIN


def _run_reason(folder: Path, trajectory: Trajectory, filters: Filters) -> str:
    """Why a whole run is left out; empty where it is not."""
    run, outcome = trajectory.run, trajectory.run.outcome
    success = came_near(trajectory, filters.least_reward) or succeeded(folder, trajectory)
    failed = outcome is None or success is False or (outcome.kind not in _ENDED and not success)
    if is_for_measuring(run.task):
        return "runs for measuring alone (held-out tasks, seeds above 1,000,000)"
    if filters.success and not success:
        return "runs without a checker's success (--success)"
    if failed and not filters.failed_too:
        return "runs that failed or did not end (--failed-too keeps them)"
    if filters.max_steps and len(trajectory.steps) > filters.max_steps:
        return "runs longer than --max-steps"
    return ""


def _examples(
    folder: Path,
    trajectory: Trajectory,
    filters: Filters,
    seen: Seen,
    left_out: Counter[str],
    clean: Callable[[str], str],
) -> Iterator[Example]:
    said = reviews(folder, trajectory.steps)
    for recorded in trajectory.steps:
        step = as_reviewed(recorded, said)
        if step is None:
            left_out[MARKED_BAD] += 1
            continue
        reason = _step_reason(trajectory.run, step, filters)
        if not reason and filters.near_duplicates:
            is_new = seen.is_new(image_store(folder).get(step.before), step)
            reason = "" if is_new else "steps that nearly equal one that is kept (--near-duplicates)"
        if reason:
            left_out[reason] += 1
            continue
        yield example_of(folder, trajectory, step, clean)


def _step_reason(run: RunRecord, step: Step, filters: Filters) -> str:
    if not is_learnable(run, step):
        return "steps that were refused, broke, or have no reply in the run's codec"
    if filters.actor and step.actor != filters.actor:
        return "steps of another actor (--actor)"
    if filters.approved and not _is_approved(step):
        return "steps that no person approved (--approved)"
    return ""


def _is_approved(step: Step) -> bool:
    """By a person who was asked, or who marked it good afterwards; what is marked bad does not come here."""
    asked = step.info.get("guard")
    answered = isinstance(asked, Mapping) and asked.get("answer") in _ANSWERED
    return step.actor == "human" or answered or INFO in step.info


def _without_secrets(trajectory: Trajectory, scrubber: Scrubber) -> Trajectory:
    """The run as it may leave: secrets as placeholders in every text, and of the settings what prompts depend on."""
    run = trajectory.run
    kept = {name: value for name, value in run.settings.items() if name == "num_recent"}
    run = run.model_copy(update={"settings": kept, "rules": {}, "last_step_hash": ""})
    clean = RunRecord.model_validate(scrubber.scrub_data(run.model_dump(mode="json")))
    return Trajectory(run=clean, steps=tuple(_clean_step(step, scrubber) for step in trajectory.steps))


def _clean_step(step: Step, scrubber: Scrubber) -> Step:
    clean = Step.model_validate(scrubber.scrub_data(step.model_dump(mode="json")))
    replies = tuple(map(_clean_reply, step.replies, clean.replies))
    return clean.model_copy(update={"replies": replies})


def _clean_reply(before: Reply, after: Reply) -> Reply:
    """Token ids spell the text, so those of a reply that held a secret go too."""
    return after if before.text == after.text else after.model_copy(update={"token_ids": (), "logprobs": ()})
