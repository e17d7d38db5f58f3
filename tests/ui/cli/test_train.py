"""`handeye train` hands its flags to training and says by name what it does not know."""

import json
from pathlib import Path

import pytest

from ui.cli import exits
from ui.cli.main import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "KIND"),
        (["rl"], "there is no training called 'rl'; one of: pretrain, sft"),
        (["pretrain", "--set", "steps"], "write NAME=VALUE"),
        (["pretrain", "--set", "stepz=3"], "this training has no setting stepz; it has folder, "),
        (["pretrain", "--set", "steps=many"], "steps=many: this should be of the kind int"),
        (["pretrain", "--steps", "0"], "steps=0: at least 1"),
        (["pretrain", "--set", "batch_size=-1"], "batch_size=-1: at least 0"),
        (["pretrain", "--set", "bf16=maybe"], "bf16=maybe: write true or false"),
        (["pretrain", "--runs", "x"], "this training has no setting runs"),
    ],
)
def test_wrong_use_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", *words]) == exits.USAGE
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_nothing_to_learn_from_is_one_line(
    tmp_path: Path, runs_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "sft", "--runs", str(runs_folder), "--folder", str(tmp_path / "out")]
    assert main(words) == exits.BROKEN
    assert "holds no step of a successful run to learn from" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_pretraining_writes_a_model_and_goes_on_from_its_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["read_steps=1", "batch_size=1", "num_questions=1", "log_every=1", "save_every=1", "num_workers=0"]
    flags = [word for pair in small for word in ("--set", pair)]
    words = ["train", "pretrain", "--folder", str(tmp_path), "--steps", "2", "--json", *flags]
    assert main(words) == exits.DONE
    said = json.loads(capsys.readouterr().out)
    assert (Path(said["model"]) / "model.safetensors").is_file()
    assert said["last"]["step"] == 2
    assert main(words) == exits.DONE
