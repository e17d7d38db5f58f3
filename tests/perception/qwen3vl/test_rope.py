"""Positions equal the reference's, and a rotation is one."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perception.qwen3vl.rope import frequency_axes, position_ids, rotate
from tests.perception.qwen3vl.conftest import IMAGE, START

GRID = st.tuples(st.just(1), st.sampled_from([2, 4, 10]), st.sampled_from([2, 6, 8]))
ROW = st.lists(st.one_of(st.integers(1, 5), GRID), min_size=1, max_size=5)


def written(part: Any) -> list[int]:
    """A number is that many words, a grid is an image."""
    return [1] * part if isinstance(part, int) else [START, *[IMAGE] * (part[1] * part[2] // 4)]


@pytest.fixture(scope="module")
def reference(make_pair: Any) -> Any:
    return make_pair(tied=True)[1].model


@given(rows=st.lists(ROW, min_size=1, max_size=3), left=st.booleans())
def test_positions_equal_reference(reference: Any, rows: list[Any], left: bool) -> None:
    grids = [part for row in rows for part in row if isinstance(part, tuple)]
    ids = [[token for part in row for token in written(part)] for row in rows]
    length = max(map(len, ids))
    padded = [[0] * (length - len(row)) + row if left else row + [0] * (length - len(row)) for row in ids]
    tensor = torch.tensor(padded)
    mask = (tensor != 0).long()
    found = position_ids(tensor, grids, mask, image_token_id=IMAGE, merge_size=2)
    kinds = (tensor == IMAGE).int()
    expected, _ = reference.get_rope_index(tensor, kinds, torch.tensor(grids or [[1, 2, 2]]), attention_mask=mask)
    assert torch.equal(found, expected)


def test_ids_and_grids_must_agree() -> None:
    ids = torch.tensor([[1, START, IMAGE, IMAGE, 1]])
    for grids, problem in (
        ([(1, 2, 2)], "belong to no grid"),
        ([(1, 2, 6)], "fewer image tokens"),
        ([(1, 2, 4), (1, 2, 2)], "more grids"),
        (None, "belong to no grid"),
    ):
        with pytest.raises(ValueError, match=problem):
            position_ids(ids, grids, image_token_id=IMAGE, merge_size=2)


def test_released_models_deal_out_their_frequencies() -> None:
    axes = frequency_axes(128, (24, 20, 20))
    assert [axes.count(axis) for axis in range(3)] == [24, 20, 20]
    assert axes[:6] == [0, 1, 2, 0, 1, 2]
    assert axes[-4:] == [0, 0, 0, 0]


def test_a_rotation_keeps_lengths_and_turns_back() -> None:
    torch.manual_seed(0)
    x, angles = torch.randn(2, 3, 5, 8), torch.randn(2, 1, 5, 4)
    turned = rotate(x, angles.cos(), angles.sin())
    torch.testing.assert_close(turned.norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(rotate(turned, angles.cos(), -angles.sin()), x)


def test_the_gradient_of_a_rotation() -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 3, 8, dtype=torch.float64, requires_grad=True)
    angles = torch.randn(3, 4, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda value: rotate(value, angles.cos(), angles.sin()), (x,))
