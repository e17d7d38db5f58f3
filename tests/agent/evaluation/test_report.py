import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.evaluation.benchmark import EpisodeResult
from agent.evaluation.playing import Finished
from agent.evaluation.report import Report, report, wilson


@pytest.mark.parametrize(
    ("num_successes", "num_trials", "interval"),
    [(0, 0, (0.0, 1.0)), (0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (81, 263, (0.2553, 0.3662))],
)
def test_wilsons_interval_has_the_published_values(num_successes, num_trials, interval):
    """81 of 263 is the example of Newcombe, Statistics in Medicine 17, 1998, which gives 0.2553 to 0.3662."""
    assert wilson(num_successes, num_trials) == interval


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_is_symmetric(num_successes, num_failures):
    num_trials = num_successes + num_failures
    low, high = wilson(num_successes, num_trials)
    assert 0 <= low <= high <= 1
    if num_trials:
        assert low - 1e-4 <= num_successes / num_trials <= high + 1e-4
    other_low, other_high = wilson(num_failures, num_trials)
    assert other_low == pytest.approx(1 - high, abs=2e-4)
    assert other_high == pytest.approx(1 - low, abs=2e-4)


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="not possible"):
        wilson(3, 2)


def test_crashed_episodes_are_outside_of_success():
    played = [
        EpisodeResult(name="b", success=True, steps=2, seconds=1.0, tokens=10),
        EpisodeResult(name="a", crashed="the page crashed"),
        EpisodeResult(name="b", success=False, steps=4, seconds=2.0, tokens=30),
        EpisodeResult(name="b", crashed="again"),
    ]
    results = [Finished(number=number, task="t", seed=1, result=result) for number, result in enumerate(played, 1)]
    plain = report("suite", "nano", 7, results).as_json()
    assert list(plain)[:7] == ["suite", "model", "seed", "episodes", "success", "ci95", "tasks"]
    assert (plain["episodes"], plain["success"]) == (4, 0.5)
    tasks = plain["tasks"]
    assert isinstance(tasks, dict)
    assert list(tasks) == ["b", "a"]
    assert list(tasks["b"])[:7] == ["episodes", "success", "ci95", "crashed", "steps", "seconds", "tokens"]
    assert (plain["crashed"], plain["valid"]) == (2, False)
    assert (tasks["b"]["crashed"], tasks["b"]["steps"], tasks["b"]["tokens"]) == (1, 3.0, 20.0)
    assert tasks["a"]["ci95"] == [0.0, 1.0]
    assert json.loads(json.dumps(plain)) == plain


def test_rewards_in_parts_are_counted_beside_successes():
    """A benchmark without rewards gives none for its successes either; what broke counts nowhere."""
    played = [
        EpisodeResult(name="a", success=True, reward=1.0),
        EpisodeResult(name="a", success=False, reward=0.4),
        EpisodeResult(name="a", success=False, reward=-1.0),
        EpisodeResult(name="a", success=True),
        EpisodeResult(name="a", reward=0.9, crashed="the page crashed"),
    ]
    results = [Finished(number=number, task="t", seed=1, result=result) for number, result in enumerate(played, 1)]
    summed = report("suite", "nano", 7, results)
    assert (summed.success, summed.rewarded, summed.tasks["a"].rewarded) == (0.5, 0.75, 0.75)
    assert Report.model_validate(summed.model_dump(exclude={"rewarded"})).rewarded is None
