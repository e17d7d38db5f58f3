"""nano's vocabulary: every text comes back, coordinates are one token each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.training import nano
from agent.training.pretrain import maker
from agent.training.vocabulary import build, number_ids

TOKENIZER = build()


def cuts(text: str) -> list[str]:
    """The text of each token."""
    return [TOKENIZER.decode([token], skip_special_tokens=False) for token in TOKENIZER.encode(text).ids]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_every_text_comes_back_in_normal_form(text: str) -> None:
    import unicodedata

    ids = TOKENIZER.encode(text).ids
    assert TOKENIZER.decode(ids, skip_special_tokens=False) == unicodedata.normalize("NFC", text)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_coordinates_are_one_token_each(x: int, y: int) -> None:
    ids = TOKENIZER.encode(f'{{"thought": "", "action": "left_click", "coordinate": [{x}, {y}]}}').ids
    assert number_ids()[x] in ids
    assert number_ids()[y] in ids
    assert len(ids) == 7


def test_numbers_in_words_are_single_digits() -> None:
    assert cuts('Enter "1234" in') == ["Enter", " ", '"', "1", "2", "3", "4", '"', " in"]


@pytest.mark.parametrize("word", ["buttons", "Clicker", "Enterprise"])
def test_a_piece_is_never_part_of_a_longer_word(word: str) -> None:
    assert cuts(word) == list(word)


def test_a_name_is_spelled_where_the_same_word_opens_a_sentence() -> None:
    assert cuts('Press "Press". Press Submit') == ["Press ", '"', *"Press", '"', *". ", "Press ", *"Submit"]


def test_the_numbers_are_all_different() -> None:
    assert len(set(number_ids())) == 1001


@pytest.mark.parametrize(("coordinates", "length"), [("tokens", 1), ("digits", 3)])
def test_places_of_coordinates_are_found_in_both_ways_of_cutting(coordinates: str, length: int) -> None:
    reply = '[{"label": "7, 8", "point_2d": [512, 300], "bbox_2d": [480, 280, 540, 320]}]'
    sample = maker(coordinates).make("Locate 5", [], reply)
    runs = maker(coordinates).runs(sample.token_ids, sample.num_prompt)
    assert [end - begin for begin, end in runs] == [length] * 6
    assert [begin for begin, _ in runs] == sample.coordinates
    assert sample.whole == (length == 1)
    text = [nano.tokenizer().decode(sample.token_ids[begin:end]) for begin, end in runs]
    assert text == ["512", "300", "480", "280", "540", "320"]
