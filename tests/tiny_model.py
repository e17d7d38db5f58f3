"""A folder that looks like handeye-nano and knows nothing: nano's vocabulary, a small shape, random weights.

`write_folder(path)` makes it in the Hugging Face layout, in well under a second; `SMALL` is for tests of behaviour,
`NANO` has about nano's size and is for timings.
"""

import json
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from agent.training.vocabulary import build
from perception.qwen3vl.config import Config, TextConfig, VisionConfig
from perception.qwen3vl.model import Qwen3VL


class Shape(NamedTuple):
    """What a test chooses of a model's shape."""

    vision_width: int
    vision_depth: int
    text_width: int
    text_depth: int
    heads: int
    key_value_heads: int


SMALL = Shape(64, 2, 64, 2, 4, 2)
NANO = Shape(384, 6, 384, 6, 6, 2)


def write_folder(folder: Path, shape: Shape = SMALL, *, seed: int = 0, dtype: torch.dtype = torch.float32) -> Path:
    """Writes tokenizer, config, preprocessor config, chat template and weights; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = build()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = tiny_config(tokenizer, shape)
    config.save(folder)
    save_file(tiny_weights(config, seed, dtype), str(folder / "model.safetensors"), metadata={"format": "pt"})
    for name, content in _side_files(tokenizer).items():
        text = content if isinstance(content, str) else json.dumps(content, indent=2)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def tiny_config(tokenizer: Tokenizer, shape: Shape = SMALL) -> Config:
    """The configuration for a tokenizer; the output layer has some rows more than there are tokens, as Qwen's has."""
    head_dim = 64 if shape.text_width > 64 else 16
    frequencies = head_dim // 2
    side = frequencies // 8 * 3
    vision = VisionConfig(
        depth=shape.vision_depth,
        hidden_size=shape.vision_width,
        intermediate_size=shape.vision_width * 3,
        num_heads=shape.vision_width // head_dim,
        out_hidden_size=shape.text_width,
        num_position_embeddings=24 * 24,
        deepstack_visual_indexes=(shape.vision_depth // 2,),
    )
    text = TextConfig(
        vocab_size=tokenizer.get_vocab_size() + 11,
        hidden_size=shape.text_width,
        intermediate_size=shape.text_width * 3,
        num_hidden_layers=shape.text_depth,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads,
        head_dim=head_dim,
        rope_theta=100_000.0,
        mrope_section=(frequencies - 2 * side, side, side),
        max_position_embeddings=4096,
        eos_token_id=_id(tokenizer, "<|im_end|>"),
        pad_token_id=_id(tokenizer, "<|endoftext|>"),
    )
    return Config(
        vision=vision,
        text=text,
        image_token_id=_id(tokenizer, "<|image_pad|>"),
        video_token_id=_id(tokenizer, "<|video_pad|>"),
        vision_start_token_id=_id(tokenizer, "<|vision_start|>"),
        vision_end_token_id=_id(tokenizer, "<|vision_end|>"),
        tie_word_embeddings=True,
    )


def tiny_weights(config: Config, seed: int, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """Random weights, large enough that different prompts get different replies."""
    model = Qwen3VL(config)
    model.initialise(torch.Generator().manual_seed(seed))
    return {
        name: (tensor * 5 if tensor.dim() > 1 else tensor).to(dtype).contiguous()
        for name, tensor in model.state_dict().items()
    }


def _side_files(tokenizer: Tokenizer) -> dict[str, object]:
    ends = [_id(tokenizer, "<|im_end|>"), _id(tokenizer, "<|endoftext|>")]
    image = {
        "image_processor_type": "Qwen2VLImageProcessorFast",
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "merge_size": 2,
        "patch_size": 16,
        "temporal_patch_size": 2,
        "size": {"shortest_edge": 65536, "longest_edge": 16777216},
    }
    words = {
        "tokenizer_class": "Qwen2Tokenizer",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "additional_special_tokens": ["<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"],
    }
    return {
        "preprocessor_config.json": image,
        "tokenizer_config.json": words,
        "generation_config.json": {"eos_token_id": ends, "pad_token_id": ends[1], "do_sample": False},
        "chat_template.jinja": CHAT_TEMPLATE,
    }


CHAT_TEMPLATE = """{%- for message in messages -%}
<|im_start|>{{ message.role }}
{% if message.content is string %}{{ message.content }}{% else -%}
{%- for part in message.content -%}
{%- if part.type == 'image' -%}<|vision_start|><|image_pad|><|vision_end|>
{%- elif part.type == 'video' -%}<|vision_start|><|video_pad|><|vision_end|>{%- else -%}{{ part.text }}{%- endif -%}
{%- endfor -%}
{%- endif -%}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}<|im_start|>assistant
{% endif -%}"""


def _id(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the vocabulary has no {token}")
    return found
