"""The cache gives back what was written, row by row, whatever padding wrote in between."""

import torch

from perception.qwen3vl.cache import KeyValueCache


def tokens(num_rows: int, width: int, first: float) -> torch.Tensor:
    """[B, G, T, d] whose value is first, first + 1, … along the tokens."""
    values = torch.arange(first, first + width)
    return values[None, None, :, None].expand(num_rows, 2, width, 8).contiguous()


def test_one_row_holds_what_it_was_given() -> None:
    cache = KeyValueCache(2, capacity=16)
    assert cache.place([3]) is None
    cache.update(0, tokens(1, 3, 0), -tokens(1, 3, 0))
    mask = cache.place([2])
    assert mask is not None
    assert mask[0, 0].tolist() == [[True] * 4 + [False], [True] * 5]
    keys, values = cache.update(0, tokens(1, 2, 3), -tokens(1, 2, 3))
    assert keys[0, 1, :, 0].tolist() == [0, 1, 2, 3, 4]
    assert torch.equal(values, -keys)


def test_it_grows_and_keeps_its_content() -> None:
    cache = KeyValueCache(2, capacity=4)
    cache.place([4])
    cache.update(1, tokens(1, 4, 0), tokens(1, 4, 0))
    before = cache.capacity
    cache.place([before])
    keys, _ = cache.update(1, tokens(1, before, 4), tokens(1, before, 4))
    assert cache.capacity > before
    assert keys[0, 0, :, 0].tolist() == list(range(before + 4))


def test_rows_of_different_length_overwrite_their_padding_and_never_see_it() -> None:
    cache = KeyValueCache(2, num_rows=2, capacity=16)
    assert cache.place([3, 1]) is None
    cache.update(0, tokens(2, 3, 0), tokens(2, 3, 0))
    mask = cache.place([1, 2])
    assert mask is not None
    keys, _ = cache.update(0, tokens(2, 2, 10), tokens(2, 2, 10))
    assert mask.shape == (2, 1, 2, 5)
    visible = [keys[row, 0, :, 0][mask[row, 0, query]].tolist() for row, query in ((0, 0), (1, 0), (1, 1))]
    assert visible == [[0, 1, 2, 10], [0, 10], [0, 10, 11]]
    assert cache.lengths == [4, 3]


def test_rows_leave_and_tokens_are_forgotten() -> None:
    cache = KeyValueCache(2, num_rows=3, capacity=16)
    cache.place([1, 2, 3])
    cache.update(0, tokens(3, 3, 0), tokens(3, 3, 0))
    cache.keep([2, 1])
    assert cache.lengths == [3, 2]
    cache.cut(2)
    assert cache.lengths == [2, 2]
    assert cache.place([1, 1]) is None
    keys, _ = cache.update(0, tokens(2, 1, 7), tokens(2, 1, 7))
    assert keys[:, 0, :, 0].tolist() == [[0, 1, 7], [0, 1, 7]]
