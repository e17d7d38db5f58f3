"""A config.json comes in, goes out, and is refused where we would compute something else."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig

from perception.errors import ModelError
from perception.qwen3vl.config import Config, Yarn
from tests.perception.qwen3vl.conftest import YARN, small_values

KINDS: dict[str, dict[str, Any]] = {
    "tied": {"tied": True},
    "untied": {"tied": False},
    "sparse": {"tied": False, "sparse": True},
    "yarn": {"tied": True, "rope_scaling": YARN | {"beta_fast": 16.0, "attention_factor": 1.5}},
    "no DeepStack": {"tied": True, "taps": ()},
}


@pytest.mark.parametrize("kind", KINDS)
def test_round_trip(kind: str, tmp_path: Path) -> None:
    config = Config.from_dict(small_values(**KINDS[kind]))
    config.save(tmp_path)
    assert Config.load(tmp_path) == config


@pytest.mark.parametrize("kind", KINDS)
def test_reference_reads_ours_and_we_read_its(kind: str, tmp_path: Path) -> None:
    config = Config.from_dict(small_values(**KINDS[kind]))
    config.save(tmp_path)
    reference: Any = AutoConfig.from_pretrained(tmp_path)
    assert reference.text_config.rope_parameters["rope_theta"] == config.text.rope_theta
    assert reference.text_config.rope_parameters["mrope_section"] == list(config.text.mrope_section)
    assert list(reference.vision_config.deepstack_visual_indexes) == list(KINDS[kind].get("taps", (0, 2)))
    assert reference.tie_word_embeddings is KINDS[kind]["tied"]
    assert reference.architectures == [f"Qwen3VL{'Moe' * (kind == 'sparse')}ForConditionalGeneration"]
    reference.save_pretrained(tmp_path)
    assert Config.load(tmp_path) == config


SWITCHES: dict[str, tuple[str, str, Any]] = {
    "chunked MRoPE": ("text", "mrope_interleaved", False),
    "no DeepStack": ("vision", "deepstack_visual_indexes", ()),
    "times as positions": ("", "text_timestamps", False),
    "rotary positions alone": ("vision", "interpolated_positions", False),
}


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_is_written_where_it_is_turned(switch: str, tmp_path: Path) -> None:
    part, name, value = SWITCHES[switch]
    usual = Config.from_dict(small_values(tied=True))
    changed = replace(usual, **({part: replace(getattr(usual, part), **{name: value})} if part else {name: value}))
    changed.save(tmp_path)
    assert Config.load(tmp_path) == changed != usual
    assert {"text_timestamps", "interpolated_positions", "num_experts"}.isdisjoint(
        re.findall(r"\w+", str(usual.to_dict()))
    )


def test_yarn_as_files_write_it() -> None:
    def read(**rope: Any) -> Any:
        return Config.from_dict(small_values(tied=True, rope_scaling={"rope_type": "yarn", **rope})).text.yarn

    assert read(factor=2.0, original_max_position_embeddings=64) == Yarn(2.0, 64)
    assert read(factor=2.0, original_max_position_embeddings=64).scale == pytest.approx(1 + 0.1 * math.log(2))
    assert read(original_max_position_embeddings=1024) == Yarn(4.0, 1024)
    assert read(factor=2.0) == Yarn(2.0, 4096)
    assert read(factor=2.0, beta_slow=2, truncate=False) == Yarn(2.0, 4096, beta_slow=2, truncate=False)
    assert read(factor=2.0, mscale=1.0, mscale_all_dim=1.0).scale == 1.0


def test_which_layers_are_sparse() -> None:
    values = small_values(tied=True, sparse=True)
    values["text_config"] |= {"num_hidden_layers": 6, "decoder_sparse_step": 2, "mlp_only_layers": [3]}
    text = Config.from_dict(values).text
    assert [text.is_sparse(index) for index in range(6)] == [False, True, False, False, False, True]


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
        (None, {"model_type": "qwen3_vl_moe"}, "num_experts is missing"),
        ("text_config", {"rope_scaling": {"rope_type": "llama3", "factor": 4}}, "rope type 'llama3'"),
        ("text_config", {"rope_scaling": {"rope_type": "yarn", "factor": 0.5}}, "yarn factor 0.5 is below 1"),
        ("text_config", {"rope_scaling": {"rope_type": "yarn", "factor": 2, "beta_fast": 0.5}}, "beta_fast is below"),
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
    refused(values, problem, tmp_path)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"num_experts_per_tok": 7}, "num_experts_per_tok is not between 1 and num_experts"),
        ({"moe_intermediate_size": 0}, "moe_intermediate_size is not positive"),
        ({"decoder_sparse_step": 0}, "decoder_sparse_step is not positive"),
    ],
)
def test_refused_experts(change: dict[str, Any], problem: str, tmp_path: Path) -> None:
    values = small_values(tied=True, sparse=True)
    values["text_config"].update(change)
    refused(values, problem, tmp_path)


def refused(values: dict[str, Any], problem: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(values))
    with pytest.raises(ModelError, match=problem) as caught:
        Config.load(tmp_path)
    assert str(tmp_path / "config.json") in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", '{"text_config": 3}', '{"text_config": {"vocab_size": "many"}}'])
def test_corrupt(content: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ModelError, match=r"config\.json"):
        Config.load(tmp_path)
