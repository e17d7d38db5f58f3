"""Which tasks come next."""

import json
from collections import Counter

from agent.practice.draw import Draw


def drawn(draw: Draw, waves: int, count: int = 2) -> list[str]:
    return [one.name for _ in range(waves) for one in draw.next(count)]


def test_all_tasks_come_and_a_wave_has_different_ones() -> None:
    draw = Draw("abc", seed=0, most=0.9, rest=4)
    waves = [[one.name for one in draw.next(2)] for _ in range(60)]
    assert all(len(set(wave)) == 2 for wave in waves)
    assert min(Counter(name for wave in waves for name in wave).values()) > 20
    assert [one.name for one in Draw("a", seed=0, most=0.9, rest=4).next(3)] == ["a"] * 3


def test_seeds_are_those_for_training() -> None:
    draw = Draw("ab", seed=1, most=0.9, rest=4)
    seeds = [one.seed for _ in range(500) for one in draw.next(2)]
    assert 1 <= min(seeds) < max(seeds) <= 1_000_000
    assert len(set(seeds)) > 990


def test_what_is_always_won_or_lost_rests_and_comes_back() -> None:
    for success in (0.0, 0.95):
        draw = Draw("ab", seed=0, most=0.9, rest=6)
        draw.note("a", success)
        names = drawn(draw, 6, 1)
        assert names == ["b"] * 6
        assert "a" in drawn(draw, 20, 1)
    draw.note("a", 0.9)
    assert "a" in drawn(draw, 8, 1)


def test_where_all_rest_all_may_come() -> None:
    draw = Draw("ab", seed=0, most=0.9, rest=100)
    draw.note("a", 0)
    draw.note("b", 1)
    assert set(drawn(draw, 20, 1)) == {"a", "b"}


def test_it_goes_on_from_its_state() -> None:
    whole = Draw("abcd", seed=3, most=0.9, rest=5)
    whole.next(2)
    whole.note("c", 0)
    again = Draw("abcd", seed=3, most=0.9, rest=5, state=json.loads(json.dumps(whole.state())))
    assert [whole.next(2) for _ in range(9)] == [again.next(2) for _ in range(9)]
    assert whole.wave == again.wave == 10
