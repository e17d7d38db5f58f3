"""The doctor finds what is there, and says what to do about what is not."""

import json
import struct
from pathlib import Path

import pytest

from tests.chat_server import ChatServer
from ui.cli import exits
from ui.cli.doctor import Chosen, examine
from ui.cli.main import main
from ui.cli.model_files import describe_model, num_parameters


def _weights(folder: Path, cut: int = 0) -> Path:
    tensors = {"a": {"dtype": "BF16", "shape": [3, 4], "data_offsets": [0, 24]}}
    header = json.dumps({**tensors, "__metadata__": {"format": "pt"}}).encode()
    path = folder / "model.safetensors"
    path.write_bytes((struct.pack("<Q", len(header)) + header + bytes(24))[: -cut or None])
    return path


def _model(folder: Path) -> Path:
    for name in ("tokenizer.json", "preprocessor_config.json"):
        (folder / name).write_text("{}")
    (folder / "config.json").write_text('{"model_type": "qwen3_vl"}')
    _weights(folder)
    return folder


def test_every_part_has_one_row_and_a_known_state(tmp_path: Path) -> None:
    findings = list(examine(Chosen(tmp_path)))
    names = [finding.part for finding in findings]
    assert len(names) == len(set(names))
    assert {f"package {name}" for name in exits.OURS} <= set(names)
    assert {"python", "torch", "model nano", "chromium", "runs folder", "display", "gpu", "miniwob"} <= set(names)
    assert {finding.state for finding in findings} <= {"ok", "missing", "absent"}
    assert all(finding.advice for finding in findings if finding.state == "missing")
    ours = [finding for finding in findings if finding.part.startswith("package ")]
    assert all(finding.state == "ok" for finding in ours)


def test_json_is_one_object_that_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--json"])
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["ok"] == (code == exits.DONE)
    assert code in (exits.DONE, exits.MISSING)
    assert "python" in printed.err


def test_a_browser_that_is_not_there_is_missing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDEYE_BROWSER__EXECUTABLE", str(tmp_path / "chromium"))
    assert main(["doctor", "--json"]) == exits.MISSING
    findings = {finding["part"]: finding for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["chromium"]["state"] == "missing"
    assert "sudo apt install chromium" in findings["chromium"]["advice"]


def _model_row(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    main(["doctor", "--model", name, "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    return next(finding for finding in findings if finding["part"] == f"model {name}")


def test_the_model_that_is_named_is_the_one_that_is_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _model_row(str(_model(tmp_path)), capsys)["found"].startswith("qwen3_vl, 0.0M parameters")
    (tmp_path / "config.json").unlink()
    lacking = _model_row(str(tmp_path), capsys)
    assert lacking["state"] == "missing"
    assert "config.json" in lacking["found"]


def test_a_server_is_asked_what_it_serves(capsys: pytest.CaptureFixture[str]) -> None:
    with ChatServer({}) as server:
        url = f"{server.url}#another-model"
        assert _model_row(url, capsys)["found"] == "the server answers and lists listed-model"
    silent = _model_row(url, capsys)
    assert silent["state"] == "missing"
    assert "--model" in silent["advice"]


def test_a_model_that_nobody_knows_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is no model" in _model_row("nemo", capsys)["found"]


def test_a_runs_folder_that_cannot_be_written_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    findings = {finding.part: finding for finding in examine(Chosen(tmp_path / "file" / "runs"))}
    assert findings["runs folder"].state == "missing"
    assert "--runs" in findings["runs folder"].advice


def test_a_whole_model_is_described(tmp_path: Path) -> None:
    state, found, advice = describe_model(_model(tmp_path))
    assert (state, advice) == ("ok", "")
    assert found.startswith("qwen3_vl, 0.0M parameters")
    assert "version" not in found
    assert num_parameters(tmp_path / "model.safetensors") == 12
    (tmp_path / "handeye.json").write_text('{"version": "7.1"}')
    assert "version 7.1" in describe_model(tmp_path)[1]
    (tmp_path / "handeye.json").write_text("[]")
    assert describe_model(tmp_path)[0] == "missing"


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_of_the_model_is_named(tmp_path: Path, name: str) -> None:
    (_model(tmp_path) / name).unlink()
    state, found, advice = describe_model(tmp_path)
    assert state == "missing"
    assert name.replace("model", "*") in found or name in found
    assert advice


@pytest.mark.parametrize("content", [b"", b"torn", struct.pack("<Q", 1 << 40), struct.pack("<Q", 5) + b"{,,,}"])
def test_weights_that_are_no_safetensors_are_said_to_be_corrupt(tmp_path: Path, content: bytes) -> None:
    (_model(tmp_path) / "model.safetensors").write_bytes(content)
    state, found, _ = describe_model(tmp_path)
    assert state == "missing"
    assert "corrupt" in found


def test_weights_that_were_cut_are_said_to_be_corrupt(tmp_path: Path) -> None:
    _weights(_model(tmp_path), cut=1)
    assert "is cut" in describe_model(tmp_path)[1]
