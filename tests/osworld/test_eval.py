"""`handeye eval osworld` plays tasks by the official desktop_env, and what breaks is counted apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from actions.action import Action, Terminate
from tests.osworld import tasks
from tests.osworld.test_official import RENAME, SUCCESS, said_by
from ui.cli import exits
from ui.cli.main import main

pytestmark = pytest.mark.osworld


def written(folder: Path, **domains: dict[str, Any]) -> Path:
    """OSWorld's layout, with one task for each domain."""
    for domain, task in domains.items():
        path = folder / "examples" / domain / f"{task['id']}.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(task))
    return folder


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return json.loads(capsys.readouterr().out)


def words(folder: Path, examples: Path, actions: list[Action]) -> list[str]:
    script = folder / "script.jsonl"
    script.write_text("".join(json.dumps(reply) + "\n" for reply in said_by(actions)))
    kept = ["--keep", str(folder / "kept"), "--settle", "0,0", "--json"]
    model = ["--model", f"scripted:{script}", "--codec", "qwen3vl", "--prompt", "computer_use"]
    return ["eval", "osworld", "--examples", str(examples), *kept, *model]


def test_two_tasks_are_measured_and_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examples = written(tmp_path / "official", os=tasks.rename(), settings=tasks.bluetooth())
    assert main(words(tmp_path, examples, [*RENAME, SUCCESS, SUCCESS])) == exits.DONE
    first = said(capsys)
    rows = {name: (row["episodes"], row["success"], row["crashed"]) for name, row in first["tasks"].items()}
    assert rows == {"os": (1, 1.0, 0), "settings": (1, 0.0, 0)}, "success said of what can't be done is none"
    assert first["tasks"]["os"]["steps"] == len(RENAME) + 1
    (result,) = (tmp_path / "kept/runs").glob("*-os/pyautogui/screenshot/*/os/*/result.txt")
    assert result.read_text() == "1.0\n"
    assert "-> DONE" in result.with_name("runtime.log").read_text()
    results = tmp_path / "kept/results.jsonl"
    results.write_bytes(results.read_bytes().splitlines(keepends=True)[0])  # as after a kill
    (tmp_path / "script.jsonl").write_text(json.dumps(said_by([Terminate(status="failure")])[0]) + "\n")
    assert main(["eval", "--resume", str(tmp_path / "kept"), "--json"]) == exits.BROKEN, "its model is another one now"


def test_a_task_that_breaks_is_counted_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tasks.bluetooth()
    broken["evaluator"] = {"func": "no_such_metric"}
    examples = written(tmp_path / "official", settings=broken)
    assert main([*words(tmp_path, examples, [SUCCESS]), "--retries", "0"]) == exits.FAILED
    assert said(capsys)["tasks"]["settings"]["crashed"] == 1
    results = (tmp_path / "kept/results.jsonl").read_text()
    assert "desktop_env broke: AttributeError" in results
    assert "no_such_metric" in results
