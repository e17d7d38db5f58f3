"""Weights go out and come in, ours and the reference's, and what is wrong with a file is said."""

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from perception.errors import ModelError
from perception.qwen3vl import weights
from perception.qwen3vl.config import Config
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.quantized import QuantizedLinear
from tests.perception.qwen3vl.conftest import linux, most_memory, small_values

IDS = torch.tensor([[1, 2, 3, 40, 5]])


MODELS = {"tied": {"tied": True}, "untied": {"tied": False}, "sparse": {"tied": False, "sparse": True}}


@pytest.fixture(params=MODELS.values(), ids=list(MODELS))
def pair(request: pytest.FixtureRequest, make_pair: Any) -> Any:
    return make_pair(**request.param)


@torch.no_grad()
def test_round_trip(pair: Any, tmp_path: Path) -> None:
    ours, _ = pair
    weights.save(ours, tmp_path)
    assert {tensor.dtype for tensor in load_file(tmp_path / weights.WEIGHTS_FILE).values()} == {torch.bfloat16}
    again = weights.load(tmp_path)
    assert again.config == ours.config
    assert not again.training
    rounded = {name: tensor.bfloat16().float() for name, tensor in ours.state_dict().items()}
    torch.testing.assert_close(dict(again.state_dict()), rounded)
    weights.save(again, tmp_path)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["config.json", "model.safetensors"]


@torch.no_grad()
def test_reference_reads_what_we_write(pair: Any, tmp_path: Path) -> None:
    ours, reference = pair
    weights.save(ours, tmp_path, torch.float32)
    reference, report = type(reference).from_pretrained(tmp_path, dtype=torch.float32, output_loading_info=True)
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    torch.testing.assert_close(ours(IDS), reference(input_ids=IDS).logits, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_we_read_what_the_reference_writes(pair: Any, tmp_path: Path) -> None:
    _, reference = pair
    reference.save_pretrained(tmp_path)
    ours = weights.load(tmp_path)
    torch.testing.assert_close(ours(IDS), reference(input_ids=IDS).logits, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_several_files_with_an_index(pair: Any, tmp_path: Path) -> None:
    _, reference = pair
    reference.save_pretrained(tmp_path, max_shard_size="100KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    torch.testing.assert_close(weights.load(tmp_path)(IDS), reference(input_ids=IDS).logits, atol=1e-4, rtol=1e-4)
    next(tmp_path.glob("*-00002-*.safetensors")).unlink()
    with pytest.raises(ModelError, match=r"model-00002-of-.* is missing: fetch the whole model again"):
        weights.load(tmp_path)


@torch.no_grad()
def test_experts_lie_turned_in_files(make_pair: Any, tmp_path: Path) -> None:
    """[experts, in, out], as the released models have them; the reference, made anew, writes [experts, out, in]."""
    ours, reference = make_pair(tied=False, sparse=True)
    weights.save(ours, tmp_path, torch.float32)
    written = load_file(tmp_path / weights.WEIGHTS_FILE)
    layer = "model.language_model.layers.0.mlp."
    assert written[layer + "experts.gate_up_proj"].shape == (6, 48, 40)
    assert written[layer + "experts.down_proj"].shape == (6, 20, 48)
    assert written[layer + "gate.weight"].shape == (6, 48)
    reference.save_pretrained(tmp_path)
    assert load_file(tmp_path / weights.WEIGHTS_FILE)[layer + "experts.gate_up_proj"].shape == (6, 40, 48)
    torch.testing.assert_close(weights.load(tmp_path)(IDS), ours(IDS))
    weights.save(ours, tmp_path)
    changed(tmp_path, layer + "experts.down_proj", torch.zeros(6, 20, 40))
    with pytest.raises(ModelError, match=r"experts.down_proj is \[6, 20, 40\] and config.json asks for \[6, 48, 20\]"):
        weights.load(tmp_path)


@torch.no_grad()
def test_experts_that_are_square(make_pair: Any, tmp_path: Path) -> None:
    """They cannot be told from turned ones, so they are written and read as they are."""
    ours, reference = make_pair(tied=False, sparse=True, inner=24)
    weights.save(ours, tmp_path, torch.float32)
    torch.testing.assert_close(weights.load(tmp_path)(IDS), ours(IDS))
    again = type(reference).from_pretrained(tmp_path, dtype=torch.float32)
    torch.testing.assert_close(again(input_ids=IDS).logits, ours(IDS), atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_int8_leaves_experts_alone(make_pair: Any, tmp_path: Path) -> None:
    ours, _ = make_pair(tied=False, sparse=True)
    ours.initialise(torch.Generator().manual_seed(1))
    weights.save(ours, tmp_path, torch.float32)
    small = weights.load(tmp_path, "int8")
    assert torch.cosine_similarity(small(IDS).flatten(), ours(IDS).flatten(), 0) > 0.999


@linux
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32], ids=str)
def test_loading_holds_the_weights_once(tmp_path: Path, dtype: torch.dtype) -> None:
    """Turned experts of 20M numbers in several files: the process never holds much more than the model."""
    values = small_values(tied=False, sparse=True, inner=320)
    values["text_config"] |= {"num_experts": 32, "hidden_size": 320, "mlp_only_layers": []}
    values["vision_config"]["out_hidden_size"] = 320
    with torch.device("meta"):
        model = Qwen3VL(Config.from_dict(values))
    model.config.save(tmp_path)
    places = {}
    for index, (name, tensor) in enumerate(model.state_dict().items()):
        places[name] = f"model-{index}.safetensors"
        shape = (tensor.shape[0], *tensor.shape[:0:-1]) if "experts" in name else tensor.shape
        save_file({name: torch.zeros(shape, dtype=torch.bfloat16)}, tmp_path / places[name])
    (tmp_path / weights.INDEX_FILE).write_text(json.dumps({"weight_map": places}))
    loaded, peak = most_memory(lambda: weights.load(tmp_path, dtype))
    size = sum(tensor.nbytes for tensor in loaded.state_dict().values())
    assert size > 55e6
    assert 0.5 * size < peak < 1.4 * size


@torch.no_grad()
def test_bfloat16_and_int8(make_pair: Any, tmp_path: Path) -> None:
    ours, _ = make_pair(tied=True)
    ours.initialise(torch.Generator().manual_seed(1))
    weights.save(ours, tmp_path, torch.float32)
    expected = ours(IDS)
    assert weights.load(tmp_path, torch.bfloat16).device == torch.device("cpu")
    small = weights.load(tmp_path, "int8")
    assert isinstance(small.model.language_model.layers[0].get_submodule("mlp.up_proj"), QuantizedLinear)
    similar = torch.cosine_similarity(small(IDS).flatten(), expected.flatten(), 0)
    assert similar > 0.999
    with pytest.raises(ModelError, match="int8 model is not stored"):
        weights.save(small, tmp_path)


@pytest.fixture
def folder(make_pair: Any, tmp_path: Path) -> Path:
    weights.save(make_pair(tied=True)[0], tmp_path)
    return tmp_path


def changed(folder: Path, name: str, tensor: torch.Tensor | None) -> None:
    """Replaces one tensor of the file, or takes it out."""
    path = folder / weights.WEIGHTS_FILE
    tensors = load_file(path)
    tensors.pop(name, None)
    save_file(tensors if tensor is None else tensors | {name: tensor}, path)


NORM = "model.language_model.layers.1.self_attn.q_norm.weight"


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json is missing: name a folder"):
        weights.load(tmp_path / "nowhere")


def test_missing_file(folder: Path) -> None:
    (folder / weights.WEIGHTS_FILE).unlink()
    with pytest.raises(ModelError, match=r"model\.safetensors is missing: name a folder"):
        weights.load(folder)


def test_missing_tensor(folder: Path) -> None:
    changed(folder, NORM, None)
    with pytest.raises(ModelError, match=f"has no tensor {NORM}"):
        weights.load(folder)


def test_wrong_shape(folder: Path) -> None:
    changed(folder, NORM, torch.zeros(8))
    with pytest.raises(ModelError, match=rf"tensor {NORM} is \[8\] and config.json asks for \[16\]"):
        weights.load(folder)


def test_integers(folder: Path) -> None:
    changed(folder, NORM, torch.zeros(16, dtype=torch.int8))
    with pytest.raises(ModelError, match=r"torch\.int8: use a checkpoint that is not quantized"):
        weights.load(folder)


def test_surplus_tensor(folder: Path) -> None:
    changed(folder, "model.language_model.extra", torch.zeros(8))
    with pytest.raises(ModelError, match=r"tensor model\.language_model\.extra that its config\.json has no place for"):
        weights.load(folder)


@pytest.mark.parametrize("size", [0, 4, 100, -1])
def test_cut_file(folder: Path, size: int) -> None:
    path = folder / weights.WEIGHTS_FILE
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ModelError, match="is corrupt or cut"):
        weights.load(folder)


def test_corrupt_index(folder: Path) -> None:
    (folder / weights.WEIGHTS_FILE).unlink()
    (folder / weights.INDEX_FILE).write_text("[]")
    with pytest.raises(ModelError, match=r"index\.json cannot be read"):
        weights.load(folder)


def test_index_cannot_lead_out_of_the_folder(folder: Path) -> None:
    (folder / weights.WEIGHTS_FILE).unlink()
    (folder / weights.INDEX_FILE).write_text(json.dumps({"weight_map": {NORM: "../other.safetensors"}}))
    with pytest.raises(ModelError, match=r"is missing: fetch the whole model"):
        weights.load(folder)


@contextmanager
def small_disk(limit: int) -> Iterator[None]:
    """No file grows past `limit` bytes: the same error, at the same places, as a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("limit", [0, 100, 10_000])
def test_full_disk_leaves_the_old_files(make_pair: Any, folder: Path, limit: int) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    other, _ = make_pair(tied=False)
    with small_disk(limit), pytest.raises(ModelError, match=r"could not be written .*free some space"):
        weights.save(other, folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_folder_cannot_be_made(make_pair: Any, folder: Path) -> None:
    with pytest.raises(ModelError, match="could not be written"):
        weights.save(make_pair(tied=True)[0], folder / "model.safetensors" / "below")
