"""The list of runs: what is written there is text, and what comes back are names or nothing."""

from typing import Any

import pytest

from ui.console.run_list import Chosen, chosen, list_html
from ui.run_search import Entry, Page

EVIL = '"><script>alert(1)</script>'


def entry(name: str = "run", task: str = "Do it") -> Entry:
    return Entry(name, "2026-01-01T10:20:30+00:00", task, "done", "nano", 1200, 3.0)


def test_text_of_runs_is_shown_as_text() -> None:
    page = list_html(Page((entry(EVIL, EVIL)._replace(model=EVIL, outcome=EVIL, started=EVIL),), 1), (), "")
    assert "<script" not in page
    assert page.count("&lt;script") >= 5


def test_what_is_selected_and_opened_shows() -> None:
    page = list_html(Page((entry("one"), entry("two")), 2), {"one"}, "two")
    assert page.count(" checked") == page.count('aria-current="true"') == 1
    assert page.index(" checked") < page.index('aria-current="true"')
    assert "1,200 steps" in page


def test_an_empty_list_says_what_to_do() -> None:
    assert "Start one under Live" in list_html(Page((), 0), (), "")


def test_boxes_of_one_page_leave_those_of_others() -> None:
    what = chosen({"kind": "select", "runs": ["b"], "shown": ["a", "b"]})
    assert what == Chosen("select", ("b",), ("a", "b"))
    assert what is not None
    assert what.added_to(("a", "other")) == ("other", "b")


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "open",
        {"kind": "open"},
        {"kind": "open", "runs": "run"},
        {"kind": "open", "runs": []},
        {"kind": "open", "runs": ["a", "b"]},
        {"kind": "open", "runs": [{"a": 1}]},
        {"kind": "open", "runs": ["a" * 300]},
        {"kind": "delete", "runs": ["a"]},
        {"kind": ["open"], "runs": ["a"]},
        {"kind": "select", "runs": ["a"] * 51},
        {"kind": "select", "runs": [], "shown": 3},
    ],
)
def test_what_no_page_says_is_nothing(data: Any) -> None:
    assert chosen(data) is None
