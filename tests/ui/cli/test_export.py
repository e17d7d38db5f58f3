"""`handeye export` and `handeye import`: what they say, and the codes that they end with."""

import json
import os
from pathlib import Path

import pytest

from tests.ui.sample_run import record_run
from ui.cli import exits
from ui.cli.main import main


def said(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out)


def test_out_and_in_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_run(tmp_path / "runs" / "one")
    out, back = tmp_path / "set", tmp_path / "back"
    assert main(["export", str(tmp_path / "runs"), "--to", "ms-swift", "--out", str(out), "--json"]) == exits.DONE
    report = said(capsys)
    assert (report["runs"], report["train"], report["validation"]) == (1, 5, 0)
    assert any("ledger of effects" in line for line in report["lossy"])
    card = (out / "README.md").read_text()
    assert all(line in card for line in report["lossy"])
    assert main(["import", str(out), "--out", str(back), "--json"]) == exits.DONE
    assert said(capsys) == {"folder": str(back), "format": "ms-swift", "runs": ["one"], "steps": 5, "left_out": {}}
    assert main(["verify", str(back / "one")]) == exits.DONE
    assert main(["replay", str(back / "one")]) == exits.DONE


def test_the_card_s_digests_are_right(tmp_path: Path) -> None:
    import subprocess

    record_run(tmp_path / "one")
    assert main(["export", str(tmp_path / "one"), "--to", "parquet", "--out", str(tmp_path / "set")]) == exits.DONE
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path / "set", check=True, timeout=60)


def test_what_the_format_can_t_hold_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_run(tmp_path / "one")
    assert main(["export", str(tmp_path / "one"), "--to", "agentnet", "--out", str(tmp_path / "set")]) == exits.DONE
    assert "lossy  replies, token ids" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["--to", "csv"], exits.USAGE, 'no format "csv"; known are sharegpt'),
        (["--to", "trl", "--validation", "1"], exits.USAGE, "--validation"),
        (["--to", "trl", "--max-steps", "-1"], exits.USAGE, "--max-steps"),
        (["--to", "trl", "--least-reward", "90"], exits.USAGE, "at most 1"),
        (["--to", "trl", "--success", "--failed-too"], exits.USAGE, "exclude each other"),
        (["--to", "trl", "--actor", "human"], exits.BROKEN, "nothing is left to export: 5 steps of another actor"),
    ],
)
def test_wrong_use_is_said(
    words: list[str], code: int, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_run(tmp_path / "one")
    assert main(["export", str(tmp_path / "one"), "--out", str(tmp_path / "set"), *words]) == code
    assert line in capsys.readouterr().err
    assert not (tmp_path / "set").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_run(tmp_path / "one")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "mine.txt").write_text("mine")
    assert main(["export", str(tmp_path / "one"), "--to", "trl", "--out", str(tmp_path / "set")]) == exits.BROKEN
    assert "not empty: name a new folder" in capsys.readouterr().err
    assert os.listdir(tmp_path / "set") == ["mine.txt"]


def test_a_secret_that_is_not_there_stops_the_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What isn't known can't be taken out."""
    record_run(tmp_path / "one")
    config = tmp_path / "handeye.toml"
    config.write_text('[secrets.SHOP]\nsource = "env:NOT_SET_ANYWHERE"\nhosts = ["shop.example.org"]\n')
    words = ["export", str(tmp_path / "one"), "--to", "trl", "--out", str(tmp_path / "set"), "--config", str(config)]
    assert main(words) == exits.USAGE
    assert "the secret shop is not there" in capsys.readouterr().err


def test_importing_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(tmp_path / "no"), "--out", str(tmp_path / "runs")]) == exits.BROKEN
    assert "is not there" in capsys.readouterr().err
    words = ["import", str(tmp_path), "--out", str(tmp_path / "runs"), "--codec", "morse"]
    assert main(words) == exits.USAGE
