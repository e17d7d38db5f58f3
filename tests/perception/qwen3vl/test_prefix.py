"""The store gives back keys of the same tokens and images, never of others, and stays within its limit."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from perception.qwen3vl.cache import Stretch
from perception.qwen3vl.prefix import PrefixStore, label, num_common

PAD = 9
KEYS = ("a" * 64, "b" * 64)
Piece = tuple[int, ...] | str


def of(*pieces: Piece) -> np.ndarray:
    """Labels of a prompt of texts (token ids) and images (their digests, two tokens each)."""
    ids = [token for piece in pieces for token in ((PAD, PAD) if isinstance(piece, str) else piece)]
    keys = [piece for piece in pieces if isinstance(piece, str)]
    return label(ids, [PAD], [2] * len(keys), keys)


def stretch(labels: np.ndarray) -> Stretch:
    """Keys that tell which labels came up to there, as real ones do."""
    history = torch.tensor(np.cumsum(labels * np.arange(1, len(labels) + 1)), dtype=torch.float64)
    keys = history[None, :, None].expand(2, -1, 4)
    return [(keys, -keys), (keys + 1, -keys - 1)]


SEQUENCES = st.lists(
    st.one_of(st.tuples(st.integers(0, 2)), st.tuples(st.integers(0, 2), st.integers(0, 2)), st.sampled_from(KEYS)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(SEQUENCES, min_size=1, max_size=12), SEQUENCES, st.sampled_from([0, 600, 2000, 1 << 20]))
def test_what_is_found_belongs_to_the_same_tokens(kept: list[list[Piece]], asked: list[Piece], limit: int) -> None:
    store = PrefixStore(limit)
    for pieces in kept:
        labels = of(*pieces)
        store.put(labels, stretch(labels))
        assert store.num_bytes <= limit
    wanted = of(*asked)
    length, found = store.longest(wanted)
    expected = stretch(wanted)
    for (keys, values), (right_keys, right_values) in zip(found, expected, strict=False):
        assert torch.equal(keys[:, :length], right_keys[:, :length])
        assert torch.equal(values[:, :length], right_values[:, :length])
    if limit == 1 << 20:
        assert length == max(num_common(of(*pieces), wanted) for pieces in kept)


def test_images_of_other_content_are_other_tokens() -> None:
    first, second = of((1, 2), KEYS[0], (3,)), of((1, 2), KEYS[1], (3,))
    assert num_common(first, second) == 2
    assert num_common(first, of((1, 2), KEYS[0], (4,))) == 4


def test_a_sequence_that_goes_on_replaces_its_beginning() -> None:
    store = PrefixStore(1 << 20)
    for pieces in ([(1, 2)], [(1, 2), (3,)], [(1,)]):
        labels = of(*pieces)
        store.put(labels, stretch(labels))
    assert len(store) == 1
    assert store.longest(of((1, 2, 3, 4))).length == 3


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    size = stretch(of((1, 2)))[0][0].nbytes * 4
    store = PrefixStore(2 * size)
    for first in (1, 2):
        store.put(of((first, 0)), stretch(of((first, 0))))
    assert store.longest(of((1, 0))).length == 2
    store.put(of((3, 0)), stretch(of((3, 0))))
    assert [store.longest(of((first, 0))).length for first in (1, 2, 3)] == [2, 0, 2]


def test_the_store_keeps_copies() -> None:
    labels = of((1, 2))
    given_stretch = [(keys.clone(), values.clone()) for keys, values in stretch(labels)]
    store = PrefixStore(1 << 20)
    store.put(labels, given_stretch)
    given_stretch[0][0].zero_()
    assert torch.equal(store.longest(labels).stretch[0][0], stretch(labels)[0][0])


def test_more_images_than_places_are_refused() -> None:
    with pytest.raises(ValueError, match="2 image tokens and its patches make 4"):
        label([1, PAD, PAD], [PAD], [2, 2], KEYS)
