"""The seat: what is let go, said and done by hand is bound to what was shown; what has passed has passed."""

import asyncio
from collections.abc import Callable

import pytest

from actions.action import Action, LeftClick, Type
from agent.guard.steering import Turn
from perception.geometry import Point
from perception.observation import Observation
from tests.ui.sample_run import form
from ui.console.seat import LONGEST_WORD, LOOK_SECONDS, Passed, Seat, Sitting

CLICK = LeftClick(at=Point(x=3, y=4))


def _seat() -> tuple[Seat, list[Sitting]]:
    seen: list[Sitting] = []
    return Seat(seen.append), seen


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(LOOK_SECONDS / 3)
    raise AssertionError("it never came")


async def _held(seat: Seat) -> tuple[asyncio.Task[Turn], int]:
    """A decision that waits, and its number."""
    waiting = asyncio.create_task(seat.steer())
    await _until(lambda: seat.sitting.held > 0)
    return waiting, seat.sitting.held


async def _turn(seat: Seat) -> tuple[asyncio.Task[Action | None], int]:
    """The person's turn, and its number."""
    acting = asyncio.create_task(seat.act("", Observation(frame=form(), url="")))
    await _until(lambda: seat.sitting.turn > 0)
    return acting, seat.sitting.turn


async def test_nothing_is_held_until_somebody_pauses() -> None:
    seat, seen = _seat()
    assert await seat.steer() == Turn()
    seat.pause()
    waiting, number = await _held(seat)
    seat.go_on()
    assert await waiting == Turn(waited=True)
    assert seat.sitting == Sitting()
    assert [one.held for one in seen] == [0, number, number, 0]


async def test_a_step_lets_the_action_that_was_shown_happen_and_no_other() -> None:
    seat, _ = _seat()
    seat.pause()
    first, number = await _held(seat)
    seat.step_once(number)
    with pytest.raises(Passed):
        seat.step_once(number)
    assert (await first).kind == "go"
    second, other = await _held(seat)
    assert other != number
    for passed in (number, 0, other + 1):
        with pytest.raises(Passed):
            seat.step_once(passed)
    await asyncio.sleep(LOOK_SECONDS * 3)
    assert not second.done()
    second.cancel()


async def test_words_reach_the_next_decision_once() -> None:
    seat, _ = _seat()
    seat.say("  mind   the\ntick ")
    assert await seat.steer() == Turn("think_again", ("mind the tick",))
    assert await seat.steer() == Turn()
    assert seat.sitting.told == ("mind the tick",)
    for words in ("", " \n", "x" * (LONGEST_WORD + 1)):
        with pytest.raises(ValueError):
            seat.say(words)


async def test_a_turn_takes_one_action_and_is_then_over() -> None:
    seat, _ = _seat()
    with pytest.raises(Passed):
        seat.do(0, CLICK)
    seat.take_over()
    assert (await seat.steer()).kind == "take_over"
    acting, number = await _turn(seat)
    assert not seat.sitting.wanted
    seat.do(number, CLICK)
    with pytest.raises(Passed):
        seat.do(number, CLICK)
    assert await acting == CLICK
    assert (seat.sitting.turn, seat.sitting.by_hand) == (0, True)
    again, other = await _turn(seat)
    with pytest.raises(Passed):
        seat.do(number, Type(text="late"))
    seat.do(other, None)
    assert await again is None
    assert seat.sitting == Sitting()


async def test_stopping_a_run_that_waits_leaves_the_seat_free() -> None:
    seat, _ = _seat()
    acting, _ = await _turn(seat)
    acting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await acting
    assert seat.sitting == Sitting()
