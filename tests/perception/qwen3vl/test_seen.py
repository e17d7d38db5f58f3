"""Images are looked at once, known again by their content, and forgotten within a limit."""

import pytest
import torch

from perception.qwen3vl.prompt import Prompt
from perception.qwen3vl.seen import Images, Sight
from tests.perception.qwen3vl.tiny_engine import small_model

GRIDS = [(1, 4, 6), (1, 2, 2), (1, 4, 4)]


def images(*seeds: int, keys: tuple[str, ...] = ()) -> Images:
    """Three images, each with the pixels of its seed."""
    pixels = [
        torch.randn(t * h * w, 1536, generator=torch.Generator().manual_seed(seed))
        for seed, (t, h, w) in zip(seeds, GRIDS, strict=True)
    ]
    return Images(Prompt([], torch.cat(pixels), GRIDS, image_keys=keys), merge_size=2)


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


def test_keys_may_be_given_and_are_else_taken_from_content() -> None:
    first, second = images(1, 2, 3), images(1, 2, 4)
    assert [a == b for a, b in zip(first.keys, second.keys, strict=True)] == [True, True, False]
    assert images(1, 2, 3, keys=("a", "b", "c")).keys == ["a", "b", "c"]
    with pytest.raises(ValueError, match="2 keys for 3 images"):
        images(1, 2, 3, keys=("a", "b"))
