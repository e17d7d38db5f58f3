"""The card: what the weights learned from, and kinds of question alone and together, crashed ones outside of shares."""

import json
import shutil
from pathlib import Path
from typing import Any

from agent.evaluation.card import GROUPS, accuracy_table, card, together
from agent.evaluation.report import wilson
from agent.training.record import RECORD
from perception.clients.catalog import NANO


def row(episodes: int, success: float, crashed: int = 0) -> dict[str, Any]:
    return {"episodes": episodes, "success": success, "ci95": [0.0, 1.0], "crashed": crashed}


def results(**tasks: dict[str, Any]) -> dict[str, Any]:
    return {"seed": 7, "episodes": 10, "success": 0.5, "ci95": [0.2, 0.8], "tasks": tasks}


def test_kinds_are_added_up_by_their_counts() -> None:
    found = together(results(button=row(100, 0.9), link=row(301, 0.5, crashed=1)), ("button", "link", "tab"))
    assert found["episodes"] == 401
    assert found["success"] == (90 + 150) / 400
    assert found["ci95"] == wilson(240, 400)


def test_no_question_is_no_success() -> None:
    assert together(results(), ("button",)) == {"episodes": 0, "success": 0.0, "ci95": (0.0, 1.0)}


def test_the_table_has_the_groups_and_then_the_largest_kinds() -> None:
    lines = accuracy_table(results(shape=row(10, 0.4), button=row(20, 0.5))).splitlines()
    names = [line.split("|")[1].strip() for line in lines if line.startswith("|")][2:]
    assert names == [*GROUPS, "button", "shape", "all"]
    assert "| 20 | 50.0% |" in lines[2]


def test_it_says_what_the_weights_learned_from(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(NANO, tmp_path / "nano"))
    drawn = json.loads((NANO / RECORD).read_text()) | {"stages": {"read": {"steps": 1, "seconds": 60}}, "before": None}
    for stages, words in (
        ([], "on synthetic screens. No"),
        (["sft"], "on synthetic screens, then on recorded runs. No"),
        (["sft", "rl"], "on synthetic screens, then on recorded runs, then on practice in a browser. No"),
    ):
        record = drawn
        for stage in stages:
            record = drawn | {"stages": {stage: {"steps": 1, "seconds": 60}}, "before": record}
        (folder / RECORD).write_text(json.dumps(record))
        assert words in card(folder, results(shape=row(10, 0.4)))
