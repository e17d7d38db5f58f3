"""Sizes, times and figures as a person reads them."""

import pytest

from ui.measures import ago_words, date_words, figure_words, lasting_words, number_words, size_words


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (4000, "4.0 KB"),
        (2_500_000, "2.5 MB"),
        (123_400_000, "123 MB"),
        (7e14, "700 TB"),
    ],
)
def test_sizes(number: float, said: str) -> None:
    assert size_words(int(number)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "no time"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (7300, "2 hours"), (90000, "1 day")],
)
def test_how_long(seconds: float, said: str) -> None:
    assert lasting_words(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "just now"), (3, "just now"), (30, "a moment ago"), (61, "1 minute ago"), (7200, "2 hours ago")],
)
def test_how_long_ago(seconds: float, said: str) -> None:
    assert ago_words(seconds) == said


@pytest.mark.parametrize(("number", "said"), [(0, "0 runs"), (1, "1 run"), (1204, "1,204 runs")])
def test_how_many(number: int, said: str) -> None:
    assert number_words(number, "run") == said


def test_dates_and_figures() -> None:
    assert len(date_words(1_700_000_000)) == len("2026-05-01 14:03")
    assert [figure_words(value) for value in (0.012345, 3.0, 1234.4, 0.0)] == ["0.01235", "3", "1,234", "0"]
