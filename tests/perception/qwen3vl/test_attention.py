"""Texts of one row that see themselves alone: what one mask over the row gives, forward and backward."""

import pytest
import torch
from torch import Tensor

from perception.qwen3vl.attention import Apart, additive, attend

LENGTHS = (5, 1, 9)


def given(dtype: torch.dtype) -> list[Tensor]:
    """q [1, 4, 15, 8], k and v [1, 2, 15, 8]."""
    generator = torch.Generator().manual_seed(1)
    return [
        torch.randn(1, heads, sum(LENGTHS), 8, generator=generator).to(dtype).requires_grad_() for heads in (4, 2, 2)
    ]


@pytest.mark.parametrize(("dtype", "most"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
def test_texts_apart_are_what_a_mask_makes_of_them(dtype: torch.dtype, most: float) -> None:
    text = torch.repeat_interleave(torch.tensor(LENGTHS))
    may = (text[:, None] == text) & torch.ones(len(text), len(text), dtype=torch.bool).tril()
    found = []
    for mask in (Apart(LENGTHS), additive(may[None, None], dtype)):
        tensors = q, k, v = given(dtype)
        mixed = attend(q, k, v, mask)
        mixed.square().sum().backward()
        found.append([mixed, *(tensor.grad for tensor in tensors)])
    for apart, masked in zip(*found, strict=True):
        torch.testing.assert_close(apart, masked, atol=most, rtol=most)
