"""An engine with a small random model, and prompts for it."""

from collections.abc import Sequence
from functools import cache, partial
from hashlib import sha256
from typing import Any

import torch
from torch import Tensor

from agent.training.vocabulary import build
from perception.clients.client import Sampling
from perception.qwen3vl.engine import Engine
from perception.qwen3vl.model import Qwen3VL
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.prompt import Picture, Prompt
from perception.qwen3vl.rope import Grid
from perception.qwen3vl.tokenizer import Tokenizer
from tests.tiny_model import CHAT_TEMPLATE, SMALL, tiny_config, tiny_weights

WORDS = ("Save", "Accept terms", "Ship to", "Größe", "the red circle")
IMAGE = ((1, 4, 6),)


@cache
def small_tokenizer(*, thinking: bool = False) -> Tokenizer:
    """Nano's; thinking: with the tokens around thoughts."""
    backend = build()
    if thinking:
        backend.add_tokens(["<think>", "</think>"])
    return Tokenizer(backend, CHAT_TEMPLATE)


@cache
def small_model(*, thinking: bool = False) -> Qwen3VL:
    """Float32, random weights, for the tokenizer of the same kind."""
    config = tiny_config(small_tokenizer(thinking=thinking).backend, SMALL)
    model = Qwen3VL(config)
    model.load_state_dict(tiny_weights(config, 1, torch.float32))
    return model


def engine_of(*, thinking: bool = False, **options: Any) -> Engine:
    """An engine of its own, which has seen nothing yet."""
    return Engine(small_model(thinking=thinking), small_tokenizer(thinking=thinking), ImageProcessor(), **options)


def pictures(pixels: Tensor, grids: Sequence[Grid]) -> list[Picture]:
    """Patches that are there already [N, patch], as the pictures of images and videos of these grids, in patches."""
    layers = [(1, rows, columns) for frames, rows, columns in grids for _ in range(frames)]
    parts = pixels.split([rows * columns for _, rows, columns in layers])
    return [
        Picture(grid, _key(part, grid), partial(torch.clone, part)) for grid, part in zip(layers, parts, strict=True)
    ]


def _key(part: Tensor, grid: Grid) -> str:
    return sha256(f"{grid}".encode() + part.contiguous().numpy().tobytes()).hexdigest()


def prompt_of(
    number: int, *, grids: Sequence[tuple[int, int, int]] = IMAGE, before: str = "", after: str = ""
) -> Prompt:
    """A prompt with random pixels in images of the given grids, in patches; before, after: more text of its own."""
    images = "".join("<|vision_start|>" + "<|image_pad|>" * (t * h * w // 4) + "<|vision_end|>" for t, h, w in grids)
    text = f'Click "{WORDS[number % len(WORDS)]}"' + " and then tick the box" * (number % 3)
    ids = small_tokenizer().encode(
        f"<|im_start|>user\n{before}{images}{text}{after}<|im_end|>\n<|im_start|>assistant\n"
    )
    if not grids:
        return Prompt(ids)
    num_patches = sum(t * h * w for t, h, w in grids)
    pixels = torch.randn(num_patches, 1536, generator=torch.Generator().manual_seed(number))
    return Prompt(ids, pictures(pixels, grids), list(grids))


def hot(seed: int, max_tokens: int = 40) -> Sampling:
    """Drawn at random, the same for a seed."""
    return Sampling(temperature=1.0, seed=seed, max_tokens=max_tokens)
