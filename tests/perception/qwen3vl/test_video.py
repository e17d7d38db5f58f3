"""Frames, sizes, patches, times and token ids of videos equal those of the reference.

Its video processor needs torchvision to run as a whole; the parts that say what comes out do not.
"""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import Qwen3VLProcessor
from transformers.models.qwen3_vl.video_processing_qwen3_vl import Qwen3VLVideoProcessor, smart_resize

from perception.clients.client import ImagePart, Message, TextPart
from perception.errors import ImageError, ModelError
from perception.observation import Frame
from perception.qwen3vl.processor import ImageProcessor
from perception.qwen3vl.prompt import write_prompt
from perception.qwen3vl.tokenizer import Clip, Tokenizer
from perception.qwen3vl.video import VideoRules, group_seconds, timestamp

REFERENCE: Any = Qwen3VLVideoProcessor
PROCESSOR: Any = Qwen3VLProcessor
LIMITS = st.sampled_from([(4_096, 25_165_824), (100_000, 400_000), (4_096, 2_000_000)])


def film(num_frames: int, height: int = 64, width: int = 96) -> list[np.ndarray]:
    return list(np.random.default_rng(num_frames).integers(0, 256, (num_frames, height, width, 3), np.uint8))


@given(st.integers(1, 5000), st.sampled_from([1.0, 5.0, 23.976, 25.0, 30.0, 60.0]), st.sampled_from([0.5, 2.0, 4.0]))
def test_frames_equal_reference(num_frames: int, fps: float, wanted: float) -> None:
    limits = SimpleNamespace(min_frames=4, max_frames=768, fps=wanted)
    metadata = SimpleNamespace(total_num_frames=num_frames, fps=fps)
    expected = REFERENCE.sample_frames(limits, metadata).tolist()
    assert VideoRules(fps=wanted).sample(num_frames, fps) == expected


@given(st.integers(2, 300), st.integers(1, 4000), st.integers(1, 4000), LIMITS, st.sampled_from([None, 640]))
def test_sizes_equal_reference(num_frames: int, height: int, width: int, limits: Any, most: int | None) -> None:
    rules = VideoRules(min_pixels=limits[0], max_pixels=limits[1], max_frame_tokens=most)
    if max(height, width) > 200 * min(height, width):
        with pytest.raises(ImageError, match="too thin"):
            rules.size_for(num_frames, height, width, unit=32, group=2)
        return
    found = rules.size_for(num_frames, height, width, unit=32, group=2)
    if most is None:
        assert found == smart_resize(num_frames, height, width, 2, 32, *limits)
    base = SimpleNamespace(max_video_tokens=most, patch_size=16, merge_size=2, temporal_patch_size=2)
    base.cap_pixels_per_frame = most is not None
    options = {"size": {"shortest_edge": limits[0], "longest_edge": limits[1]}}
    num_patches = REFERENCE.get_num_of_video_patches(base, num_frames, height, width, options)
    assert -(-num_frames // 2) * found[0] * found[1] // 256 == num_patches


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=20), st.sampled_from([1.0, 23.976, 25.0, 30.0]))
def test_times_equal_reference(indices: list[int], fps: float) -> None:
    expected = PROCESSOR._calculate_timestamps(None, list(indices), fps)
    assert group_seconds([index / fps for index in indices]) == expected


@given(st.floats(0, 360_000))
def test_times_as_text(seconds: float) -> None:
    assert timestamp(seconds) == f"<{seconds:.1f} seconds>"
    hours, minutes, rest = timestamp(seconds, "clock").strip("<>").split(":")
    assert abs(int(hours) * 3600 + int(minutes) * 60 + float(rest) - seconds) < 0.051
    assert len(hours) >= 2
    assert len(minutes) == 2
    assert float(rest) < 60


@pytest.mark.parametrize("num_frames", [1, 2, 4, 5])
def test_patches_equal_reference(num_frames: int) -> None:
    frames = film(num_frames)
    found = ImageProcessor(video=VideoRules(min_pixels=1024)).film(frames)
    scaled = (torch.from_numpy(np.stack(frames)).float() / 255 - 0.5) / 0.5
    expected, *grid = REFERENCE.patchify(None, scaled.permute(0, 3, 1, 2)[None], 16, 2, 2)
    assert found.grid_thw == [tuple(grid)] == [(-(-num_frames // 2), 4, 6)]
    torch.testing.assert_close(found.pixel_values, expected[0], atol=1e-6, rtol=0)


def test_frames_are_resized_like_images() -> None:
    processor = ImageProcessor(min_pixels=1024, video=VideoRules(max_pixels=4 * 64 * 96))
    frames = film(4, 100, 150)
    found = processor.film(frames)
    assert found.grid_thw == [(2, 4, 6)]
    small = ImageProcessor(min_pixels=1024, max_pixels=64 * 96)(frames).pixel_values.view(4, 24, 3, 2, 256)[:, :, :, 0]
    assert torch.equal(found.pixel_values.view(2, 24, 3, 2, 256), torch.stack([small[::2], small[1::2]], 3))


class Part(SimpleNamespace):
    """A video in a message, as clients give it."""

    type = "video"


def part(num_frames: int, step: float = 0.5) -> Any:
    seconds = [index * step for index in range(num_frames)]
    pairs = zip(film(num_frames, 32, 64), seconds, strict=True)
    return Part(frames=[Frame(pixels, time) for pixels, time in pairs], seconds=seconds)


def message(*parts: Any) -> Any:
    given_parts = tuple(TextPart(text=one) if isinstance(one, str) else one for one in parts)
    return Message.model_construct(role="user", parts=given_parts)


@pytest.fixture(scope="module")
def tokenizer(tokenizer_folder: Path) -> Tokenizer:
    return Tokenizer.load(tokenizer_folder)


@pytest.fixture
def reference(reference_processor: Any) -> Any:
    reference_processor.video_processor = SimpleNamespace(merge_size=2, temporal_patch_size=2)
    yield reference_processor
    reference_processor.video_processor = None


PROMPTS: dict[str, list[Any]] = {
    "video": ["What happens?", part(6)],
    "odd": [part(5, 0.63), "then"],
    "several": ["First", part(4), "<second", part(9, 1.0), ">"],
    "interleaved": ["See ", ImagePart(frame=Frame(film(1, 64, 64)[0])), part(4), "a", part(2), "3 seconds"],
}


@pytest.mark.parametrize("case", PROMPTS)
def test_ids_equal_reference(tokenizer: Tokenizer, reference: Any, case: str) -> None:
    processor = ImageProcessor(min_pixels=1024, video=VideoRules(min_pixels=1024))
    prompt = write_prompt([message(*PROMPTS[case])], tokenizer, processor)
    films, images = [one for one in PROMPTS[case] if isinstance(one, Part)], []
    chat = [{"type": "text", "text": one} if isinstance(one, str) else {"type": one.type} for one in PROMPTS[case]]
    text = tokenizer.render([{"role": "user", "content": chat}])
    videos = []
    for one in films:
        grid = torch.tensor([[-(-len(one.frames) // 2), 2, 4]])
        rate = SimpleNamespace(fps=1000.0, frames_indices=[1000 * time for time in one.seconds])
        videos.append(reference.replace_video_token({"video_grid_thw": grid, "video_metadata": [rate]}, 0))
    if any(isinstance(one, ImagePart) for one in PROMPTS[case]):
        images = ["<|image_pad|>" * 4]
    written = reference.get_text_with_replacements([text], images, videos)[0][0]
    assert prompt.token_ids == reference.tokenizer(written).input_ids
    grids = [(1, 4, 4) if one.type == "image" else (-(-len(one.frames) // 2), 2, 4) for one in visual(PROMPTS[case])]
    assert list(prompt.grids) == grids
    assert prompt.pixel_values().shape == (sum(t * h * w for t, h, w in grids), 1536)
    assert [len(times) for times in prompt.seconds] == [-(-len(one.frames) // 2) for one in films]
    assert len({picture.key for picture in prompt.pictures}) == sum(t for t, _, _ in grids)


def visual(parts: list[Any]) -> list[Any]:
    return [one for one in parts if not isinstance(one, str)]


def test_patches_come_in_the_order_of_the_parts(tokenizer: Tokenizer) -> None:
    processor = ImageProcessor(min_pixels=1024, video=VideoRules(min_pixels=1024))
    picture, clip = ImagePart(frame=Frame(film(3, 64, 64)[0])), part(4)
    found = write_prompt([message(clip), message(picture)], tokenizer, processor).pixel_values()
    patches = [processor.film([frame.pixels for frame in clip.frames]), processor([picture.frame.pixels])]
    assert torch.equal(found, torch.cat([one.pixel_values for one in patches]))


def test_what_was_thinned_out_stays_whole() -> None:
    rules = VideoRules()
    assert rules.pick([index / 2 for index in range(60)]) == list(range(60))
    assert rules.pick([0.0, 1.0, 7.5, 8.0, 30.0]) == list(range(5))
    assert rules.pick([index / 10 for index in range(100)]) == rules.sample(100, 10.0)
    assert len(rules.pick([index / 2 for index in range(2000)])) == 768
    assert rules.pick([3.0]) == [0]
    assert rules.pick([3.0, 3.0]) == [0, 1]


def test_other_ways_to_write_times(tokenizer: Tokenizer) -> None:
    processor = ImageProcessor(video=VideoRules(min_pixels=1024))
    clock = write_prompt([message(part(4, 60.0))], tokenizer, processor, timestamps="clock")
    text = tokenizer.decode(clock.token_ids, keep_special=True)
    pads = "<|vision_start|><|video_pad|><|video_pad|><|vision_end|>"
    assert f"<|vision_start|><00:00:30.0>{pads}<00:02:30.0>{pads}<|vision_end|>" in text
    bare = write_prompt([message(part(4))], tokenizer, processor, timestamps=None)
    assert f"<|vision_start|>{'<|video_pad|>' * 4}<|vision_end|>" in tokenizer.decode(bare.token_ids, keep_special=True)


def test_videos_and_clips_must_agree(tokenizer: Tokenizer) -> None:
    chat = [{"role": "user", "content": [{"type": "video"}, {"type": "text", "text": "<|video_pad|>"}]}]
    with pytest.raises(ValueError, match="names 2 videos and 1 are given"):
        tokenizer.encode_chat(chat, clips=[Clip(4, ["<0.0 seconds>"])])


def test_refused_videos(tokenizer: Tokenizer) -> None:
    processor = ImageProcessor()
    with pytest.raises(ImageError, match="frames of 2 sizes"):
        processor.film([*film(1), *film(1, 32)])
    with pytest.raises(ImageError, match="frames of 0 sizes"):
        processor.film([])
    with pytest.raises(ImageError, match="not uint8"):
        processor.film([np.zeros((4, 4), np.uint8)])
    with pytest.raises(ImageError, match="empty or too thin"):
        processor.film(film(2, 0))
    with pytest.raises(ImageError, match="0 frames"):
        VideoRules().pick([])
    with pytest.raises(ImageError, match="go back"):
        VideoRules().pick([1.0, 0.5])
    clip = part(4)
    clip.seconds.pop()
    with pytest.raises(ImageError, match="4 frames and 3 times"):
        write_prompt([message(clip)], tokenizer, processor)


def test_rules_of_a_folder(tokenizer_folder: Path, tmp_path: Path) -> None:
    assert ImageProcessor.load(tokenizer_folder).video == VideoRules()
    path = tmp_path / "video_preprocessor_config.json"
    values = {"size": {"shortest_edge": 4096, "longest_edge": 9000}, "fps": 4, "min_frames": 2, "max_frames": 2048}
    path.write_text(json.dumps(values | {"cap_pixels_per_frame": True, "max_video_tokens": 640}))
    assert VideoRules.load(tmp_path) == VideoRules(4.0, 2, 2048, 4096, 9000, 640)
    for content in ("{", "[]", '{"fps": "x"}'):
        path.write_text(content)
        with pytest.raises(ModelError, match=r"video_preprocessor_config\.json cannot be read"):
            VideoRules.load(tmp_path)
    path.write_text('{"max_frames": 2}')
    with pytest.raises(ModelError, match="below its minimum"):
        VideoRules.load(tmp_path)
