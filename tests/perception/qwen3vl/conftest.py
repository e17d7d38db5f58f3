"""Small random models, ours and the reference's, with the same weights."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

from perception.qwen3vl.config import Config
from perception.qwen3vl.model import Qwen3VL

IMAGE, VIDEO, START, END = 95, 94, 93, 92
Pair = tuple[Qwen3VL, Qwen3VLForConditionalGeneration]


def small_values(*, tied: bool, taps: tuple[int, ...] = (0, 2)) -> dict[str, Any]:
    """A config.json of a model that is small and has no two sizes alike by accident."""
    rope = {"mrope_interleaved": True, "mrope_section": [3, 3, 2], "rope_type": "default"}
    text = {
        "model_type": "qwen3_vl_text", "vocab_size": 96, "hidden_size": 48, "intermediate_size": 80,
        "num_hidden_layers": 3, "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 16, "rope_theta": 5000000, "rope_scaling": rope,
        "rms_norm_eps": 1e-6, "max_position_embeddings": 4096, "tie_word_embeddings": tied,
    }  # fmt: skip
    vision = {
        "model_type": "qwen3_vl", "depth": 3, "hidden_size": 32, "intermediate_size": 56, "num_heads": 4,
        "patch_size": 16, "out_hidden_size": 48, "num_position_embeddings": 64, "deepstack_visual_indexes": list(taps),
    }  # fmt: skip
    ids = {
        "image_token_id": IMAGE,
        "video_token_id": VIDEO,
        "vision_start_token_id": START,
        "vision_end_token_id": END,
    }
    return {
        "model_type": "qwen3_vl",
        "text_config": text,
        "vision_config": vision,
        "tie_word_embeddings": tied,
        **ids,
    }


@pytest.fixture(scope="session")
def make_pair() -> Callable[..., Pair]:
    """Builds ours and the reference's model with the same random weights."""

    def make(*, tied: bool, taps: tuple[int, ...] = (0, 2)) -> Pair:
        torch.manual_seed(7)
        ours = Qwen3VL(Config.from_dict(small_values(tied=tied, taps=taps))).eval()
        for parameter in ours.parameters():
            torch.nn.init.normal_(parameter, mean=float(parameter.dim() == 1) * 0.5, std=0.2)
        reference = Qwen3VLForConditionalGeneration(Qwen3VLConfig(**small_values(tied=tied, taps=taps))).eval()
        problems = reference.load_state_dict(ours.state_dict(), strict=False)
        assert not problems.unexpected_keys
        assert problems.missing_keys == (["lm_head.weight"] if tied else [])
        return ours, reference

    return make
