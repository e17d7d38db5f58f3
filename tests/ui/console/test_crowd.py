"""The crowd and the use of the console, small; `python -m tests.ui.console.crowd` is the whole."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent.recorder import image_store, load
from tests.ui.console.crowd_figures import growth, heard
from tests.ui.console.crowd_page import Watched
from tests.ui.sample_run import record_run

OLD = ("quiet: frames are old", "crowd: frames are old")
"""Faults that a machine which has other work may have; what is lost has no excuse."""


def said(repository: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what is printed."""
    command = [sys.executable, "-m", "tests.ui.console.crowd", *words]
    ended = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=550, check=False)
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout)


@pytest.mark.slow
@pytest.mark.browser
def test_a_few_watchers_of_two_runs_lose_nothing(repository: Path) -> None:
    code, told = said(repository, "--watchers", "4", "--runs", "2", "--steps", "8")
    assert set(told["faults"]) <= set(OLD)
    assert code == bool(told["faults"])
    assert told["left"] == []
    for name, watchers in (("quiet", 1), ("crowd", 4)):
        assert (told[name]["watchers"], told[name]["steps"]) == (watchers, 9)
        assert told[name]["lost_steps"] == told[name]["lost_screens"] == told[name]["without_end"] == 0
        assert told[name]["frames"] >= 4 * watchers
        assert 0 < told[name]["age_p50_ms"] <= told[name]["age_p95_ms"] <= told[name]["age_max_ms"] < 5000


@pytest.mark.slow
@pytest.mark.browser
def test_a_minute_of_use_leaves_nothing_running(repository: Path) -> None:
    code, told = said(repository, "--minutes", "0.8", "--warm-up", "0.1")
    assert (told["faults"], code, told["left"]) == ([], 0, [])
    assert told["use"]["rounds"] >= 1
    assert told["use"]["pages"] >= 3
    assert told["use"]["growth"]["samples"] > 5


@pytest.mark.slow
def test_nine_runs_at_once_are_wrong_use(repository: Path) -> None:
    command = [sys.executable, "-m", "tests.ui.console.crowd", "--runs", "9"]
    ended = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 1
    assert "1 to 8" in ended.stderr


def test_growth_is_the_slope_and_says_how_sure_it_is() -> None:
    steady = growth([(10.0 * number, 300 + number % 2) for number in range(200)])
    assert abs(steady.slope) < 3 * steady.error
    grown = growth([(10.0 * number, 300 + number / 36) for number in range(200)])
    assert grown.slope == pytest.approx(10, abs=0.01)
    assert grown.error < 0.01


def test_what_a_page_was_not_told_is_lost(tmp_path: Path) -> None:
    folder = record_run(tmp_path / "run")
    deaf = Watched(begun=1.0)
    told = heard(folder, [deaf])
    assert told.lost_steps == told.steps > 1
    assert told.lost_screens > 0
    assert told.without_end == 1
    assert {"a step was lost", "a screen was lost", "the end was lost", "no frame came"} == set(told.faults)


def test_a_screen_that_a_newer_one_overtook_is_as_old_as_the_picture_was_behind(tmp_path: Path) -> None:
    folder = record_run(tmp_path / "run")
    steps, store = load(folder).steps, image_store(folder)
    last = [step.after.digest for step in steps if step.after][-1]
    for place, digest in enumerate(dict.fromkeys(step.after.digest for step in steps if step.after)):
        os.utime(store.path(digest), (1000 + place, 1000 + place))
    written = store.path(last).stat().st_mtime
    page = Watched(begun=1.0, screens={last: written + 0.5}, steps={step.index + 1: 1.0 for step in steps}, word="Done")
    told = heard(folder, [page])
    assert (told.lost_screens, told.overtaken, told.faults) == (0, told.frames - 1, [])
    assert told.overtaken > 0
    assert told.age_max_ms == pytest.approx(1000 * (written + 0.5 - 1000))


def test_a_page_takes_in_screens_steps_and_the_end() -> None:
    page = Watched()
    digest = "0f" * 32
    parts = {
        "state": "<i></i><b>Running</b><span>step 3</span>",
        "picture": f'<img data-screen="{digest}">',
        "steps": "<li><i>2</i><div></div></li><li><i>1</i></li>",
    }
    assert page.hear("data: " + json.dumps({"parts": parts, "changed": True}))
    assert not page.hear(": nothing new")
    assert (set(page.screens), set(page.steps), page.is_over) == ({digest}, {1, 2}, False)
    assert not page.hear("data: " + json.dumps({"parts": {"state": "<b>Done</b>"}, "changed": False}))
    assert page.is_over
