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
    assert cache.place([2]) is None, "plain causal attention, since nothing is padded"
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


def filled(*lengths: int) -> KeyValueCache:
    """Rows of these lengths, read one after the other; the tokens of row r are 100 * r + 0, 1, …"""
    cache = KeyValueCache(2, num_rows=0, capacity=16)
    for row, length in enumerate(lengths):
        assert cache.add() == row
        assert cache.place([length], first=row) is None
        for layer in range(2):
            cache.update(layer, tokens(1, length, 100 * row), -tokens(1, length, 100 * row))
    return cache


def held(cache: KeyValueCache, row: int) -> list[float]:
    stretch = cache.read(row)
    assert all(torch.equal(keys, -values) and torch.equal(keys, stretch[0][0]) for keys, values in stretch)
    return stretch[0][0][0, :, 0].tolist()


def test_rows_come_one_by_one_and_a_pass_goes_over_some_of_them() -> None:
    cache = filled(2, 3, 1)
    assert [held(cache, row) for row in range(3)] == [[0, 1], [100, 101, 102], [200]]
    mask = cache.place([1, 1], first=1)
    assert mask is not None
    assert mask[:, 0, 0].tolist() == [[True] * 4, [True, True, False, False]]
    for layer in range(2):
        cache.update(layer, tokens(2, 1, 7), -tokens(2, 1, 7))
    assert [held(cache, row) for row in range(3)] == [[0, 1], [100, 101, 102, 7], [200, 7]]


def test_rows_move_and_leave() -> None:
    cache = filled(1, 2, 3)
    cache.move(2, 0)
    cache.pop()
    assert [held(cache, row) for row in range(2)] == [[200, 201, 202], [100, 101]]
    cache.pop()
    cache.pop()
    assert cache.num_bytes == 0


def test_a_stretch_is_taken_over_in_part() -> None:
    cache, other = filled(4), filled(2)
    row = other.add()
    other.write(row, cache.read(0), 3)
    assert held(other, row) == [0, 1, 2]
    empty = KeyValueCache(2, num_rows=1)
    empty.write(0, cache.read(0), 2)
    assert held(empty, 0) == [0, 1]


def test_memory_is_given_back_when_a_long_row_leaves() -> None:
    cache = filled(3, 2000)
    large = cache.num_bytes
    cache.pop()
    assert cache.num_bytes < large / 4
    assert held(cache, 0) == [0, 1, 2]
