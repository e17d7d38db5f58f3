"""Evaluations in the page: tables with intervals, differences, failures with their pictures, foreign text as text."""

import re
from pathlib import Path

import pytest

from agent.errors import RecordError
from agent.evaluation.account import account, failures_of
from tests.evaluations import BROKE, LOST, WON, evaluated, named
from tests.ui.console.learned import EVIL
from ui.console.benchmark import comparison_html, evaluation_html, failures_html, line_words
from ui.evaluations import EvaluationLine
from ui.report_words import compared


def test_a_table_with_an_interval_for_each_task(tmp_path: Path) -> None:
    found = account(evaluated(tmp_path / "e", [WON, WON, WON, named(LOST, EVIL)], model=EVIL, missing=1))
    page = evaluation_html(found)
    assert "NOT WHOLE: 1 of 4 episodes are still to be played" in page
    assert "<td>43.9% to 100.0%</td>" in page
    assert '<th scope="row">click</th><td>100.0%</td>' in page
    assert "<img" not in page
    assert 'tabindex="0"' in page, "a wide table is scrolled by keys too"


def test_the_difference_says_what_is_sure(tmp_path: Path) -> None:
    before = [named(LOST, "a")] * 18 + [named(WON, "a")] * 2 + [named(WON, "b")] * 5
    now = [named(LOST, "a")] * 2 + [named(WON, "a")] * 18 + [named(LOST, "b")] * 5
    (pair,) = compared([account(evaluated(tmp_path / "before", before)), account(evaluated(tmp_path / "now", now))])
    page = comparison_html(pair)
    assert '<span class="he-better">+80.0%</span>' in page
    assert '<span class="he-worse">-100.0%</span>' in page
    assert "leaves out 0" in page
    assert page.count("<tr>") == 4


def test_failures_by_kind_with_their_last_screens(tmp_path: Path) -> None:
    broke = named(BROKE.model_copy(update={"crashed": EVIL}), "b")
    folder = evaluated(tmp_path / "evaluations" / "20260101-e&1", [LOST, LOST, broke, WON])
    (folder / "pictures" / "00002-click.png").unlink()
    found = account(folder)
    page = failures_html(folder.name, found, found.failures)
    assert re.findall(r"<h3[^>]*>([^<]+)", page) == ["2: the step limit was reached", "1: something broke in every try"]
    assert re.findall(r'src="([^"]+)"', page) == [
        "/evaluation/20260101-e%261/00001-click.png",
        "/evaluation/20260101-e%261/00003-b.png",
    ]
    assert page.count("no picture") == 1
    assert 'alt="Last screen of click, seed 0, 10 steps"' in page
    assert "&lt;img src=x" in page
    assert "window.evil" not in re.sub(r"<span>[^<]*</span>", "", page)


def test_failures_of_one_task_alone(tmp_path: Path) -> None:
    folder = evaluated(tmp_path / "e", [named(LOST, "a")] * 9 + [named(LOST, "b"), named(WON, "c")])
    assert [kind.number for kind in failures_of(folder, "a")] == [9]
    assert [kind.examples[0].name for kind in failures_of(folder, "b")] == ["b"]
    assert failures_of(folder, "c") == ()
    assert "Nothing failed here" in failures_html("e", account(folder), failures_of(folder, "c"))
    (folder / "results.jsonl").write_text("x\n")
    with pytest.raises(RecordError):
        failures_of(folder, "a")


def test_a_line_of_the_list() -> None:
    line = EvaluationLine("e", "miniwob", "nano", "2026-05-01T12:00:30+00:00", 0.169)
    assert line_words(line) == "2026-05-01 12:00  miniwob, nano: 16.9%"
    assert line_words(line._replace(success=None)).endswith("nano: not finished")
