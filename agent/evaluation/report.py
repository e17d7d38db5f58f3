"""What a benchmark came to: shares of success with their 95% intervals, a row for each task.

The interval is Wilson's score interval (E. B. Wilson, Probable inference, the law of succession, and statistical
inference, Journal of the American Statistical Association 22, 1927): it stays between 0 and 1 and is honest for few
episodes and for shares near the ends. Crashed episodes are counted but stand outside of every share, interval and mean.
"""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import fmean

from pydantic import BaseModel, ConfigDict, Field

from agent.evaluation.benchmark import EpisodeResult

_Z = 1.959963984540054
"""Of the normal distribution, 95% lie within so many standard deviations."""

Interval = tuple[float, float]


class _Shares(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    episodes: int
    """All that were begun, with those that crashed."""
    success: float = Field(ge=0, le=1)
    """Of the episodes that did not crash; 0 when there is none."""
    ci95: Interval


class TaskReport(_Shares):
    """One row."""

    crashed: int
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
    tasks: dict[str, TaskReport]

    def as_json(self) -> dict[str, object]:
        """Plain data, keys in reading order."""
        order = ("suite", "model", "seed", "episodes", "success", "ci95", "tasks")
        plain = self.model_dump(mode="json")
        columns = ("episodes", "success", "ci95", "crashed", "steps", "seconds", "tokens")
        tasks = {name: {key: row[key] for key in columns} for name, row in plain["tasks"].items()}
        return {key: tasks if key == "tasks" else plain[key] for key in order}


def report(suite: str, model: str, seed: int, results: Iterable[EpisodeResult]) -> Report:
    """Sum up the results; rows stand in the order in which their tasks came first."""
    everything = list(results)
    rows: dict[str, list[EpisodeResult]] = {}
    for result in everything:
        rows.setdefault(result.name, []).append(result)
    shares = _shares(everything)
    return Report(
        suite=suite,
        model=model,
        seed=seed,
        episodes=shares.episodes,
        success=shares.success,
        ci95=shares.ci95,
        tasks={name: _row(row) for name, row in rows.items()},
    )


def wilson(num_successes: int, num_trials: int) -> Interval:
    """The 95% interval of a share. Without trials nothing is known: 0 to 1.

    Raises ValueError when there are more successes than trials, or fewer than none.
    """
    if not 0 <= num_successes <= num_trials:
        raise ValueError(f"{num_successes} successes in {num_trials} trials are not possible")
    if num_trials == 0:
        return 0.0, 1.0
    share, spread = num_successes / num_trials, _Z * _Z / num_trials
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z / (1 + spread) * sqrt(share * (1 - share) / num_trials + spread / (4 * num_trials))
    low = 0.0 if num_successes == 0 else max(0.0, middle - reach)
    high = 1.0 if num_successes == num_trials else min(1.0, middle + reach)
    return round(low, 4), round(high, 4)


def _shares(results: Sequence[EpisodeResult]) -> _Shares:
    counted = [result for result in results if not result.crashed]
    num_successes = sum(result.success for result in counted)
    share = num_successes / len(counted) if counted else 0.0
    return _Shares(episodes=len(results), success=round(share, 4), ci95=wilson(num_successes, len(counted)))


def _row(results: Sequence[EpisodeResult]) -> TaskReport:
    counted = [result for result in results if not result.crashed]
    shares = _shares(results)
    return TaskReport(
        episodes=shares.episodes,
        success=shares.success,
        ci95=shares.ci95,
        crashed=len(results) - len(counted),
        steps=_mean(result.steps for result in counted),
        seconds=_mean(result.seconds for result in counted),
        tokens=_mean(result.tokens for result in counted),
    )


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return round(fmean(known), 3) if known else 0.0
