"""The interval of a difference, and two reports beside each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.evaluation.benchmark import EpisodeResult
from agent.evaluation.comparison import compare, newcombe
from agent.evaluation.playing import Finished
from agent.evaluation.report import Report, report

counts = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda pair: (pair[0], sum(pair)))


@pytest.mark.parametrize(
    ("before", "now", "interval"),
    [
        ((48, 80), (56, 70), (0.0524, 0.3339)),
        ((3, 10), (9, 10), (0.1705, 0.8090)),
        ((2, 7), (6, 7), (0.0582, 0.8062)),
        ((0, 29), (5, 56), (-0.0381, 0.1926)),
        ((0, 20), (0, 10), (-0.1611, 0.2775)),
        ((0, 10), (10, 10), (0.6075, 1.0)),
    ],
)
def test_newcombes_interval_has_the_published_values(before, now, interval):
    """Contrasts of Newcombe, Statistics in Medicine 17, 1998, table II, method 10."""
    assert newcombe(before, now) == interval
    assert newcombe(now, before) == (-interval[1], -interval[0])


def test_nothing_is_known_without_trials():
    assert newcombe((0, 0), (9, 10)) == newcombe((9, 10), (0, 0)) == (-1.0, 1.0)


@given(counts, counts)
def test_the_interval_holds_the_change_and_turns_with_it(before, now):
    low, high = newcombe(before, now)
    assert -1 <= low <= high <= 1
    if before[1] and now[1]:
        assert low - 1e-4 <= now[0] / now[1] - before[0] / before[1] <= high + 1e-4
    assert newcombe(now, before) == pytest.approx((-high, -low), abs=2e-4)


def test_more_successes_than_trials_are_refused():
    with pytest.raises(ValueError, match="not possible"):
        newcombe((2, 1), (1, 2))


def measured(**tasks: tuple[int, int]) -> Report:
    """Row -> successes and failures, and one episode of each that crashed."""
    results = [
        EpisodeResult(name=name, success=success)
        for name, (good, bad) in tasks.items()
        for success in [True] * good + [False] * bad
    ]
    results += [EpisodeResult(name=name, crashed="gone") for name in tasks]
    lines = [Finished(number=number, task="t", seed=number, result=result) for number, result in enumerate(results, 1)]
    return report("suite", "model", 0, lines)


def test_the_whole_comes_first_then_the_tasks_that_both_have():
    rows = compare(measured(a=(48, 32), gone=(1, 1)), measured(new=(1, 0), a=(56, 14)))
    assert [row.name for row in rows] == ["all", "a"]
    assert (rows[1].before, rows[1].now, rows[1].change) == (0.6, 0.8, 0.2)
    assert rows[1].ci95 == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert rows[1].is_sure
    same = measured(a=(5, 5))
    assert [(row.change, row.is_sure) for row in compare(same, same)] == [(0.0, False)] * 2
