"""What a benchmark came to: shares of success with their 95% intervals, a row for each task.

The interval is Wilson's score interval (E. B. Wilson, Probable inference, the law of succession, and statistical
inference, Journal of the American Statistical Association 22, 1927): it stays between 0 and 1 and is honest for few
episodes and for shares near the ends. Episodes that crashed, and those that were solved before the first action, are
counted but stand outside of every share, interval and mean.
"""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import fmean

from pydantic import BaseModel, ConfigDict, Field

from agent.evaluation.benchmark import EpisodeResult
from agent.evaluation.playing import Finished

_Z = 1.959963984540054
"""Of the normal distribution, 95% lie within so many standard deviations."""
MOST_CRASHED = 0.02
"""A larger share of crashed episodes makes the whole not valid."""

Interval = tuple[float, float]


class _Shares(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    episodes: int
    """All that were begun, with those that crashed."""
    success: float = Field(ge=0, le=1)
    """Of the episodes that count; 0 when there is none."""
    ci95: Interval
    crashed: int = 0
    """Broke in every try."""
    solved_before: int = 0
    """Fulfilled before the first action."""
    rewarded: float | None = Field(default=None, ge=0, le=1)
    """Share of the same episodes with a reward above 0, in parts too: what BrowserGym and Pix2Act call success. None in
    reports of before it was counted."""


class TaskReport(_Shares):
    """One row."""

    steps: float
    """Mean of an episode."""
    seconds: float
    """Mean of an episode."""
    tokens: float
    """Mean of an episode, prompts and replies."""


class Report(_Shares):
    """The whole: what `handeye eval --json` prints."""

    suite: str
    model: str
    seed: int
    retried: int = 0
    """Episodes that took more than one try."""
    repeats: tuple[float, ...] = ()
    """Success of each repeat."""
    tasks: dict[str, TaskReport]

    @property
    def valid(self) -> bool:
        """Whether so few crashed that the rest says something."""
        return self.crashed <= MOST_CRASHED * self.episodes

    def as_json(self) -> dict[str, object]:
        """Plain data, keys in reading order."""
        order = ("suite", "model", "seed", "episodes", "success", "ci95", "tasks")
        plain = self.model_dump(mode="json")
        columns = ("episodes", "success", "ci95", "crashed", "steps", "seconds", "tokens", "solved_before", "rewarded")
        tasks = {name: {key: row[key] for key in columns} for name, row in plain["tasks"].items()}
        added = {key: plain[key] for key in ("crashed", "solved_before", "retried", "repeats", "rewarded")}
        return {**{key: tasks if key == "tasks" else plain[key] for key in order}, "valid": self.valid, **added}


def report(suite: str, model: str, seed: int, finished: Iterable[Finished]) -> Report:
    """Sum up what is finished; rows stand in the order of the episodes, whoever was finished first."""
    ordered = sorted(finished, key=lambda line: line.number)
    rows: dict[str, list[EpisodeResult]] = {}
    repeats: dict[int, list[EpisodeResult]] = {}
    for line in ordered:
        rows.setdefault(line.result.name, []).append(line.result)
        repeats.setdefault(line.repeat, []).append(line.result)
    return Report(
        suite=suite,
        model=model,
        seed=seed,
        retried=sum(line.tries > 1 for line in ordered),
        repeats=tuple(_shares(repeats[number]).success for number in sorted(repeats)),
        tasks={name: _row(row) for name, row in rows.items()},
        **_shares([line.result for line in ordered]).model_dump(),
    )


def wilson(num_successes: int, num_trials: int) -> Interval:
    """The 95% interval of a share. Without trials nothing is known: 0 to 1.

    Raises ValueError when there are more successes than trials, or fewer than none.
    """
    low, high = score_interval(num_successes, num_trials)
    return round(low, 4), round(high, 4)


def score_interval(num_successes: int, num_trials: int) -> Interval:
    """The same, not rounded. Raises ValueError as `wilson`."""
    if not 0 <= num_successes <= num_trials:
        raise ValueError(f"{num_successes} successes in {num_trials} trials are not possible")
    if num_trials == 0:
        return 0.0, 1.0
    share, spread = num_successes / num_trials, _Z * _Z / num_trials
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z / (1 + spread) * sqrt(share * (1 - share) / num_trials + spread / (4 * num_trials))
    low = 0.0 if num_successes == 0 else max(0.0, middle - reach)
    high = 1.0 if num_successes == num_trials else min(1.0, middle + reach)
    return low, high


def _counted(results: Sequence[EpisodeResult]) -> list[EpisodeResult]:
    return [result for result in results if not result.crashed and not result.solved_before]


def _shares(results: Sequence[EpisodeResult]) -> _Shares:
    counted = _counted(results)
    num_successes = sum(result.success for result in counted)
    num_rewarded = sum(result.success or result.reward > 0 for result in counted)
    share = num_successes / len(counted) if counted else 0.0
    return _Shares(
        episodes=len(results),
        success=round(share, 4),
        ci95=wilson(num_successes, len(counted)),
        crashed=sum(bool(result.crashed) for result in results),
        solved_before=sum(result.solved_before and not result.crashed for result in results),
        rewarded=round(num_rewarded / len(counted), 4) if counted else 0.0,
    )


def _row(results: Sequence[EpisodeResult]) -> TaskReport:
    counted = _counted(results)
    return TaskReport(
        **_shares(results).model_dump(),
        steps=_mean(result.steps for result in counted),
        seconds=_mean(result.seconds for result in counted),
        tokens=_mean(result.tokens for result in counted),
    )


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return round(fmean(known), 3) if known else 0.0
