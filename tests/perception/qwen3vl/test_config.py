"""A config.json comes in, goes out, and is refused where we would compute something else."""

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import Qwen3VLConfig

from perception.errors import ModelError
from perception.qwen3vl.config import Config
from tests.perception.qwen3vl.conftest import small_values


@pytest.mark.parametrize("tied", [True, False])
def test_round_trip(tied: bool, tmp_path: Path) -> None:
    config = Config.from_dict(small_values(tied=tied))
    config.save(tmp_path)
    assert Config.load(tmp_path) == config


@pytest.mark.parametrize("tied", [True, False])
def test_reference_reads_ours_and_we_read_its(tied: bool, tmp_path: Path) -> None:
    config = Config.from_dict(small_values(tied=tied))
    config.save(tmp_path)
    reference: Any = Qwen3VLConfig.from_pretrained(tmp_path)
    assert reference.text_config.rope_parameters["rope_theta"] == config.text.rope_theta
    assert reference.text_config.rope_parameters["mrope_section"] == list(config.text.mrope_section)
    assert list(reference.vision_config.deepstack_visual_indexes) == [0, 2]
    assert reference.tie_word_embeddings is tied
    assert reference.architectures == ["Qwen3VLForConditionalGeneration"]
    reference.save_pretrained(tmp_path)
    assert Config.load(tmp_path) == config


def test_another_vision_theta_survives(tmp_path: Path) -> None:
    values = small_values(tied=True)
    values["vision_config"]["rope_parameters"] = {"rope_type": "axial", "rope_theta": 500.0}
    Config.from_dict(values).save(tmp_path)
    assert Config.load(tmp_path).vision.rope_theta == 500.0


@pytest.mark.parametrize(
    ("part", "change", "problem"),
    [
        (None, {"model_type": "qwen2_5_vl"}, "model_type is 'qwen2_5_vl'"),
        ("text_config", {"hidden_act": "gelu"}, "hidden_act is not 'silu'"),
        ("text_config", {"rope_scaling": {"rope_type": "yarn", "factor": 4}}, "rope type 'yarn'"),
        ("text_config", {"rope_scaling": {"mrope_interleaved": False}}, "mrope_interleaved is false"),
        ("text_config", {"num_key_value_heads": 4}, "not a multiple of num_key_value_heads"),
        ("text_config", {"hidden_size": 64}, "out_hidden_size is not the decoder's"),
        ("vision_config", {"deepstack_visual_indexes": [3]}, "names a layer that is not there"),
        ("vision_config", {"deepstack_visual_indexes": [2, 1]}, "ascending"),
        ("vision_config", {"num_position_embeddings": 60}, "not a square"),
    ],
)
def test_refused(part: str | None, change: dict[str, Any], problem: str, tmp_path: Path) -> None:
    values = small_values(tied=True)
    (values if part is None else values[part]).update(change)
    (tmp_path / "config.json").write_text(json.dumps(values))
    with pytest.raises(ModelError, match=problem) as caught:
        Config.load(tmp_path)
    assert str(tmp_path / "config.json") in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", '{"text_config": 3}', '{"text_config": {"vocab_size": "many"}}'])
def test_corrupt(content: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ModelError, match=r"config\.json"):
        Config.load(tmp_path)
