"""A step of reinforcement learning: what is computed in parts is the whole, and advantages push the right way."""

import asyncio
from pathlib import Path

import pytest
import torch
from torch import nn

from agent.practice.reading import TryReader
from agent.training.learner import Learner, Rates
from agent.training.policy_step import LOSSES, masked_logprobs, parts, policy_step, sampled
from agent.training.rewards.reward import Prices, Reward
from agent.training.tries import Group, Try
from perception.qwen3vl import weights
from tests.agent.training.played import plays
from tests.tiny_model import write_folder

RATES = Rates(adam=1e-3, tower_adam=1e-3, tower_muon=0.0, warmup_steps=0, decay_share=0.0, weight_decay=0.0)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model."""
    return write_folder(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def reader(model: Path) -> TryReader:
    """Of its runs."""
    return TryReader(str(model), Prices(most_tokens=48))


@pytest.fixture(scope="module")
def group(model: Path, reader: TryReader, tmp_path_factory: pytest.TempPathFactory) -> Group:
    """Four tries of one to three steps: the first two succeeded."""
    runs, tries = tmp_path_factory.mktemp("runs"), list[Try]()
    for number in range(4):
        folder = asyncio.run(plays(model, runs / f"{number}", num_steps=number % 3 + 1, seed=number))
        read = reader.read(folder)
        assert read is not None
        success = float(number < 2)
        read.reward = Reward(success, success, 0, 0, 0, 0)
        tries.append(read)
    return Group("task", 1, tries)


def learner_of(model: Path, folder: Path) -> Learner:
    return Learner(weights.load(model), nn.Module(), RATES, folder)


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
def test_parts_give_the_step_of_the_whole(
    model: Path, reader: TryReader, group: Group, tmp_path: Path, loss: str
) -> None:
    found = []
    for part_tokens in (1, 100_000):
        learner = learner_of(model, tmp_path / "learner")
        given = {"loss": loss, "part_tokens": part_tokens, "factor": 1.0}
        figures = policy_step(learner, [group], reader.maker.look, **given)
        found.append((figures, learner.model.state_dict()))
    (one, before), (other, after) = found
    assert one["loss"] == pytest.approx(other["loss"], abs=1e-5)
    assert one["gradient"] == pytest.approx(other["gradient"], rel=1e-3)
    assert one["gradient"] > 0
    assert all(torch.allclose(before[name], after[name], atol=3e-4) for name in before)


@pytest.mark.slow
def test_what_succeeded_becomes_likelier_and_what_failed_less(
    model: Path, reader: TryReader, group: Group, tmp_path: Path
) -> None:
    learner = learner_of(model, tmp_path / "learner")
    for _ in range(3):
        policy_step(learner, [group], reader.maker.look, loss="sapo", part_tokens=9999, factor=1.0)
    with torch.no_grad():
        (part,) = parts(group.tries, [0.0] * 4, 100_000)
        now = sampled(learner.model, part, reader.maker.look)
    moved = ((now.logprobs - now.old) * now.mask).sum(1) / now.mask.sum(1)
    assert moved[:2].min() > 0 > moved[2:].max()


def test_probabilities_are_among_the_allowed() -> None:
    logits = torch.tensor([[1.0, 2.0, 3.0, 9.0, 0, 0, 0, 0, 5.0]])
    bits = torch.tensor([[0b00000110, 1]], dtype=torch.uint8)
    found = masked_logprobs(logits, torch.tensor([1]), bits)
    assert found.item() == pytest.approx(logits[0, [1, 2, 8]].log_softmax(0)[0].item())
