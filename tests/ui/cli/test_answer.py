"""`handeye answer`: questions of a run are listed and answered from another process."""

import json
from pathlib import Path

import pytest

from agent.guard.question import Questions
from tests.agent.guard.test_question import ASKED
from tests.ui.sample_run import record_run
from ui.cli import exits
from ui.cli.main import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recorded run that asks something."""
    made = record_run(tmp_path / "run")
    Questions(made).ask(ASKED)
    return made


def test_questions_are_listed_and_answered_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["answer", str(folder), "--json"]) == exits.DONE
    told = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in told["questions"]] == ["run-3"]
    assert main(["answer", str(folder), "run-3", "refuse", "--reason", "no"]) == exits.DONE
    answer = Questions(folder).answer_to("run-3")
    assert answer is not None
    assert (answer.kind, answer.reason, answer.by) == ("refuse", "no", "handeye answer")
    assert main(["answer", str(folder)]) == exits.DONE
    assert "nothing is asked" in capsys.readouterr().out
    assert main(["answer", str(folder), "run-3", "approve"]) == exits.BROKEN
    assert "was answered already" in capsys.readouterr().err


def test_an_edit_names_its_action(folder: Path) -> None:
    click = '{"kind": "left_click", "at": {"x": 4, "y": 2}}'
    assert main(["answer", str(folder), "run-3", "edit"]) == exits.USAGE
    assert main(["answer", str(folder), "run-3", "approve", "--action", click]) == exits.USAGE
    assert main(["answer", str(folder), "run-3", "edit", "--action", "click"]) == exits.USAGE
    assert main(["answer", str(folder), "run-3", "edit", "--action", click]) == exits.DONE


@pytest.mark.parametrize(
    ("words", "code"),
    [(["run-3"], exits.USAGE), (["other", "approve"], exits.BROKEN), (["../x", "approve"], exits.BROKEN)],
)
def test_what_can_not_be_answered_is_said(folder: Path, words: list[str], code: int) -> None:
    assert main(["answer", str(folder), *words]) == code
