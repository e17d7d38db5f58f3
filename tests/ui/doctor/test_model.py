"""What the doctor says of a model: a folder that is whole or is not, and servers."""

import json
import shutil
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from perception.qwen3vl import shapes
from perception.qwen3vl.inspection import inspect
from tests.chat_server import ChatServer, models
from tests.tiny_model import write_folder
from ui.cli import exits
from ui.cli.main import main
from ui.doctor.finding import Finding
from ui.doctor.model import report

SCREEN = (1280, 720)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "tiny")


def rows(name: str | Path, screenshot: tuple[int, int] = SCREEN) -> dict[str, Finding]:
    return {row.part: row for row in report(str(name), "", screenshot)}


def first(name: str | Path) -> Finding:
    return next(report(str(name), "", SCREEN))


def test_a_whole_model(folder: Path) -> None:
    (folder / "handeye.json").write_text('{"name": "small", "version": "7.1", "prompt": "compact"}')
    found = rows(folder)
    assert found[f"model {folder}"].found.startswith("small 7.1: a Qwen3-VL of its own shape, dense, 0.")
    assert {row.state for row in found.values()} == {"ok"}
    assert found["its dialect"].found == "prompts compact, replies qwen3vl"
    assert found["its context"].found == "4,096 tokens"
    assert found["a screenshot of 1280x720"].found == "seen at 1280x704, 880 visual tokens, 21.5% of the context"


def test_screenshots_that_leave_no_room(folder: Path) -> None:
    crowded = rows(folder, (1920, 1080))["a screenshot of 1920x1080"]
    assert (crowded.state, "little room" in crowded.found) == ("ok", False)
    assert "little room is left" in rows(folder, (2560, 1440))["a screenshot of 2560x1440"].found
    far = rows(folder, (7680, 4320))["a screenshot of 7680x4320"]
    assert (far.state, "too many" in far.found) == ("absent", True)
    assert "--viewport" in far.advice


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "preprocessor_config.json", "chat_template.jinja"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    found = first(folder)
    assert (found.state, name in found.found) == ("missing", True)
    assert found.advice


@pytest.mark.parametrize("content", [b"", b"torn", struct.pack("<Q", 1 << 40), struct.pack("<Q", 5) + b"{,,,}"])
def test_files_that_are_no_weights(folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    assert "corrupt" in first(folder).found


def test_weights_that_were_cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    assert "corrupt or cut" in first(folder).found


def test_a_partial_checkpoint_names_what_is_missing(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    some = {name: tensor for name, tensor in tensors.items() if ".layers.1." not in name}
    save_file(some, folder / "model.safetensors", metadata={"format": "pt"})
    found = first(folder)
    assert found.state == "missing"
    assert f"{len(tensors) - len(some)} of {len(tensors)} tensors are missing" in found.found
    assert "model.language_model.layers.1." in found.found
    assert "more" in found.found


def test_a_checkpoint_of_another_shape(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors["model.language_model.norm.weight"] = torch.ones(3)
    tensors["surplus"] = torch.ones(1)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    found = first(folder).found
    assert "1 tensors have no place in this config: surplus" in found
    assert "model.language_model.norm.weight is [3] and should be [64]" in found


def test_another_family(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "llava"}))
    assert "model_type is 'llava'" in first(folder).found


@pytest.mark.parametrize("name", shapes.NAMES)
def test_released_models_are_known_by_their_shape(name: str, folder: Path) -> None:
    """Of which no weights are here, so all are missing."""
    (folder / "config.json").unlink()
    shapes.shape(name).save(folder)
    found = inspect(folder)
    assert found.size == name
    assert found.sparse == ("-A" in name)
    assert "tensors are missing" in found.problems[0]
    billions = float(name.split("B")[0])
    assert billions * 0.9 < found.num_parameters / 1e9 < billions * 1.25


def test_a_folder_without_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    found = first(folder)
    assert "0 files" in found.found
    assert "tensors are missing" in found.found
    shutil.rmtree(folder)
    assert first(folder).state == "missing"


def test_a_server_is_asked_about_itself(capsys: pytest.CaptureFixture[str]) -> None:
    listing = models("listed-model", owner="sglang")
    listing["data"][0]["max_model_len"] = 1000
    pages = {"/v1/models": listing, "/server_info": {"version": "0.5.23"}, "/model_info": {"is_generation": True}}
    with ChatServer(pages=pages) as server:
        found = rows(server.url)
        assert found[f"model {server.url}"].found == "the server answers and lists listed-model"
        assert found["its server"].found.startswith("SGLang 0.5.23; has schema")
        assert found["its context"].found == "1,000 tokens"
        assert found["a screenshot of 1280x720"].state == "absent"
        assert rows(f"{server.url}#listed-model")[f"model {server.url}#listed-model"].state == "ok"
        other = first(f"{server.url}#another")
        assert (other.state, "but no another" in other.found) == ("missing", True)
    silent = first(server.url)
    assert silent.state == "missing"
    assert "--model" in silent.advice
    assert main(["doctor", "--model", server.url, "--json"]) == exits.MISSING
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert any(finding["part"] == f"model {server.url}" for finding in findings)


def test_a_model_that_nobody_knows_is_missing() -> None:
    found = first("nemo")
    assert (found.state, "There is no model" in found.found) == ("missing", True)


def test_a_size_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--screenshot", "big"]) == exits.USAGE
    assert "such as 1920x1080" in capsys.readouterr().err
