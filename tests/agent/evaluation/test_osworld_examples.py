"""OSWorld's files are read as they lie, and what is none is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.errors import BenchmarkError
from agent.evaluation.osworld_examples import read_examples

TASK = {"instruction": "Rename it", "config": [], "evaluator": {"func": "infeasible"}}


def put(folder: Path, domain: str, name: str, **changed: Any) -> Path:
    path = folder / domain / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"id": name, **TASK, **changed}))
    return path


def test_a_folder_a_domain_and_a_file_are_read(tmp_path: Path) -> None:
    put(tmp_path / "examples", "vlc", "c")
    one = put(tmp_path / "examples", "os", "b")
    put(tmp_path / "examples", "os", "a")
    (tmp_path / "test_all.json").write_text('{"os": ["a", "b"]}')  # OSWorld's list lies beside its tasks
    assert [(found.domain, found.task["id"]) for found in read_examples(tmp_path)] == [
        ("os", "a"),
        ("os", "b"),
        ("vlc", "c"),
    ]
    assert [found.task["id"] for found in read_examples(tmp_path / "examples/os")] == ["a", "b"]
    assert [(found.domain, found.task["id"]) for found in read_examples(one)] == [("os", "b")]


def test_what_is_no_task_is_said(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="holds no tasks: name OSWorld's folder evaluation_examples"):
        read_examples(tmp_path)
    bad = tmp_path / "bad.json"
    for text, words in (
        ("{", "can't be read as JSON"),
        ("[]", "it has no id, instruction, config, evaluator"),
        ('{"id": "a", "instruction": "", "config": []}', "it has no evaluator"),
    ):
        bad.write_text(text)
        with pytest.raises(BenchmarkError, match=f"bad.json .*{words}"):
            read_examples(bad)


def test_the_same_task_twice_is_said(tmp_path: Path) -> None:
    put(tmp_path, "os", "a")
    put(tmp_path, "multi_apps", "a")
    with pytest.raises(BenchmarkError, match="has the task a more than once"):
        read_examples(tmp_path)
