"""Words: one side of the held-out rule and never the other."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.training.screens.glyphs import CHAR_IDS
from agent.training.words import NEUTRAL, Words, belongs, is_heldout, words_in

MAKERS = (
    "label button field check value word real pseudo name number code date email".split()
)  # every public way to get a text without an argument


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_every_word_of_every_text_is_on_the_side_asked_for(seed: int, heldout: bool) -> None:
    words = Words(random.Random(seed), heldout)
    for make in MAKERS:
        text = getattr(words, make)()
        assert text, make
        assert belongs(text, heldout=heldout), (make, text)
        assert all(is_heldout(word) == heldout for word in words_in(text) if word.lower() not in NEUTRAL)
    assert belongs(words.phrase(5), heldout=heldout)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_texts_hold_only_characters_that_screens_can_show(seed: int) -> None:
    words = Words(random.Random(seed), heldout=bool(seed % 2))
    for make in MAKERS:
        assert set(getattr(words, make)()) <= set(CHAR_IDS)


def test_words_that_are_one_token_stand_on_both_sides_and_never_alone_where_it_is_measured() -> None:
    rng = random.Random(3)
    for heldout in (False, True):
        words = Words(rng, heldout)
        seen = {word for _ in range(4000) for word in words.phrase(3).split()}
        assert seen >= NEUTRAL
    assert belongs("list in a", heldout=False)
    assert not belongs("list in a", heldout=True)
    assert not belongs("IN", heldout=True)


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=20))
def test_case_does_not_change_the_side(word: str) -> None:
    assert is_heldout(word) == is_heldout(word.lower())


def test_about_one_word_in_ten_is_held_out() -> None:
    rng = random.Random(5)
    drawn = ["".join(rng.choice("abcdefghij") for _ in range(6)) for _ in range(4000)]
    assert 0.08 < sum(map(is_heldout, drawn)) / len(drawn) < 0.12


def test_the_same_seed_gives_the_same_words() -> None:
    first, second = (Words(random.Random(9), heldout=True) for _ in range(2))
    assert [first.value() for _ in range(50)] == [second.value() for _ in range(50)]


def test_invented_words_are_short_and_lower_case() -> None:
    words = Words(random.Random(1), heldout=False)
    for _ in range(500):
        word = words.pseudo()
        assert 3 <= len(word) <= 11
        assert word.isalpha()
        assert word == word.lower()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sign in", ["Sign", "in"]),
        ("ada@b.org, 12:", ["ada@b.org", "12"]),
        (" - ", []),
    ],
)
def test_words_in_cuts_punctuation_off(text: str, words: list[str]) -> None:
    assert words_in(text) == words
