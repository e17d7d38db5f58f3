"""Which replies a step draws, in one length and in two."""

import pytest

from agent.training.dialogue import Dialogue
from agent.training.drawing import TOO_LONG, Drawing
from perception.errors import ModelError

TWO = Drawing(seed=1, batch_size=40, length=10, long_length=30, long_since=8)


def dialogue(name: str, num_tokens: int) -> Dialogue:
    return Dialogue(name, [0] * num_tokens, 1, (), ())


SHORT, LONG, HUGE = dialogue("short", 11), dialogue("long", 31), dialogue("huge", 32)
ALL, EVEN = [SHORT, LONG, HUGE], [1.0, 1.0, 1.0]


def names(drawing: Drawing, step: int) -> set[str]:
    return {one.name for one in drawing.drawn(ALL, EVEN, step)}


def test_the_last_part_draws_longer_ones_beside_the_short_ones() -> None:
    assert [names(TWO, step) for step in (0, 7)] == [{"short"}] * 2
    assert [names(TWO, step) for step in (8, 20)] == [{"short", "long"}] * 2


def test_what_is_never_drawn_is_told() -> None:
    assert TWO.left_out(ALL) == {TOO_LONG: 1}
    assert TWO.left_out([SHORT, LONG]) == {}


def test_with_one_length_replies_of_any_length_are_drawn() -> None:
    one = Drawing(seed=1, batch_size=40, length=10)
    assert names(one, 99) == {"short", "long", "huge"}
    assert one.left_out(ALL) == {}
    one.check([HUGE])


def test_a_first_part_without_anything_to_draw_is_said() -> None:
    with pytest.raises(ModelError, match="no reply fits length=10: the shortest has 31 tokens"):
        TWO.check([LONG, HUGE])
    TWO.check(ALL)


def test_shares_count_in_both_parts() -> None:
    drawn = [one.name for one in TWO.drawn(ALL, [1.0, 9.0, 1.0], 9)]
    assert drawn.count("long") > 25
