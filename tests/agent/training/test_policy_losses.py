"""Losses of reinforcement learning: TRL's own figures, and what each is for."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from agent.training.advantage import group_advantages, is_informative
from agent.training.losses.dapo import dapo_loss
from agent.training.losses.grpo import grpo_loss
from agent.training.losses.imitation import imitation_loss
from agent.training.losses.policy import PolicyLoss, Sampled
from agent.training.losses.sapo import sapo_loss
from tests.agent.training.trl_losses import PATH, batch, theirs

LOSSES: dict[str, Callable[[Sampled], PolicyLoss]] = {"sapo": sapo_loss, "grpo": grpo_loss, "dapo": dapo_loss}
WRITTEN: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))


def one(logprob: float, old: float, advantage: float) -> Sampled:
    """A reply of one token."""
    return Sampled(
        torch.tensor([[logprob]], requires_grad=True),
        torch.tensor([[old]]),
        torch.tensor([advantage]),
        torch.ones(1, 1, dtype=torch.bool),
    )


def slope(kind: str, ratio: float, advantage: float) -> float:
    """By how much the loss of one token falls when its probability, of the sampled one, rises."""
    sampled = one(float(torch.tensor(ratio).log()), 0.0, advantage)
    LOSSES[kind](sampled).loss.backward()
    assert sampled.logprobs.grad is not None
    return -sampled.logprobs.grad.item() / ratio


@pytest.mark.parametrize("kind", LOSSES)
def test_loss_and_gradient_are_trls(kind: str) -> None:
    given = batch()
    wanted = theirs(kind, given) if find_spec("trl") else WRITTEN[kind]
    logprobs = given["logprobs"].clone().requires_grad_()
    found = LOSSES[kind](Sampled(logprobs, given["old"], given["advantages"], given["mask"]))
    found.loss.backward()
    assert found.loss.item() == pytest.approx(wanted["loss"], abs=1e-6)
    assert torch.allclose(torch.as_tensor(logprobs.grad), torch.tensor(wanted["gradient"]), atol=1e-7)
    assert wanted["loss"] == pytest.approx(WRITTEN[kind]["loss"], abs=1e-6)


@pytest.mark.parametrize("kind", LOSSES)
def test_what_nothing_counts_of_changes_nothing(kind: str) -> None:
    given = batch()
    rubbish = torch.where(given["mask"], 0.0, torch.tensor([torch.nan, 1e9, -torch.inf] * 3))
    found = []
    for noise in (0.0, rubbish):
        logprobs = (given["logprobs"] + noise).requires_grad_()
        loss = LOSSES[kind](Sampled(logprobs, given["old"], given["advantages"], given["mask"])).loss
        loss.backward()
        found.append((loss.item(), torch.as_tensor(logprobs.grad)))
    assert found[0][0] == found[1][0]
    assert torch.equal(found[0][1], found[1][1])


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("advantage", [1.0, -1.0])
def test_a_policy_that_has_not_moved_is_pushed_by_its_advantage(kind: str, advantage: float) -> None:
    assert slope(kind, 1.0, advantage) == pytest.approx(advantage)


def test_what_was_pushed_far_enough_is_held() -> None:
    assert slope("grpo", 1.25, 1.0) == slope("grpo", 0.75, -1.0) == slope("dapo", 1.3, 1.0) == 0
    assert slope("dapo", 1.25, 1.0) == pytest.approx(1.0), "it may rise further"
    assert slope("grpo", 0.75, 1.0) == pytest.approx(1.0), "the way back is free"
    sampled = Sampled(torch.tensor([[0.3, 0.0]]), torch.zeros(1, 2), torch.ones(1), torch.ones(1, 2, dtype=torch.bool))
    assert grpo_loss(sampled).held == 0.5
    assert grpo_loss(sampled).divergence == pytest.approx((torch.tensor(0.3).exp().item() - 1.3) / 2, abs=1e-6)


@given(st.floats(0.05, 8), st.sampled_from([-1.0, 1.0]))
def test_the_soft_gate_closes_on_both_sides_and_never_turns(ratio: float, advantage: float) -> None:
    found = slope("sapo", ratio, advantage) * advantage
    assert 0 < found <= 1.0001
    assert slope("sapo", ratio, -1.0) * -1 <= slope("sapo", ratio, 1.0) + 1e-6, "narrower where tokens are pushed down"


def test_imitation_knows_successes_alone() -> None:
    logprobs = torch.tensor([[-0.5, -2.0], [-0.5, torch.nan]], requires_grad=True)
    mask = torch.tensor([[True, True], [True, False]])
    found = imitation_loss(Sampled(logprobs, torch.zeros(2, 2), torch.tensor([1.0, 0.0]), mask))
    found.loss.backward()
    assert found.loss.item() == pytest.approx((0.5 + 2.0) / 2 / 2), "a mean over tokens, then over replies"
    assert torch.equal(torch.as_tensor(logprobs.grad), torch.tensor([[-0.25, -0.25], [0.0, 0.0]]))


def test_long_replies_count_as_one_or_by_their_tokens() -> None:
    mask = torch.tensor([[True, False, False, False], [True] * 4])
    sampled = Sampled(torch.zeros(2, 4), torch.zeros(2, 4), torch.tensor([1.0, -1.0]), mask)
    assert grpo_loss(sampled).loss.item() == pytest.approx(0.0)
    assert dapo_loss(sampled).loss.item() == pytest.approx(0.6)


@given(st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=4, max_size=4), min_size=1, max_size=5))
def test_advantages_have_mean_0_and_say_nothing_where_all_are_equal(rewards: list[list[float]]) -> None:
    found = group_advantages(torch.tensor(rewards))
    assert found.mean(1).abs().max() < 1e-5
    for group, advantages in zip(rewards, found, strict=True):
        if len(set(group)) == 1:
            assert not advantages.any()
        else:
            assert advantages.std().item() == pytest.approx(1, abs=0.01)
            assert (advantages.argmax() == torch.tensor(group).argmax()).item()
    plain = group_advantages(torch.tensor(rewards), scaled=False)
    assert torch.allclose(plain, torch.tensor(rewards) - torch.tensor(rewards).mean(1, keepdim=True))


def test_a_single_try_has_nothing_to_be_compared_with() -> None:
    for rewards in (torch.zeros(3, 1), torch.zeros(4)):
        with pytest.raises(ValueError, match="at least two tries"):
            group_advantages(rewards)


def test_tasks_that_never_or_nearly_always_succeed_teach_nothing() -> None:
    rewards = torch.zeros(4, 16)
    rewards[1, 0] = rewards[2, :14] = rewards[3, :15] = 1
    assert is_informative(rewards).tolist() == [False, True, True, False]
