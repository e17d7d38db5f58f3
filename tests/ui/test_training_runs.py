"""The training runs of a folder: what they learned so far, and what they left."""

import os
from pathlib import Path

import pytest

from agent.training.metrics import METRICS
from tests.ui.console.learned import sft_lines, write_metrics, write_model
from ui.training_runs import figures, latest, models, training_names, weights_of


def test_the_run_that_was_written_to_last_comes_first(tmp_path: Path) -> None:
    assert training_names(tmp_path / "nowhere") == []
    for number, name in enumerate(("a", "b", "c")):
        folder = write_metrics(tmp_path / name, sft_lines([10]))
        os.utime(folder / METRICS, (1000 + number, 1000 + number))
    (tmp_path / "notes").mkdir()
    assert training_names(tmp_path) == ["c", "b", "a"]
    os.utime(tmp_path / "a" / METRICS, (2000, 2000))
    assert training_names(tmp_path) == ["a", "c", "b"]


def test_what_a_kill_lost_is_left_out(tmp_path: Path) -> None:
    folder = write_metrics(tmp_path / "a", sft_lines([10, 20, 30, 40]))
    assert [line["step"] for line in figures(folder)] == [10, 20, 30, 40]
    write_metrics(folder, [{"step": 30, "reply": 9.0}, {"step": 40, "reply": 8.0}])
    found = figures(folder)
    assert [line["step"] for line in found] == [10, 20, 30, 30, 40]
    assert found[-1]["reply"] == 8.0


def test_a_torn_line_is_left_out_and_a_broken_one_is_an_error(tmp_path: Path) -> None:
    folder = write_metrics(tmp_path / "a", sft_lines([10, 20]))
    with (folder / METRICS).open("a") as file:
        file.write('{"step": 30, "re')
    assert [line["step"] for line in figures(folder)] == [10, 20]
    assert latest(folder)["step"] == 20
    with (folder / METRICS).open("a") as file:
        file.write("\n")
    assert latest(folder) == {}
    with pytest.raises(ValueError, match=r"line 1 column"):
        figures(folder)
    (folder / METRICS).write_text("[1]\n")
    with pytest.raises(ValueError, match="no object"):
        figures(folder)
    assert latest(tmp_path / "nowhere") == {}


def test_weights_with_their_size_and_what_can_be_used(tmp_path: Path) -> None:
    run = write_metrics(tmp_path / "sft", sft_lines([10]))
    assert weights_of(run) == []
    (run / "checkpoint.pt").write_bytes(b"x" * 10)
    write_model(run / "model", 2000)
    write_model(run / "unfinished", 10)
    (run / "unfinished" / "model.safetensors").unlink()
    adapter = run / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text("{}")
    (adapter / "adapter_model.safetensors").write_bytes(b"x" * 30)
    found = {weights.name: (weights.kind, weights.num_bytes) for weights in weights_of(run)}
    assert found == {"checkpoint.pt": ("checkpoint", 10), "model": ("model", 2000), "adapter": ("adapter", 30)}
    assert models(tmp_path) == {"sft/model": run / "model"}


def test_links_that_lead_out_are_none_of_them(tmp_path: Path) -> None:
    outside = write_metrics(tmp_path / "outside", sft_lines([10]))
    write_model(outside / "model")
    inside = tmp_path / "training"
    run = write_metrics(inside / "sft", sft_lines([10]))
    (inside / "linked").symlink_to(outside)
    (run / "model").symlink_to(outside / "model")
    assert training_names(inside) == ["sft"]
    assert models(inside) == {}
