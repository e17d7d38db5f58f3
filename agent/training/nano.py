"""handeye-nano: its shape, and its folder in the Hugging Face layout.

A folder that `transformers` loads unchanged: config.json, model.safetensors (bf16), tokenizer.json,
tokenizer_config.json, chat_template.jinja, preprocessor_config.json, generation_config.json; and handeye.json, which
says how this project talks to it.
"""

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from agent.training import vocabulary
from perception.qwen3vl import weights
from perception.qwen3vl.config import Config, TextConfig, VisionConfig
from perception.qwen3vl.model import Qwen3VL

MIN_PIXELS, MAX_PIXELS = 65_536, 1_310_720

CHAT_TEMPLATE = """\
{%- for message in messages -%}
<|im_start|>{{ message.role }}
{% if message.content is string -%}
{{ message.content }}
{%- else -%}
{%- for part in message.content -%}
{%- if part.type == 'image' or 'image' in part -%}
<|vision_start|><|image_pad|><|vision_end|>
{%- elif part.type == 'video' or 'video' in part -%}
<|vision_start|><|video_pad|><|vision_end|>
{%- elif part.type == 'text' or 'text' in part -%}
{{ part.text }}
{%- endif -%}
{%- endfor -%}
{%- endif -%}
<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}
"""


def shape(tokenizer: Tokenizer, **changes: Any) -> Config:
    """nano's config; `changes` replace fields of the tower (`vision_…`) or the decoder (`text_…`)."""
    vocab = tokenizer.get_vocab()
    vision = {
        "depth": 6,
        "hidden_size": 256,
        "intermediate_size": 768,
        "num_heads": 4,
        "out_hidden_size": 256,
        "num_position_embeddings": 576,
        "deepstack_visual_indexes": (2,),
    }
    text = {
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": 256,
        "intermediate_size": 768,
        "num_hidden_layers": 6,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 64,
        "rope_theta": 10_000.0,
        "mrope_section": (12, 10, 10),
        "max_position_embeddings": 8192,
        "eos_token_id": vocab["<|im_end|>"],
        "pad_token_id": vocab["<|endoftext|>"],
    }
    for name, value in changes.items():
        part, _, field = name.partition("_")
        {"vision": vision, "text": text}[part][field] = value
    return Config(
        vision=VisionConfig(**vision),
        text=TextConfig(**text),
        image_token_id=vocab["<|image_pad|>"],
        video_token_id=vocab["<|video_pad|>"],
        vision_start_token_id=vocab["<|vision_start|>"],
        vision_end_token_id=vocab["<|vision_end|>"],
        tie_word_embeddings=True,
    )


def save(model: Qwen3VL, tokenizer: Tokenizer, folder: Path, version: str) -> None:
    """Write the whole folder. Files that a person keeps there (README.md, training records) are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    weights.save(model, folder)
    model.config.save(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE)
    for name, content in side_files(model.config, version).items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")


def side_files(config: Config, version: str) -> dict[str, dict[str, Any]]:
    """The small JSON files of the folder by name."""
    processor = {
        "image_processor_type": "Qwen2VLImageProcessor",
        "processor_class": "Qwen3VLProcessor",
        "size": {"shortest_edge": MIN_PIXELS, "longest_edge": MAX_PIXELS},
        "min_pixels": MIN_PIXELS,
        "max_pixels": MAX_PIXELS,
        "patch_size": config.vision.patch_size,
        "temporal_patch_size": config.vision.temporal_patch_size,
        "merge_size": config.vision.spatial_merge_size,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
    tokenizer = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "processor_class": "Qwen3VLProcessor",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "image_token": "<|image_pad|>",
        "video_token": "<|video_pad|>",
        "vision_start_token": "<|vision_start|>",
        "vision_end_token": "<|vision_end|>",
        "clean_up_tokenization_spaces": False,
        "model_max_length": config.text.max_position_embeddings,
    }
    generation = {
        "do_sample": False,
        "eos_token_id": config.text.eos_token_id,
        "pad_token_id": config.text.pad_token_id,
    }
    handeye = {"name": "handeye-nano", "version": version, "codec": "qwen3vl", "prompt": "compact"}
    return {
        "preprocessor_config.json": processor,
        "tokenizer_config.json": tokenizer,
        "generation_config.json": generation,
        "handeye.json": handeye,
    }


def tokenizer(*, whole_numbers: bool = True) -> Tokenizer:
    """nano's tokenizer; see `vocabulary.build`."""
    return vocabulary.build(whole_numbers=whole_numbers)
