"""Pixel values and grids equal those of the reference's processor."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

from perception.errors import ImageError, ModelError
from perception.qwen3vl.processor import ImageProcessor


def picture(height: int, width: int, seed: int = 0) -> Any:
    """Noise over a gradient: every byte value, sharp and smooth."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3))
    slope = np.linspace(0, 255, width).astype(int)[None, :, None]
    return ((noise + slope * 3) // 4).astype(np.uint8)


@pytest.fixture
def processor(tokenizer_folder: Path) -> ImageProcessor:
    return ImageProcessor.load(tokenizer_folder)


SIZES = [(256, 320), (210, 160), (257, 333), (1080, 1920), (32, 3000), (17, 40), (1, 1), (600, 400)]


@pytest.mark.parametrize("size", SIZES)
def test_equals_reference(processor: ImageProcessor, reference_processor: Any, size: tuple[int, int]) -> None:
    frame = picture(*size)
    expected = reference_processor.image_processor([frame], input_data_format="channels_last", return_tensors="pt")
    found = processor([frame])
    assert found.grid_thw == [tuple(grid) for grid in expected["image_grid_thw"].tolist()]
    assert torch.equal(found.pixel_values, expected["pixel_values"])
    assert processor.num_tokens(*size) * 4 == len(found.pixel_values)


def test_several_frames(processor: ImageProcessor, reference_processor: Any) -> None:
    frames = [picture(256, 320), picture(300, 500, 1), picture(256, 320, 2)]
    expected = reference_processor.image_processor(frames, return_tensors="pt")
    found = processor(frames)
    assert found.grid_thw == [tuple(grid) for grid in expected["image_grid_thw"].tolist()]
    assert torch.equal(found.pixel_values, expected["pixel_values"])


def test_no_frames(processor: ImageProcessor) -> None:
    found = processor([])
    assert found.pixel_values.shape == (0, 1536)
    assert found.grid_thw == []


def test_still_frames_are_not_repeated(processor: ImageProcessor) -> None:
    twice = processor([picture(256, 320)]).pixel_values.view(-1, 3, 2, 256)
    once = processor([picture(256, 320)], still=True).pixel_values.view(-1, 3, 256)
    assert torch.equal(twice[:, :, 0], once)
    assert torch.equal(twice[:, :, 1], once)


def test_a_frame_that_fits_is_not_touched(processor: ImageProcessor) -> None:
    frame = picture(256, 320)
    assert processor.fit(frame) is frame


@given(st.integers(1, 5000), st.integers(1, 5000), st.sampled_from([(65_536, 16_777_216), (4096, 200_000)]))
def test_sizes_equal_reference(height: int, width: int, limits: tuple[int, int]) -> None:
    processor = ImageProcessor(min_pixels=limits[0], max_pixels=limits[1])
    if max(height, width) > 200 * min(height, width):
        with pytest.raises(ImageError, match="too thin"):
            processor.size_for(height, width)
        return
    assert processor.size_for(height, width) == smart_resize(height, width, 32, *limits)


@pytest.mark.parametrize(
    "frame",
    [np.zeros((64, 64), np.uint8), np.zeros((64, 64, 4), np.uint8), np.zeros((64, 64, 3), np.float32)],
    ids=["grey", "alpha", "float"],
)
def test_other_frames_are_refused(processor: ImageProcessor, frame: Any) -> None:
    with pytest.raises(ImageError, match="not uint8"):
        processor([frame])


def test_empty_frame_is_refused(processor: ImageProcessor) -> None:
    with pytest.raises(ImageError, match="empty or too thin"):
        processor([np.zeros((0, 64, 3), np.uint8)])


def test_limits_by_their_own_names(tmp_path: Path) -> None:
    values = {"min_pixels": 4096, "max_pixels": 9000, "image_mean": [0.1, 0.2, 0.3], "size": None}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(values))
    found = ImageProcessor.load(tmp_path)
    assert (found.min_pixels, found.max_pixels, found.image_mean) == (4096, 9000, (0.1, 0.2, 0.3))


def test_missing_corrupt_and_senseless_settings(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"preprocessor_config\.json is missing"):
        ImageProcessor.load(tmp_path)
    for content in ("{", "[]", '{"patch_size": "x"}'):
        (tmp_path / "preprocessor_config.json").write_text(content)
        with pytest.raises(ModelError, match="cannot be read"):
            ImageProcessor.load(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text('{"min_pixels": 10, "max_pixels": 5}')
    with pytest.raises(ModelError, match="min_pixels 10 is not between"):
        ImageProcessor.load(tmp_path)
