"""The game's solver wins where it can, and bars the other player where it must."""

import pytest

from sandboxes.oracles.playing import best, chance


@pytest.mark.parametrize(
    ("board", "field"),
    [
        ("xx oo    ", 2),  # wins rather than bars
        ("x  oo   x", 5),  # bars
        ("o   x    ", 8),  # opens two lines
        (" " * 9, 0),
    ],
)
def test_the_move_that_wins_most_often(board: str, field: int) -> None:
    assert best(board) == field


def test_a_draw_is_as_bad_as_a_loss() -> None:
    assert chance("xoxxoooxx") == 0.0
    assert chance("xxxoo    ") == 1.0
    assert 0.9 < chance("x        ") < 1.0
