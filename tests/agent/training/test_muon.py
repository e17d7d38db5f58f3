"""Muon steps where torch's own does, keeps its state, and brings singular values to about 1."""

import pytest
import torch
from torch import nn

from agent.training.muon import Muon, orthogonal

SHAPES = [(8, 24), (24, 8), (8, 24), (16, 16)]


def stepped(kind: type[torch.optim.Muon], times: int = 3) -> tuple[list[nn.Parameter], torch.optim.Muon]:
    torch.manual_seed(0)
    parameters = [nn.Parameter(torch.randn(shape)) for shape in SHAPES]
    unused = nn.Parameter(torch.ones(2, 2))
    optimiser = kind([*parameters, unused], lr=0.02, weight_decay=0.1)
    for _ in range(times):
        for parameter in parameters:
            parameter.grad = torch.randn(parameter.shape)
        optimiser.step()
    assert torch.equal(unused, torch.ones(2, 2)), "without a gradient it stays"
    return parameters, optimiser


def test_it_steps_where_the_one_of_torch_does() -> None:
    for ours, theirs in zip(stepped(Muon)[0], stepped(torch.optim.Muon)[0], strict=True):
        torch.testing.assert_close(ours, theirs, atol=3e-3, rtol=0)  # theirs multiplies in bfloat16


def test_a_checkpoint_of_the_one_of_torch_is_taken_up() -> None:
    saved = stepped(torch.optim.Muon)[1].state_dict()
    parameters, optimiser = stepped(Muon, times=0)
    optimiser.load_state_dict(saved)
    assert optimiser.state[parameters[0]].keys() == {"momentum_buffer"}
    assert optimiser.state_dict()["param_groups"] == saved["param_groups"]


@pytest.mark.parametrize("shape", [(2, 16, 48), (2, 48, 16)])
def test_singular_values_come_near_one(shape: tuple[int, ...]) -> None:
    torch.manual_seed(1)
    group = Muon([nn.Parameter(torch.zeros(1, 1))]).param_groups[0]
    found = orthogonal(torch.randn(shape), group["ns_coefficients"], group["ns_steps"], group["eps"])
    values = torch.linalg.svdvals(found)
    assert 0.5 < float(values.min()) <= float(values.max()) < 1.5


def test_a_matrix_of_zeros_stays_one() -> None:
    assert not orthogonal(torch.zeros(1, 4, 8), (3.4, -4.8, 2.0), 5, 1e-7).any()


def test_a_closure_gives_its_loss() -> None:
    assert Muon([nn.Parameter(torch.zeros(2, 2))]).step(lambda: 3.0) == 3.0
