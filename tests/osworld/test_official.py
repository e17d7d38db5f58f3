"""The official desktop_env, unmodified, on our guest: three tasks go from 0 to 1, by given actions and by the agent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actions.action import Action, Decision, Key, LeftClick, Terminate, Type
from actions.codec.codec import codec
from perception.geometry import Point, Size
from sandboxes.osworld.code import code_of
from tests.osworld import tasks
from tests.page_server import Page, PageServer

pytestmark = pytest.mark.osworld
SCREEN = Size(width=1920, height=1080)
ALL_SECONDS = 300

RENAME: list[Action] = [LeftClick(at=Point(x=60, y=40)), Key(keys=("f2",)), Key(keys=("ctrl", "a"))]
RENAME += [Type(text="todo_list_Jan_2"), Key(keys=("enter",))]
FILL: list[Action] = [Key(keys=("ctrl", "home")), Key(keys=("down",)), Key(keys=("down",))]
FILL += [Type(text="Freshman\nFreshman\n"), Key(keys=("down",)), Type(text="Junior\n")]


@pytest.fixture(scope="module")
def environment() -> Path:
    """The environment that `make test-osworld` makes and names. Missing, it fails the test: a skipped one would prove
    nothing."""
    folder = os.environ.get("OSWORLD_ENVIRONMENT")
    if not folder or not Path(folder, "bin/python").exists():
        pytest.fail('make test-osworld TESTS="..." makes and names the environment of desktop_env', pytrace=False)
    return Path(folder)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Iterator[str]:
    """The address of the workbooks, which desktop_env's own environment writes: it has a library for that."""
    folder = tmp_path_factory.mktemp("books")
    code = f"from pathlib import Path; from tests.osworld.tasks import write_books; write_books(Path({str(folder)!r}))"
    subprocess.run([environment / "bin/python", "-c", code], cwd=root(), check=True, timeout=60)
    with PageServer() as server:
        for book in folder.iterdir():
            server.add(f"/{book.name}", Page(book.read_bytes(), content_type="application/octet-stream"))
        yield server.url


def root() -> Path:
    return Path(__file__).resolve().parents[2]


def said_by(actions: list[Action]) -> list[str]:
    """What a model replies that does these, a thought and a call each."""
    dialect = codec("qwen3vl")
    return [dialect.encode(Decision(thought="Go on", action=action), SCREEN, "desktop") for action in actions]


SUCCESS, FAILURE = Terminate(status="success"), Terminate(status="failure")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def played(environment: Path, results: Path, books: str) -> dict[str, dict[str, Any]]:
    """All episodes, one after the other in desktop_env's environment; by their names."""
    plans = {"rename": (tasks.rename(), RENAME), "fill": (tasks.fill_blanks(books), FILL)}
    bluetooth = tasks.bluetooth()
    episodes: list[dict[str, Any]] = []
    for name, (task, actions) in plans.items():
        codes = [code_of(action, SCREEN) for action in (*actions, SUCCESS)]
        episodes.append({"name": f"{name} by actions", "task": task, "actions": codes})
        episodes.append({"name": f"{name} by agent", "task": task, "replies": said_by([*actions, SUCCESS])})
    episodes += [
        {"name": "bluetooth by actions", "task": bluetooth, "actions": ["FAIL"]},
        {"name": "bluetooth by agent", "task": bluetooth, "replies": said_by([FAILURE])},
        {"name": "bluetooth believed", "task": bluetooth, "replies": said_by([SUCCESS])},
        {"name": "rename given up", "task": tasks.rename(), "replies": ["nothing", "nor this", *said_by([SUCCESS])]},
    ]
    folder = results
    job = {"python": sys.executable, "results": str(folder), "cache": str(folder / "cache"), "episodes": episodes}
    (folder / "job.json").write_text(json.dumps(job))
    ended = subprocess.run(
        [environment / "bin/python", root() / "tests/osworld/official.py", folder / "job.json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(root())},
        capture_output=True,
        text=True,
        timeout=ALL_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize("by", ["actions", "agent"])
def test_a_folder_is_renamed(played: dict[str, Any], by: str) -> None:
    assert played[f"rename by {by}"] == {"before": 0.0, "after": 1.0, "steps": len(RENAME) + 1}


@pytest.mark.parametrize("by", ["actions", "agent"])
def test_blanks_are_filled(played: dict[str, Any], by: str) -> None:
    assert played[f"fill by {by}"] == {"before": 0.0, "after": 1.0, "steps": len(FILL) + 1}


@pytest.mark.parametrize("by", ["actions", "agent"])
def test_an_infeasible_task_wants_fail(played: dict[str, Any], by: str) -> None:
    assert played[f"bluetooth by {by}"] == {"before": 0.0, "after": 1.0, "steps": 1}


def test_success_said_of_an_infeasible_task_scores_nothing(played: dict[str, Any]) -> None:
    assert played["bluetooth believed"] == {"before": 0.0, "after": 0.0, "steps": 1}


def test_a_task_that_nobody_does_scores_nothing(played: dict[str, Any]) -> None:
    assert played["rename given up"] == {"before": 0.0, "after": 0.0, "steps": 2}


def test_the_record_has_the_official_layout(played: dict[str, Any], results: Path) -> None:
    folder = results / "pyautogui/screenshot/rename given up/tests" / tasks.rename()["id"]
    first, last = (json.loads(line) for line in (folder / "traj.jsonl").read_text().splitlines())
    assert (first["action"], first["response"], last["action"], last["done"]) == ("WAIT", "nor this", "DONE", True)
    assert (folder / "result.txt").read_text() == "0.0\n"
    assert "reply: nor this -> WAIT" in (folder / "runtime.log").read_text()
    for line in (first, last):
        assert (folder / line["screenshot_file"]).read_bytes().startswith(b"\x89PNG")
