"""The released models' shapes: tensor for tensor those of the reference."""

from pathlib import Path
from typing import Any

import pytest
import torch

from perception.errors import ModelError
from perception.qwen3vl import weights
from perception.qwen3vl.config import Config
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.shapes import NAMES, TIED, shape
from tests.perception.qwen3vl.conftest import reference_model

SIZES = {
    "2B": (2048, 6144, 28, 16, 8),
    "4B": (2560, 9728, 36, 32, 8),
    "8B": (4096, 12288, 36, 32, 8),
    "32B": (5120, 25600, 64, 64, 8),
    "30B-A3B": (2048, 6144, 48, 32, 4),
    "235B-A22B": (4096, 12288, 94, 64, 4),
}
BILLIONS = {"2B": 2, "4B": 4, "8B": 9, "32B": 33, "30B-A3B": 31, "235B-A22B": 236}
"""Parameters as the models' pages count them."""


def released(name: str) -> dict[str, Any]:
    """What the released checkpoints say in their config.json (huggingface.co/Qwen/Qwen3-VL-…-Instruct)."""
    kind = "qwen3_vl_moe" if "-A" in name else "qwen3_vl"
    keys = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads")
    text: dict[str, Any] = dict(zip(keys, SIZES[name], strict=True))
    text |= {"model_type": f"{kind}_text", "vocab_size": 151936, "head_dim": 128, "hidden_act": "silu"}
    text |= {"bos_token_id": 151643, "eos_token_id": 151645, "initializer_range": 0.02, "rms_norm_eps": 1e-06}
    text |= {"rope_theta": 5000000, "max_position_embeddings": 262144, "attention_bias": False, "use_cache": True}
    text["rope_scaling"] = {"mrope_interleaved": True, "mrope_section": [24, 20, 20], "rope_type": "default"}
    if kind == "qwen3_vl_moe":
        text |= {"num_experts": 128, "num_experts_per_tok": 8, "norm_topk_prob": True, "mlp_only_layers": []}
        text |= {"moe_intermediate_size": 768 if name == "30B-A3B" else 1536, "decoder_sparse_step": 1}
    vision: dict[str, Any] = {"model_type": kind, "num_heads": 16, "out_hidden_size": text["hidden_size"]}
    vision |= {"patch_size": 16, "temporal_patch_size": 2, "spatial_merge_size": 2, "num_position_embeddings": 2304}
    if name in ("2B", "4B"):
        vision |= {"depth": 24, "hidden_size": 1024, "intermediate_size": 4096}
        vision["deepstack_visual_indexes"] = [5, 11, 17]
    else:
        vision |= {"depth": 27, "hidden_size": 1152, "intermediate_size": 4304}
        vision["deepstack_visual_indexes"] = [8, 16, 24]
    return {
        "model_type": kind,
        "text_config": text,
        "vision_config": vision,
        "tie_word_embeddings": name in ("2B", "4B"),
        "image_token_id": 151655,
        "video_token_id": 151656,
        "vision_start_token_id": 151652,
        "vision_end_token_id": 151653,
    }


@pytest.mark.parametrize("name", NAMES)
def test_tensors_are_those_of_the_reference(name: str) -> None:
    with torch.device("meta"):
        ours = Qwen3VL(Config.from_dict(released(name)))
        reference = reference_model(released(name))
    expected = {key: value.shape for key, value in reference.state_dict().items()}
    if name in TIED:
        expected.pop("lm_head.weight")  # the reference lists the tied table twice and stores it once
    assert {key: value.shape for key, value in ours.state_dict().items()} == expected
    assert round(weights.num_parameters(ours) / 1e9) == BILLIONS[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_config_is_what_its_file_says(name: str, tmp_path: Path) -> None:
    config = shape(name)
    assert config == Config.from_dict(released(name))
    config.save(tmp_path)
    assert Config.load(tmp_path) == config
    written = config.to_dict()
    assert written["text_config"].items() >= released(name)["text_config"].items()
    assert written["vision_config"].items() >= released(name)["vision_config"].items()


def test_a_size_that_there_is_not() -> None:
    with pytest.raises(ModelError, match=r"no Qwen3-VL 7B: take one of 2B, 4B"):
        shape("7B")
