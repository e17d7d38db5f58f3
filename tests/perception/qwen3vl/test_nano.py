"""The bundled model is a Qwen3-VL for the reference too: same logits, same pixels, same token ids."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import Qwen3VLForConditionalGeneration

import perception
from perception.qwen3vl import weights
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.tokenizer import Tokenizer
from tests.perception.qwen3vl.conftest import ReferenceProcessor

NANO = Path(next(iter(perception.__path__))) / "nano"


@pytest.fixture(scope="module")
def processor() -> Any:
    return ReferenceProcessor.from_pretrained(NANO)


def turn(frames: list[Any], text: str) -> list[dict[str, Any]]:
    images = [{"type": "image", "image": frame} for frame in frames]
    return [{"role": "user", "content": [*images, {"type": "text", "text": text}]}]


@pytest.mark.parametrize("sizes", [[], [(256, 320)], [(320, 224)], [(210, 160)], [(256, 320), (224, 384)]])
@torch.no_grad()
def test_equals_reference(processor: Any, sizes: list[tuple[int, int]]) -> None:
    generator = np.random.default_rng(0)
    frames = [generator.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    messages = turn(frames, 'Click "Save"\nStep 1: Type "x1000", at [512, 7] ü')
    inputs = processor.apply_chat_template(
        messages, tokenize=True, return_dict=True, add_generation_prompt=True, return_tensors="pt"
    )
    images = ImageProcessor.load(NANO)
    ids = Tokenizer.load(NANO).encode_chat(messages, [images.num_tokens(*size) for size in sizes])
    assert inputs["input_ids"].tolist() == [ids]
    patches = images(frames)
    extra: dict[str, Any] = {"pixel_values": patches.pixel_values, "grid_thw": patches.grid_thw} if sizes else {}
    if sizes:
        assert torch.equal(inputs["pixel_values"], patches.pixel_values)
        assert inputs["image_grid_thw"].tolist() == [list(grid) for grid in patches.grid_thw]
    reference: Any = Qwen3VLForConditionalGeneration.from_pretrained(NANO, dtype=torch.float32)
    expected = reference.eval()(**inputs).logits
    torch.testing.assert_close(weights.load(NANO)(torch.tensor([ids]), **extra), expected, atol=1e-4, rtol=1e-4)
