"""Guesses are copies of what followed the same tokens before."""

from hypothesis import given
from hypothesis import strategies as st

from perception.qwen3vl.draft import LONGEST, Drafter


def test_two_tokens_that_came_before_go_on_as_they_did() -> None:
    assert Drafter([1, 2, 3, 4, 5, 9, 1, 2]).guess() == [3, 4, 5, 9, 1, 2]
    assert Drafter([1, 2, 3, 4, 5, 9, 1, 2]).guess(2) == [3, 4]


def test_the_last_place_counts() -> None:
    assert Drafter([1, 2, 3, 1, 2, 4, 1, 2]).guess(1) == [4]


def test_one_token_gives_a_shorter_guess() -> None:
    assert Drafter([7, 1, 2, 3, 4, 5, 6, 7]).guess() == [1, 2, 3, 4]


def test_what_is_new_has_no_guess() -> None:
    assert Drafter().guess() == []
    assert Drafter([1, 2, 3]).guess() == []


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(0, 12))
def test_a_guess_is_a_stretch_of_the_conversation(tokens: list[int], limit: int) -> None:
    whole, grown = Drafter(tokens), Drafter()
    for token in tokens:
        grown.extend([token])
    guess = whole.guess(limit)
    assert guess == grown.guess(limit)
    assert len(guess) <= limit <= max(limit, LONGEST)
    assert not guess or any(tokens[start : start + len(guess)] == guess for start in range(len(tokens)))
