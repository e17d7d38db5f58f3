"""Small random models, ours and the reference's, with the same weights; a small tokenizer and the processor.

A row of tokens is written as parts: a number is that many words, a grid (a tuple) an image, a `Film` a video.
"""

import ctypes
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import (
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLMoeConfig,
    Qwen3VLMoeForConditionalGeneration,
    Qwen3VLProcessor,
)

from perception.qwen3vl.config import Config
from perception.qwen3vl.model import Qwen3VL

IMAGE, VIDEO, START, END = 95, 94, 93, 92
Grid = tuple[int, int, int]
Pair = tuple[Qwen3VL, Any]
YARN = {"rope_type": "yarn", "factor": 3.0, "original_max_position_embeddings": 32}


def small_values(
    *,
    tied: bool,
    taps: tuple[int, ...] = (0, 2),
    sparse: bool = False,
    inner: int = 20,
    rope_scaling: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A config.json of a model that is small and has no two sizes alike by accident; sparse: with experts of a width in
    its first and last layer."""
    rope = {"mrope_interleaved": True, "mrope_section": [3, 3, 2], "rope_type": "default"} | (rope_scaling or {})
    text: dict[str, Any] = {"model_type": "qwen3_vl_text", "vocab_size": 96, "hidden_size": 48, "intermediate_size": 80}
    text |= {"num_hidden_layers": 3, "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 16}
    text |= {"rope_theta": 5000000, "rope_scaling": rope, "max_position_embeddings": 4096, "tie_word_embeddings": tied}
    vision: dict[str, Any] = {"model_type": "qwen3_vl", "depth": 3, "hidden_size": 32, "intermediate_size": 56}
    vision |= {"num_heads": 4, "patch_size": 16, "out_hidden_size": 48, "num_position_embeddings": 64}
    vision |= {"deepstack_visual_indexes": list(taps)}
    ids = {
        "image_token_id": IMAGE,
        "video_token_id": VIDEO,
        "vision_start_token_id": START,
        "vision_end_token_id": END,
    }
    if sparse:
        text |= {"model_type": "qwen3_vl_moe_text", "num_experts": 6, "num_experts_per_tok": 2, "norm_topk_prob": True}
        text |= {"moe_intermediate_size": inner, "mlp_only_layers": [1], "decoder_sparse_step": 1}
    return {
        "model_type": "qwen3_vl_moe" if sparse else "qwen3_vl",
        "text_config": text,
        "vision_config": vision,
        "tie_word_embeddings": tied,
        **ids,
    }


@pytest.fixture(scope="session")
def make_pair() -> Callable[..., Pair]:
    """Builds ours and the reference's model with the same random weights."""

    def make(*, tied: bool, **changes: Any) -> Pair:
        torch.manual_seed(7)
        values = small_values(tied=tied, **changes)
        ours = Qwen3VL(Config.from_dict(values)).eval()
        for parameter in ours.parameters():
            torch.nn.init.normal_(parameter, mean=float(parameter.dim() == 1) * 0.5, std=0.2)
        reference = reference_model(values).eval()
        problems = reference.load_state_dict(ours.state_dict(), strict=False)
        assert not problems.unexpected_keys
        assert problems.missing_keys == (["lm_head.weight"] if tied else [])
        return ours, reference

    return make


def reference_model(values: dict[str, Any]) -> Any:
    """The reference's model for the content of a config.json, with random weights."""
    if values["model_type"] == "qwen3_vl_moe":
        return Qwen3VLMoeForConditionalGeneration(Qwen3VLMoeConfig(**values))
    return Qwen3VLForConditionalGeneration(Qwen3VLConfig(**values))


class Film(NamedTuple):
    """The grid of a video, each temporal group of which is a block of its own behind a word for its time."""

    num_groups: int
    height: int
    width: int


def row(*parts: Any) -> list[int]:
    """Token ids of some parts, words drawn by torch's generator."""
    ids: list[int] = []
    for part in parts:
        if isinstance(part, int):
            ids += torch.randint(1, 90, (part,)).tolist()
            continue
        num_tokens = part[0] * part[1] * part[2] // 4
        if isinstance(part, Film):
            for _ in range(part.num_groups):
                ids += [*row(1), START, *[VIDEO] * (num_tokens // part.num_groups), END]
        else:
            ids += [START, *[IMAGE] * num_tokens, END]
    return ids


def pixels_for(model: Qwen3VL, seen: Sequence[Grid]) -> torch.Tensor:
    """Random patches of some images and videos."""
    return torch.randn(sum(t * h * w for t, h, w in seen), model.config.vision.patch_dim)


def reference_logits(
    model: Any, ids: torch.Tensor, pixels: torch.Tensor | None = None, seen: Sequence[Grid] = (), mask: Any = None
) -> torch.Tensor:
    """The reference's answer for images and videos in the order of the rows, which it takes sorted into two heaps."""
    extra: dict[str, torch.Tensor] = {}
    if pixels is not None:
        patches = pixels.split([t * h * w for t, h, w in seen])
        for is_film, patch_name, grid_name in (
            (False, "pixel_values", "image_grid_thw"),
            (True, "pixel_values_videos", "video_grid_thw"),
        ):
            own = [index for index, grid in enumerate(seen) if isinstance(grid, Film) is is_film]
            if own:
                extra[patch_name] = torch.cat([patches[index] for index in own])
                extra[grid_name] = torch.tensor([list(seen[index]) for index in own])
    kinds = (ids == IMAGE).int() + 2 * (ids == VIDEO).int()
    return model(input_ids=ids, attention_mask=mask, mm_token_type_ids=kinds, use_cache=False, **extra).logits


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measures memory by /proc")


def most_memory(work: Callable[[], Any]) -> tuple[Any, int]:
    """What some work gives, and how many bytes more the process held at most than before it."""

    def held(kind: str) -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(kind))

    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # the most so far is forgotten
    before = held("VmRSS")
    found = work()
    return found, held("VmHWM") - before


SPECIAL = (
    "<|endoftext|> <|im_start|> <|im_end|> <|object_ref_start|> <|object_ref_end|> <|box_start|> <|box_end|> "
    "<|quad_start|> <|quad_end|> <|vision_start|> <|vision_end|> <|vision_pad|> <|image_pad|> <|video_pad|>"
).split()
PLAIN = "<tool_call> </tool_call> <tool_response> </tool_response> <think> </think>".split()
WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
"""Unlike the family's, keeps up to three digits together, as a small model may: it must survive loading."""

TEMPLATE = """\
{%- set images = namespace(count=0) %}
{%- macro body(content) %}
    {%- if content is string %}
        {{- content }}
    {%- else %}
        {%- for part in content %}
            {%- if part.type == 'image' or 'image' in part %}
                {%- set images.count = images.count + 1 %}
                {%- if number_images %}Picture {{ images.count }}: {% endif -%}
                <|vision_start|><|image_pad|><|vision_end|>
            {%- elif part.type == 'video' or 'video' in part %}
                {{- '<|vision_start|><|video_pad|><|vision_end|>' }}
            {%- elif 'text' in part %}
                {{- part.text }}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
{%- endmacro %}
{%- if tools %}
    {{- '<|im_start|>system\n# Tools\n' }}
    {%- for tool in tools %}
        {{- tool | tojson }}
        {{- '\n' }}
    {%- endfor %}
    {{- '<|im_end|>\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == 'note' %}{% continue %}{% endif %}
    {%- if message.role not in ['system', 'user', 'assistant'] %}
        {{- raise_exception('unknown role ' + message.role) }}
    {%- endif %}
    {{- '<|im_start|>' + message.role + '\n' }}{{ body(message.content) }}{{ '<|im_end|>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %}
"""


class ReferenceProcessor(Qwen3VLProcessor):
    """The reference's processor without its video part, which needs torchvision."""

    def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None) -> None:
        super().__init__(image_processor, tokenizer, None, chat_template)


def small_tokenizer() -> Tokenizer:
    """Byte-level BPE with the family's special tokens and a few merges."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    split = pre_tokenizers.Split(Regex(WORDS), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(['Click the red circle, then type 512 into the field "Name".'] * 3, trainer)
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in PLAIN])
    return tokenizer


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a tokenizer and an image processor are read from."""
    folder = tmp_path_factory.mktemp("tokenizer")
    small_tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(names))
    images = {
        "image_processor_type": "Qwen2VLImageProcessor",
        "patch_size": 16,
        "merge_size": 2,
        "temporal_patch_size": 2,
    }
    images |= {"size": {"shortest_edge": 65_536, "longest_edge": 400_000}}
    images |= {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
    (folder / "preprocessor_config.json").write_text(json.dumps(images))
    return folder


@pytest.fixture(scope="session")
def reference_processor(tokenizer_folder: Path) -> Any:
    """The reference's processor of that folder."""
    return ReferenceProcessor.from_pretrained(tokenizer_folder)
