"""The demo is a run like any other: what the page kept decides, not what the model says."""

import json
from pathlib import Path

import pytest

from sandboxes.demos.signup import signup
from ui.cli import exits
from ui.cli.main import main

pytestmark = pytest.mark.browser

TAB: dict[str, object] = {"thought": "Next", "action": "key", "keys": ["tab"]}
SPACE: dict[str, object] = {"thought": "Tick", "action": "key", "keys": ["space"]}
ENTER: dict[str, object] = {"thought": "Send", "action": "key", "keys": ["enter"]}
END: dict[str, object] = {"thought": "Finished", "action": "terminate", "status": "success"}


def _by_keyboard(seed: int) -> list[dict[str, object]]:
    """The form of a seed filled in without a look at it: from field to field, and the button at last."""
    typed: list[dict[str, object]] = [
        {"thought": "Type", "action": "type", "text": value} for value in signup(seed).fields.values()
    ]
    fields: list[dict[str, object]] = [action for value in typed for action in (TAB, value)]
    return [*fields, TAB, SPACE, TAB, ENTER, END]


@pytest.mark.parametrize(("replies", "code"), [(_by_keyboard(3), exits.DONE), ([END], exits.FAILED)])
def test_the_page_decides(
    replies: list[object], code: int, tmp_path: Path, runs_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    words = ["demo", "--seed", "3", "--model", f"scripted:{script}", "--runs", str(runs_folder), "--json"]
    assert main(words) == code
    printed = capsys.readouterr()
    said = json.loads(printed.out)
    assert said["outcome"]["kind"] == "finished"
    assert said["outcome"]["success"] is (code == exits.DONE)
    assert said["outcome"]["score"]["facts"]["asked"] == signup(3).wanted
    assert "as read from the page:" in printed.err
    assert Path(said["replay"]).is_file()
