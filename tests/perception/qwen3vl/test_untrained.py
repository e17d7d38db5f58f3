from pathlib import Path

import pytest
import torch

from perception.clients.catalog import NANO
from perception.errors import ModelError
from perception.qwen3vl import untrained, weights
from perception.qwen3vl.config import Config


def test_a_size_has_its_number_of_parameters() -> None:
    model = untrained.make(NANO, "240m", context=32_768)
    assert 230e6 < weights.num_parameters(model) < 250e6
    assert model.config.text.max_position_embeddings == 32_768
    assert model.config.text.vocab_size == Config.load(NANO).text.vocab_size


def test_seeds_make_the_weights(tmp_path: Path) -> None:
    folder = untrained.write(tmp_path / "m", NANO, "nano", seed=3)
    found = weights.load(folder).state_dict()
    for seed, same in ((3, True), (4, False)):
        wanted = untrained.make(NANO, seed=seed).state_dict()
        name = "model.language_model.layers.0.mlp.up_proj.weight"
        assert torch.allclose(found[name], wanted[name].bfloat16().float()) == same


def test_a_wider_folder_has_the_same_weights(tmp_path: Path) -> None:
    folder = untrained.widen(tmp_path / "wide", NANO, 262_144)
    assert Config.load(folder).text.max_position_embeddings == 262_144
    assert (folder / "model.safetensors").resolve() == NANO / "model.safetensors"


def test_a_size_that_there_is_not() -> None:
    with pytest.raises(ModelError, match="no size '1t': take one of nano, 240m"):
        untrained.make(NANO, "1t")


def test_a_folder_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    folder = untrained.written(tmp_path / "m", NANO, "nano")
    before = (folder / "model.safetensors").stat().st_mtime_ns
    assert untrained.written(folder, NANO, "nano") == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
