"""Positions equal the reference's, and a rotation is one."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perception.qwen3vl.rope import frequency_axes, position_ids, rotate
from tests.perception.qwen3vl.conftest import END, IMAGE, START, VIDEO, Film, row

SIDES = (st.sampled_from([2, 4, 10]), st.sampled_from([2, 6, 8]))
ROW = st.lists(
    st.one_of(st.integers(1, 5), st.tuples(st.just(1), *SIDES), st.builds(Film, st.integers(1, 4), *SIDES)),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def reference(make_pair: Any) -> Any:
    return make_pair(tied=True)[1].model


def positions(tensor: torch.Tensor, grids: Any, mask: Any = None, **options: Any) -> torch.Tensor:
    return position_ids(tensor, grids, mask, image_token_id=IMAGE, video_token_id=VIDEO, merge_size=2, **options)


@given(rows=st.lists(ROW, min_size=1, max_size=3), left=st.booleans())
def test_positions_equal_reference(reference: Any, rows: list[Any], left: bool) -> None:
    grids = [part for parts in rows for part in parts if isinstance(part, tuple)]
    ids = [row(*parts) for parts in rows]
    length = max(map(len, ids))
    padded = [[0] * (length - len(one)) + one if left else one + [0] * (length - len(one)) for one in ids]
    tensor = torch.tensor(padded)
    mask = (tensor != 0).long()
    kinds = (tensor == IMAGE).int() + 2 * (tensor == VIDEO).int()
    images, films = ([list(grid) for grid in grids if isinstance(grid, Film) is film] for film in (False, True))
    expected, _ = reference.get_rope_index(
        tensor,
        kinds,
        torch.tensor(images or [[1, 2, 2]]),
        torch.tensor(films or [[1, 2, 2]]),
        attention_mask=mask,
    )
    assert torch.equal(positions(tensor, grids, mask), expected)


@pytest.mark.parametrize(
    ("parts", "grids", "problem"),
    [
        ([1, (1, 2, 4), 1], [(1, 2, 2)], "belong to no grid"),
        ([1, (1, 2, 4), 1], [(1, 2, 6)], "fewer visual tokens"),
        ([1, (1, 2, 4), 1], [(1, 2, 4), (1, 2, 2)], "more grids"),
        ([1, (1, 2, 4), 1], None, "belong to no grid"),
        ([Film(2, 2, 2), 1], [(3, 2, 2)], "lacks the last 1 temporal groups"),
        ([Film(2, 2, 2), (1, 2, 2)], [(3, 2, 2), (1, 2, 2)], "lacks the last 1 temporal groups"),
        ([Film(2, 2, 2), 1], [(1, 2, 2)], "belong to no grid"),
    ],
)
def test_ids_and_grids_must_agree(parts: list[Any], grids: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        positions(torch.tensor([row(*parts)]), grids)


def test_times_as_positions() -> None:
    """As in Qwen2.5-VL: a video is one block, a group half a position later for every quarter of a second."""
    ids = torch.tensor([[1, START, *[VIDEO] * 6, END, 1]])
    found = positions(ids, [(3, 2, 4)], seconds=[[4.0, 5.0, 6.6]])[:, 0].tolist()
    assert found[0] == [0, 1, 2, 2, 4, 4, 7, 7, 8, 9]
    assert found[1] == [0, 1, *[2] * 6, 8, 9]
    assert found[2] == [0, 1, *[2, 3] * 3, 8, 9]
    with pytest.raises(ValueError, match="3 temporal groups and 2 times"):
        positions(ids, [(3, 2, 4)], seconds=[[4.0, 5.0]])


def test_released_models_deal_out_their_frequencies() -> None:
    axes = frequency_axes(128, (24, 20, 20))
    assert [axes.count(axis) for axis in range(3)] == [24, 20, 20]
    assert axes[:6] == [0, 1, 2, 0, 1, 2]
    assert axes[-4:] == [0, 0, 0, 0]
    assert frequency_axes(128, (24, 20, 20), interleaved=False) == [0] * 24 + [1] * 20 + [2] * 20


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
