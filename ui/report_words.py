"""What a report says of evaluations, in words and numbers that its text and its page share."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from agent.evaluation.account import CRASHED, Account, Failure
from agent.evaluation.comparison import Difference, compare
from agent.evaluation.manifest import differences
from agent.evaluation.report import Interval, Report, TaskReport
from ui.words import OUTCOMES

_KINDS = {**OUTCOMES, CRASHED: "something broke in every try", "": "the answer was wrong"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class Compared(NamedTuple):
    """Two evaluations beside each other."""

    before: Account
    now: Account
    rows: tuple[Difference, ...]
    """All tasks together first, then every task that both have."""
    differs: tuple[str, ...]
    """What else is not the same: the model, the episodes, versions, settings."""


def compared(accounts: Sequence[Account]) -> tuple[Compared, ...]:
    """The first with each of the others."""
    first, *others = accounts
    return tuple(
        Compared(first, other, tuple(compare(first.report, other.report)), _differs(first, other)) for other in others
    )


def remarks(account: Account) -> list[str]:
    """What has to be known beside the table, a sentence each."""
    found, report = [], account.report
    if account.deviation is not None:
        shares = ", ".join(f"{repeat.success:.1%}" for repeat in account.repeats)
        found.append(
            f"{len(account.repeats)} repeats came to {shares}; the standard deviation between them is "
            f"{account.deviation:.1%}."
        )
    if account.are_same:
        alone = account.repeats[0]
        found.append(
            f"Every episode came out alike in all repeats, so they say no more than one of them, whose interval is "
            f"{span(alone.ci95)}."
        )
    elif account.deviation is not None:
        found.append("The interval takes repeats of an episode as independent of each other.")
    if report.rewarded is not None and report.rewarded != report.success:
        found.append(f"With a reward above 0, in parts too, which is what others count: {report.rewarded:.1%}.")
    if report.solved_before:
        found.append(f"Solved before the first action, and counted for nothing: {report.solved_before}.")
    if report.retried:
        found.append(f"Tried more than once, since something broke: {report.retried}.")
    if report.crashed:
        found.append(f"Crashed in every try, neither success nor failure: {report.crashed}.")
    return found


def facts(account: Account) -> list[tuple[str, str]]:
    """The counts of the whole, each with its name."""
    report = account.report
    return [
        ("episodes", f"{report.episodes} of {account.expected}"),
        ("first seed", str(report.seed)),
        ("repeats", str(account.manifest.repeats)),
        ("crashed", str(report.crashed)),
        ("solved before", str(report.solved_before)),
        ("retried", str(report.retried)),
    ]


def cells(name: str, row: TaskReport, account: Account) -> dict[str, Any]:
    """A row of the table: column -> what stands there."""
    spread = account.spread(name)
    return {
        "name": plain(name),
        "success": f"{row.success:.1%}" if counted(row) else "",
        "interval": span(row.ci95),
        "spread": span(spread) if spread else "",
        "episodes": row.episodes,
        "crashed": row.crashed,
        "solved_before": row.solved_before,
        "retried": account.retried.get(name, 0),
        "steps": f"{row.steps:.1f}",
        "seconds": f"{row.seconds:.2f}",
        "tokens": f"{row.tokens:.0f}",
    }


def changes(row: Difference) -> dict[str, Any]:
    """A row of a comparison: column -> what stands there."""
    low, high = row.ci95
    return {
        "name": plain(row.name),
        "before": f"{row.before:.1%}",
        "now": f"{row.now:.1%}",
        "change": f"{row.change:+.1%}",
        "interval": f"{low:+.1%} to {high:+.1%}",
    }


def faults(pair: Compared) -> list[str]:
    """Why a comparison does not hold."""
    sides = (("before", pair.before), ("now", pair.now))
    return [f"{side}: {fault}" for side, each in sides for fault in each.faults]


def chance(pair: Compared) -> str:
    """What many rows beside each other mean."""
    tasks = pair.rows[1:]
    if not tasks:
        return "They have no task in common: only the whole can be set side by side."
    sure = sum(row.is_sure for row in tasks)
    return (
        f"The interval of {sure} of {len(tasks)} tasks leaves out 0; about {max(1, round(0.05 * len(tasks)))} would "
        "by chance alone. It takes the two evaluations as independent, which for the same episodes is the careful side."
    )


def ending(kind: str) -> str:
    """How failures of a kind ended."""
    return plain(_KINDS.get(kind, kind))


def caption(failure: Failure) -> str:
    """Which episode it was."""
    repeat = f", repeat {failure.repeat}" if failure.repeat > 1 else ""
    run = f", run {failure.run}" if failure.run else ""
    return plain(f"{failure.name}, seed {failure.seed}{repeat}, {failure.steps} step{'s' * (failure.steps != 1)}{run}")


def counted(row: Report | TaskReport) -> int:
    """Episodes that the share is of."""
    return row.episodes - row.crashed - row.solved_before


def span(ends: Interval) -> str:
    """From one share to another."""
    return f"{ends[0]:.1%} to {ends[1]:.1%}"


def plain(text: object) -> str:
    """Foreign text on one line, without what steers a terminal or turns the direction of writing."""
    return _CONTROL.sub(" ", str(text).encode(errors="replace").decode()).strip()


def _differs(before: Account, now: Account) -> tuple[str, ...]:
    """What the two manifests do not share, besides files of weights, whose number drowns the rest."""
    lines = differences(before.manifest, now.manifest)
    weights = [line for line in lines if line.startswith("weights.")]
    rest = tuple(line for line in lines if line not in weights)
    return (*rest, f"weights: {len(weights)} files differ") if weights else rest
