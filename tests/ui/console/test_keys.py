"""Links, passes, and a stop to guessing."""

import pytest

from ui.console.keys import LINK_SECONDS, LOCKED_SECONDS, MOST_BROWSERS, MOST_WRONG, Keys, Locked


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_key_works_once_and_its_pass_is_known() -> None:
    keys = Keys()
    first = keys.first
    admitted = keys.enter(first)
    assert admitted
    assert keys.enter(first) is None
    assert keys.browser(admitted) == "browser 1"
    assert keys.browser(admitted + "x") is None
    assert keys.browser("") is None
    with pytest.raises(ValueError, match="used"):
        _ = keys.first


def test_another_browser_has_a_link_of_its_own_for_a_while() -> None:
    clock = Clock()
    keys = Keys(clock)
    older, newer = keys.invite(), keys.invite()
    assert keys.enter(older) is None, "only the newest"
    admitted = keys.enter(newer)
    assert admitted
    assert keys.browser(admitted) == "browser 1"
    late = keys.invite()
    clock.now += LINK_SECONDS + 1
    assert keys.enter(late) is None
    assert keys.enter(keys.first), "the first one waits"


def test_six_wrong_keys_in_a_minute_lock_and_the_lock_ends() -> None:
    clock = Clock()
    keys = Keys(clock)
    for _ in range(MOST_WRONG):
        assert keys.enter("x") is None
        clock.now += 2
    with pytest.raises(Locked):
        keys.enter("x")
    with pytest.raises(Locked):
        keys.enter(keys.first)
    clock.now += LOCKED_SECONDS + 1
    assert keys.enter(keys.first)


def test_a_few_wrong_keys_now_and_then_lock_nothing() -> None:
    clock = Clock()
    keys = Keys(clock)
    for _ in range(40):
        assert keys.enter("x") is None
        clock.now += 13
    assert keys.enter(keys.first)


def test_a_locked_door_lets_those_stay_who_are_in() -> None:
    keys = Keys()
    admitted = keys.enter(keys.first)
    assert admitted
    for _ in range(MOST_WRONG):
        keys.enter("x")
    with pytest.raises(Locked):
        keys.enter("x")
    assert keys.browser(admitted) == "browser 1"


def test_there_is_an_end_to_browsers() -> None:
    keys = Keys()
    assert keys.enter(keys.first)
    for _ in range(MOST_BROWSERS - 1):
        assert keys.enter(keys.invite())
    with pytest.raises(ValueError, match="browsers"):
        keys.invite()
