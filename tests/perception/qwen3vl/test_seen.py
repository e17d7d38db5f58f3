"""Pictures are looked at once, known again by their content, and forgotten within a limit."""

from functools import partial

import pytest
import torch

from perception.qwen3vl.prompt import Picture, Prompt
from perception.qwen3vl.seen import Pictures, Sight
from tests.perception.qwen3vl.tiny_engine import pictures, small_model

GRIDS = [(1, 4, 6), (1, 2, 2), (1, 4, 4)]


def images(*seeds: int) -> Pictures:
    """Three images, each with the pixels of its seed."""
    pixels = [
        torch.randn(t * h * w, 1536, generator=torch.Generator().manual_seed(seed))
        for seed, (t, h, w) in zip(seeds, GRIDS, strict=True)
    ]
    return Pictures(Prompt([], pictures(torch.cat(pixels), GRIDS), GRIDS), merge_size=2)


@pytest.fixture
def sight() -> Sight:
    return Sight(small_model(), 1 << 20)


@pytest.mark.parametrize(("start", "stop"), [(0, 11), (0, 3), (5, 8), (6, 7), (7, 11), (2, 9)])
@torch.inference_mode()
def test_any_part_is_that_of_all_in_one_pass(sight: Sight, start: int, stop: int) -> None:
    shown = images(1, 2, 3)
    whole = small_model().encode_images(torch.cat([shown.pixels(index) for index in range(3)]), GRIDS)
    found = sight.features(shown, start, stop)
    assert found is not None
    torch.testing.assert_close(found.tokens, whole.tokens[start:stop], atol=1e-4, rtol=1e-4)
    for level, expected in zip(found.deepstack, whole.deepstack, strict=True):
        torch.testing.assert_close(level, expected[start:stop], atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_only_what_is_new_is_looked_at(sight: Sight) -> None:
    sight.features(images(1, 2, 3), 0, 7)
    assert sight.num_encoded == 2, "the third one was not asked for"
    sight.features(images(1, 2, 3), 0, 11)
    sight.features(images(1, 2, 4), 0, 11)
    assert sight.num_encoded == 4
    assert sight.features(images(1, 2, 3), 3, 3) is None


@torch.inference_mode()
def test_the_limit_holds_and_the_latest_image_stays() -> None:
    sight = Sight(small_model(), 1)
    sight.features(images(1, 2, 3), 0, 11)
    size = sight.num_bytes
    sight.features(images(1, 2, 3), 7, 11)
    assert (sight.num_encoded, sight.num_bytes) == (3, size)
    assert size == 4 * 64 * 4 * 2, "four visual tokens of 64 numbers, and one tapped layer"


@torch.inference_mode()
def test_still_pictures_and_those_of_a_video_are_looked_at_in_passes_of_their_own(sight: Sight) -> None:
    """An image may come without the repetition of its frame; what the tower says is the same."""
    whole = images(1, 2, 3)
    pixels = [whole.pixels(index) for index in range(3)]
    twice = pixels[1].view(-1, 3, 2, 256)
    twice[:, :, 1] = twice[:, :, 0]
    cuts = [pixels[0], twice[:, :, 0].flatten(1), pixels[2]]
    shown = [Picture(grid, f"{index}", cuts[index].clone) for index, grid in enumerate(GRIDS)]
    prompt = Prompt([], shown, GRIDS)
    found = sight.features(Pictures(prompt, merge_size=2), 0, 11)
    assert found is not None
    expected = small_model().encode_images(prompt.pixel_values(), GRIDS)
    torch.testing.assert_close(found.tokens, expected.tokens, atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_nothing_is_cut_that_is_not_looked_at(sight: Sight) -> None:
    cut: list[int] = []

    def making(index: int, pixels: torch.Tensor) -> torch.Tensor:
        cut.append(index)
        return pixels

    whole = images(1, 2, 3)
    shown = [Picture(g, str(n), partial(making, n, whole.pixels(n))) for n, g in enumerate(GRIDS)]
    of_prompt = Pictures(Prompt([], shown, GRIDS), merge_size=2)
    sight.features(of_prompt, 0, 6)
    sight.features(of_prompt, 0, 7)
    assert cut == [0, 1]
