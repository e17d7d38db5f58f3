"""The released models, by their size: what their config.json says (huggingface.co/Qwen/Qwen3-VL-…-Instruct).

The Thinking models have the same shapes.
"""

from perception.errors import ModelError
from perception.qwen3vl.config import Config, TextConfig, VisionConfig

NAMES = ("2B", "4B", "8B", "32B", "30B-A3B", "235B-A22B")
TIED = ("2B", "4B")
"""Small models, whose output layer is the embedding table and whose tower is SigLIP2-Large."""

_BEGIN, _END = 151643, 151645


def shape(name: str) -> Config:
    """The config of the released model of a size. Raises ModelError for a size that there is not."""
    if name not in NAMES:
        raise ModelError(f"there is no Qwen3-VL {name}: take one of {', '.join(NAMES)}")
    text = _text(name)
    return Config(vision=_vision(name, text.hidden_size), text=text, tie_word_embeddings=name in TIED)


def _vision(name: str, out_hidden_size: int) -> VisionConfig:
    """SigLIP2-Large-300M for the small models, SigLIP2-SO-400M (the defaults) for the others."""
    if name not in TIED:
        return VisionConfig(out_hidden_size=out_hidden_size)
    return VisionConfig(
        depth=24,
        hidden_size=1024,
        intermediate_size=4096,
        out_hidden_size=out_hidden_size,
        deepstack_visual_indexes=(5, 11, 17),
    )


def _text(name: str) -> TextConfig:
    if name == "2B":
        return _dense(2048, 6144, num_layers=28, num_heads=16)
    if name == "4B":
        return _dense(2560, 9728, num_layers=36, num_heads=32)
    if name == "8B":
        return _dense(4096, 12288, num_layers=36, num_heads=32)
    if name == "32B":
        return _dense(5120, 25600, num_layers=64, num_heads=64)
    if name == "30B-A3B":
        return _sparse(2048, 6144, 768, num_layers=48, num_heads=32)
    return _sparse(4096, 12288, 1536, num_layers=94, num_heads=64)


def _dense(hidden_size: int, intermediate_size: int, *, num_layers: int, num_heads: int) -> TextConfig:
    return TextConfig(
        hidden_size=hidden_size,
        intermediate_size=intermediate_size,
        num_hidden_layers=num_layers,
        num_attention_heads=num_heads,
        num_key_value_heads=8,
        bos_token_id=_BEGIN,
        eos_token_id=_END,
    )


def _sparse(
    hidden_size: int, intermediate_size: int, moe_intermediate_size: int, *, num_layers: int, num_heads: int
) -> TextConfig:
    return TextConfig(
        hidden_size=hidden_size,
        intermediate_size=intermediate_size,
        num_hidden_layers=num_layers,
        num_attention_heads=num_heads,
        num_key_value_heads=4,
        num_experts=128,
        num_experts_per_tok=8,
        moe_intermediate_size=moe_intermediate_size,
        bos_token_id=_BEGIN,
        eos_token_id=_END,
    )
