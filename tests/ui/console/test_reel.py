"""Runs as the replay tab shows them: any step of a long one at once, marks drawn, two compared."""

import time
from pathlib import Path

import pytest

from agent import review
from agent.errors import RecordError
from agent.recorder import load
from agent.trajectory import Outcome
from perception.geometry import Point
from tests.agent.exchange.recorded import CLICK, record
from tests.ui.many_runs import write_run
from ui.console.reel import (
    Reel,
    difference_html,
    differs_at,
    head_html,
    other_screen_html,
    place_words,
    screen_html,
    step_html,
)
from ui.run_index import RunIndex

EVIL = "<img src=x onerror=alert(1)>"


def reel_of(runs: Path, tmp_path: Path) -> Reel:
    index = RunIndex(runs, tmp_path / "index.sqlite")
    index.refresh(60)
    return Reel(index)


def test_a_step_is_shown_with_what_was_done(runs_folder: Path, tmp_path: Path) -> None:
    record(runs_folder / "run", [{"thought": EVIL}, {"actor": "human", "url": EVIL}])
    run = reel_of(runs_folder, tmp_path).run("run")
    assert "step 2 of 2" in head_html(run, 1)
    assert "By hand: " in step_html(run, 1)
    assert "<img src=x" not in step_html(run, 0) + step_html(run, 1)
    plain, pointed = screen_html(run, 0, "run/0"), screen_html(run, 0, "run/0", Point(x=2, y=2))
    assert 'data-of="run/0"' in plain
    assert plain != pointed, "where the person pointed is drawn"


def test_reviews_show_at_once_and_those_of_others_too(runs_folder: Path, tmp_path: Path) -> None:
    record(runs_folder / "run", [{}, {}])
    reel = reel_of(runs_folder, tmp_path)
    assert "Not reviewed" in step_html(reel.run("run"), 0)
    steps = load(runs_folder / "run").steps
    review.add(runs_folder / "run", steps[0], "bad", by="Ada")
    review.add(runs_folder / "run", steps[1], "corrected", at=Point(x=1, y=2), by="Ada")
    run = reel.run("run")
    assert "Marked bad" in step_html(run, 0)
    assert "left_click (1, 2) is learned instead" in step_html(run, 1)


def test_a_run_that_goes_on_is_read_again(runs_folder: Path, tmp_path: Path) -> None:
    record(runs_folder / "run", [{}], outcome=None)
    reel = reel_of(runs_folder, tmp_path)
    assert reel.run("run").num_steps == 1
    record(tmp_path / "longer", [{}, {}], outcome=None)
    (runs_folder / "run" / "steps.jsonl").write_bytes((tmp_path / "longer" / "steps.jsonl").read_bytes())
    assert reel.run("run").num_steps == 2


def test_runs_are_compared_by_what_they_do(runs_folder: Path, tmp_path: Path) -> None:
    other = {"action": CLICK.model_copy(update={"at": Point(x=1, y=1)})}
    record(runs_folder / "one", [{}, {}, {}])
    record(runs_folder / "same", [{"thought": "Otherwise"}, {}, {}], pictures=[7, 8, 9])
    record(runs_folder / "parts", [{}, other, {}])
    record(runs_folder / "short", [{}, {}])
    reel = reel_of(runs_folder, tmp_path)
    one, same, parts, short = (reel.run(name) for name in ("one", "same", "parts", "short"))
    assert [differs_at(one, run) for run in (same, parts, short)] == [None, 1, 2]
    assert "do the same" in difference_html(one, same, 0)
    assert "They part at this step, step 2. This run: left_click (32, 8)" in difference_html(one, parts, 1)
    assert "The other: nothing, it has no such step" in difference_html(one, short, 0)
    assert "no such step" in other_screen_html(short, 2)
    assert step_html(short, 2) == ""


def test_what_can_t_be_shown_is_said(runs_folder: Path, tmp_path: Path) -> None:
    write_run(runs_folder, 0)
    record(runs_folder / "empty", [], outcome=Outcome(kind="failed", reason="x"))
    reel = reel_of(runs_folder, tmp_path)
    (name,) = (path.name for path in runs_folder.iterdir() if path.name != "empty")
    run = reel.run(name)
    assert "he-note" in screen_html(run, 0, "x")
    assert "he-note" in other_screen_html(run, 0)
    assert place_words(reel.run("empty"), 0) == "it has no steps"
    assert reel.run("empty").inside(3) == 0
    with pytest.raises(RecordError, match="no such run"):
        reel.run("../elsewhere")


@pytest.mark.slow
def test_a_run_of_a_thousand_steps_is_gone_through_in_a_moment(runs_folder: Path, tmp_path: Path) -> None:
    name = write_run(runs_folder, 0, num_steps=1000).name
    reel = reel_of(runs_folder, tmp_path)
    reel.run(name)
    begun = time.perf_counter()
    for index in (0, 500, 999):
        run = reel.run(name)
        assert step_html(run, index)
        screen_html(run, index, "x")
    assert time.perf_counter() - begun < 0.5
