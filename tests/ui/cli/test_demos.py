"""`handeye demos` says by name what can't be demonstrated."""

from pathlib import Path

import pytest

from ui.cli import exits
from ui.cli.main import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--out"),
        (["--out", "{}", "--episodes", "0"], "--episodes 0: at least 1"),
        (["--out", "{}", "--tasks", "heldout"], "none of these tasks has a solver"),
        (["--out", "{}", "--seed", "1000001"], "seeds above 1,000,000 are for measuring alone"),
    ],
)
def test_wrong_use_is_one_line(words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "demos"
    assert main(["demos", *(word.format(folder) for word in words)]) == exits.USAGE
    printed = capsys.readouterr().err
    assert said in printed
    assert printed.count("\n") == 1
    assert not folder.exists()
