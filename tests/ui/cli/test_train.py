"""`handeye train` hands its flags to training and says by name what it does not know."""

import json
from pathlib import Path

import pytest

from tests.tiny_model import write_folder
from ui.cli import exits
from ui.cli.main import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "KIND"),
        (["distil"], "there is no training called 'distil'; one of: pretrain, sft, rl"),
        (["rl", "--runs", "x"], "this training has no setting runs"),
        (["rl", "--lora", "4"], "this training has no setting lora"),
        (["sft", "--merge"], "without lora there is nothing to merge; give --lora RANK too"),
        (["sft", "--set", "form=loud"], "there is no such form of replies; one of: auto, plain, thinking"),
        (["sft", "--set", "long_length=9"], "length=0, long_length=9: give both"),
        (["sft", "--set", "length=512"], "length=512, long_length=0: give both"),
        (["rl", "--set", "groups=0", "--dry-run"], "groups=0: at least 1"),
        (["rl", "--set", "loss=ppo", "--dry-run"], "there is no such loss; one of: sapo, grpo, dapo"),
        (["pretrain", "--dry-run"], "--dry-run: for sft and rl"),
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


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sft", "rl"])
def test_a_dry_run_says_what_it_would_take_and_starts_nothing(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, folder = write_folder(tmp_path / "model"), tmp_path / "out"
    words = ["train", kind, "--model", str(model), "--folder", str(folder), "--dry-run", "--json", "--steps"]
    found = []
    for steps in ("10", "1000"):
        assert main([*words, steps]) == exits.DONE
        found.append(json.loads(capsys.readouterr().out))
    short, long = found
    assert long["tokens"] == 100 * short["tokens"] > 0
    assert long["learner_hours"] > short["learner_hours"] >= 0
    assert short["learner_mib"] >= 4 * short["parameters"] / 2**20
    assert (long["playing_hours"] > 0) == (kind == "rl")
    assert not folder.exists()
