"""All that there is to tell of one evaluation: its sums, what its repeats say, how its failures ended, what it was of.

folder --> account --> Account --> ui.report, a page for people
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import stdev
from typing import NamedTuple

from agent.evaluation.manifest import Manifest, flat, read_manifest
from agent.evaluation.playing import Finished
from agent.evaluation.report import MOST_CRASHED, Report, report
from agent.evaluation.results import read_results

PER_KIND = 6
"""Failures of one kind that are told of singly; of the rest their number."""
CRASHED = "crashed"
"""The kind of what broke; all other kinds are those of `agent.trajectory.OutcomeKind`, or empty where there was no
walk."""


class Failure(NamedTuple):
    """One episode that did not succeed."""

    name: str
    """Its row of the report."""
    seed: int
    repeat: int
    steps: int
    reason: str
    """What broke; empty where nothing did."""
    picture: Path | None
    """Its last screen, inside the evaluation's folder."""
    run: str
    """The name of its run, where the runs are kept."""


class FailureKind(NamedTuple):
    """Failures that ended in the same way."""

    kind: str
    number: int
    examples: tuple[Failure, ...]
    """At most PER_KIND, of as many tasks as possible."""


class Account(NamedTuple):
    """One evaluation."""

    folder: Path
    manifest: Manifest
    report: Report
    repeats: tuple[Report, ...]
    """Each repeat by itself, of those that are whole."""
    are_same: bool
    """Whether there are several repeats, and every episode came out alike in all."""
    retried: dict[str, int]
    """Row -> its episodes that took more than one try."""
    failures: tuple[FailureKind, ...]
    """The most frequent kind first."""

    @property
    def expected(self) -> int:
        """Episodes that were asked for, repeats included."""
        return sum(self.manifest.tasks.values()) * self.manifest.repeats

    @property
    def faults(self) -> tuple[str, ...]:
        """Why its figures do not hold; empty for one that is valid and whole."""
        missing = self.expected - self.report.episodes
        found = []
        if not self.report.valid:
            found.append(
                f"NOT VALID: {self.report.crashed} of {self.report.episodes} episodes crashed, "
                f"more than {MOST_CRASHED:.0%}"
            )
        if missing > 0:
            found.append(f"NOT WHOLE: {missing} of {self.expected} episodes are still to be played")
        return tuple(found)

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the repeats' shares of success; None with fewer than two."""
        shares = [repeat.success for repeat in self.repeats]
        return stdev(shares) if len(shares) > 1 else None

    def spread(self, name: str) -> tuple[float, float] | None:
        """The lowest and the highest share of a row in any repeat; None with fewer than two."""
        shares = [repeat.tasks[name].success for repeat in self.repeats if name in repeat.tasks]
        return (min(shares), max(shares)) if len(shares) > 1 else None

    def pins(self) -> dict[str, str]:
        """What the manifest holds, a line each, such as `settings.run.max_steps`; what is empty is left out."""
        plain = self.manifest.model_dump(mode="json", exclude={"schema_version", "tasks"})
        return {key: str(value) for key, value in flat(plain).items() if value not in ("", None, [])}


def account(folder: Path) -> Account:
    """Read an evaluation's folder, finished or not, and change nothing.

    Raises RecordError for a folder that is none, or was changed.
    """
    manifest = read_manifest(folder)
    finished = sorted(read_results(folder), key=lambda line: line.number)
    counts = Counter(line.repeat for line in finished)
    numbers = sorted(number for number in counts if counts[number] == sum(manifest.tasks.values()))
    retried: dict[str, int] = {}
    for line in finished:
        retried[line.result.name] = retried.get(line.result.name, 0) + (line.tries > 1)

    def summed(lines: Iterable[Finished]) -> Report:
        return report(manifest.suite, manifest.model, manifest.seed, lines)

    return Account(
        folder=folder,
        manifest=manifest,
        report=summed(finished),
        repeats=tuple(summed(line for line in finished if line.repeat == number) for number in numbers),
        are_same=_are_same([line for line in finished if line.repeat in numbers]),
        retried=retried,
        failures=_kinds(finished, folder),
    )


def failures_of(folder: Path, name: str) -> tuple[FailureKind, ...]:
    """How the failures of one row ended, the most frequent kind first. Raises RecordError as `account`."""
    finished = sorted(read_results(folder), key=lambda line: line.number)
    return _kinds([line for line in finished if line.result.name == name], folder)


def _are_same(finished: Sequence[Finished]) -> bool:
    came: dict[tuple[str, str, int], list[bool]] = {}
    for line in finished:
        came.setdefault(line.key[1:], []).append(line.result.success)
    return any(len(each) > 1 for each in came.values()) and all(len(set(each)) == 1 for each in came.values())


def _kinds(finished: Sequence[Finished], folder: Path) -> tuple[FailureKind, ...]:
    found: dict[str, list[Finished]] = {}
    for line in finished:
        result = line.result
        if not result.success and (result.crashed or not result.solved_before):
            found.setdefault(CRASHED if result.crashed else result.outcome, []).append(line)
    kinds = [
        FailureKind(kind, len(lines), tuple(_failure(line, folder) for line in _various(lines)[:PER_KIND]))
        for kind, lines in found.items()
    ]
    return tuple(sorted(kinds, key=lambda kind: -kind.number))


def _various(lines: Sequence[Finished]) -> list[Finished]:
    """First one of every row, then a second one: six failures of one task tell less than one of six."""
    seen: dict[str, int] = {}
    rounds = []
    for line in lines:
        seen[line.result.name] = seen.get(line.result.name, 0) + 1
        rounds.append((seen[line.result.name], line))
    return [line for _, line in sorted(rounds, key=lambda pair: pair[0])]


def _failure(line: Finished, folder: Path) -> Failure:
    result = line.result
    picture = _inside(folder, line.picture)
    return Failure(result.name, line.seed, line.repeat, result.steps, result.crashed, picture, Path(result.folder).name)


def _inside(folder: Path, name: str) -> Path | None:
    """A picture of the folder; None for a name that leads out of it, since folders are passed on."""
    path = folder / name
    is_inside = path.resolve().is_relative_to(folder.resolve())
    return path if name and is_inside and path.is_file() else None
