"""Two measurements of the same tasks beside each other.

The interval of a difference of shares is Newcombe's hybrid of two Wilson intervals (R. G. Newcombe, Interval estimation
for the difference between independent proportions, Statistics in Medicine 17, 1998, method 10). It takes the two as
independent, which for the same episodes is the careful side.
"""

from collections.abc import Collection
from math import sqrt
from typing import NamedTuple

from agent.evaluation.report import Interval, Report, TaskReport, score_interval


class Difference(NamedTuple):
    """Later share less earlier one."""

    name: str
    before: float
    now: float
    change: float
    ci95: Interval
    """Of the change."""

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves out no change at all."""
        return self.ci95[0] > 0 or self.ci95[1] < 0


def compare(before: Report, now: Report) -> list[Difference]:
    """The whole first, then every task that both have."""
    tasks = [name for name in before.tasks if name in now.tasks]
    pairs = [("all", before, now), *((name, before.tasks[name], now.tasks[name]) for name in tasks)]
    return [_difference(name, *pair) for name, *pair in pairs]


def compare_some(before: Report, now: Report, tasks: Collection[str], name: str) -> Difference:
    """Some of the tasks together, as one row of that name. Raises KeyError for one that was not measured."""
    counts = [
        tuple(map(sum, zip(*(_counts(report.tasks[task]) for task in tasks), strict=True))) or (0, 0)
        for report in (before, now)
    ]
    (won, trials), (won_now, trials_now) = counts
    share, share_now = (won / trials if trials else 0.0), (won_now / trials_now if trials_now else 0.0)
    change = round(share_now - share, 4)
    interval = newcombe((won, trials), (won_now, trials_now))
    return Difference(name, round(share, 4), round(share_now, 4), change, interval)


def newcombe(before: tuple[int, int], now: tuple[int, int]) -> Interval:
    """The 95% interval of the change of a share, from (successes, trials) of each. Without trials nothing is known: -1
    to 1. Raises ValueError as `wilson`."""
    (low, high), (low_now, high_now) = score_interval(*before), score_interval(*now)
    if not (before[1] and now[1]):
        return -1.0, 1.0
    share, share_now = (successes / trials for successes, trials in (before, now))
    change = share_now - share
    down = sqrt((share_now - low_now) ** 2 + (high - share) ** 2)
    up = sqrt((high_now - share_now) ** 2 + (share - low) ** 2)
    return round(max(-1.0, change - down), 4), round(min(1.0, change + up), 4)


def _difference(name: str, before: Report | TaskReport, now: Report | TaskReport) -> Difference:
    interval = newcombe(_counts(before), _counts(now))
    return Difference(name, before.success, now.success, round(now.success - before.success, 4), interval)


def _counts(row: Report | TaskReport) -> tuple[int, int]:
    trials = row.episodes - row.crashed - row.solved_before
    return round(row.success * trials), trials
