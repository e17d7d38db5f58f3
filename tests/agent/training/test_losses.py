"""Losses against their formulas."""

import math

import pytest
import torch

from agent.training.losses.naming import naming_loss
from agent.training.losses.pointing import PLACE_SIGMA, attention_loss, place_loss, pointer_loss
from agent.training.losses.reading import reading_loss
from agent.training.losses.reply import COORDINATE_SHARE, bell, reply_loss

NUMBERS = torch.arange(1001) + 20
VOCABULARY = 1100


def test_the_reply_loss_is_square_root_normalised() -> None:
    torch.manual_seed(0)
    logits, targets = torch.randn(5, VOCABULARY), torch.randint(0, 20, (5,))
    lengths = torch.tensor([2.0, 2, 3, 3, 3])
    none = torch.zeros(5, dtype=torch.bool)
    found = reply_loss(logits, targets, lengths**-0.5, none, NUMBERS, sigma=0).loss
    losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    top = losses[:2].sum() / math.sqrt(2) + losses[2:].sum() / math.sqrt(3)
    assert found.item() == pytest.approx((top / (math.sqrt(2) + math.sqrt(3))).item(), rel=1e-5)


def test_a_coordinate_counts_more_than_a_word() -> None:
    logits = torch.zeros(2, VOCABULARY)
    targets, weights = torch.tensor([520, 3]), torch.ones(2)
    both = reply_loss(logits, targets, weights, torch.tensor([True, False]), NUMBERS, sigma=0).loss
    assert both.item() == pytest.approx((1 + COORDINATE_SHARE) / 2 * math.log(VOCABULARY), rel=1e-5)


def test_soft_labels_prefer_a_near_miss() -> None:
    def loss(guess: int) -> float:
        logits = torch.zeros(1, VOCABULARY)
        logits[0, 20 + guess] = 10
        found = reply_loss(logits, torch.tensor([520]), torch.ones(1), torch.ones(1, dtype=torch.bool), NUMBERS, 6)
        return found.loss.item()

    assert loss(500) < loss(505) < loss(540)


def test_the_coordinate_error_is_a_distance_on_the_grid() -> None:
    logits = torch.zeros(1, VOCABULARY)
    logits[0, 20 + 530] = 10
    found = reply_loss(logits, torch.tensor([520]), torch.ones(1), torch.ones(1, dtype=torch.bool), NUMBERS, 6)
    assert found.coordinate_error == 30


def test_a_bell_sums_to_one_and_is_highest_at_its_value() -> None:
    curves = bell(torch.tensor([0, 500, 1000]), 12.0)
    torch.testing.assert_close(curves.sum(-1), torch.ones(3))
    assert curves.argmax(-1).tolist() == [0, 500, 1000]


def test_the_pointer_loss_counts_the_whole_target() -> None:
    scores = torch.zeros(1, 4)
    loss, _ = pointer_loss(scores, torch.tensor([[True, True, False, False]]))
    assert loss.item() == pytest.approx(math.log(2))


def test_the_attention_loss_is_zero_where_all_attention_falls_on_the_target() -> None:
    keys = torch.tensor([[[0.0, 0], [100, 0], [0, 0]]])
    loss = attention_loss(
        torch.tensor([[10.0, 0]]), keys, torch.ones(1, 3, dtype=torch.bool), slice(1, 3), torch.tensor([[True, False]])
    )
    assert loss.item() == pytest.approx(0, abs=1e-5)


def test_the_place_loss_is_zero_for_its_own_curve_and_grows_with_distance() -> None:
    def curve(x: float) -> torch.Tensor:
        bins = (torch.arange(100) + 0.5 - 100 * x) / PLACE_SIGMA
        return (-(bins**2) / 2)[None]

    def loss(x: float, y: float) -> float:
        return place_loss(torch.stack((curve(x), curve(y)), 1), torch.tensor([[0.255, 0.9]])).item()

    assert loss(0.255, 0.9) == pytest.approx(0, abs=1e-5)
    assert 0 < loss(0.27, 0.9) < loss(0.4, 0.9)


def test_the_reading_loss_measures_characters_only() -> None:
    logits = torch.zeros(1, 2, 5)
    logits[0, 0, 3] = 9
    found = reading_loss(logits, torch.tensor([[3, 0]]))
    assert found.accuracy == 1.0


def test_the_naming_loss_knows_its_blocks() -> None:
    logits = torch.zeros(2, 5)
    logits[0, 1] = logits[0, 4] = logits[1, 0] = logits[1, 2] = 30
    found = naming_loss(logits, torch.tensor([[1, 2], [0, 0]]), (2, 3))
    assert found.loss.item() == pytest.approx(0, abs=1e-5)
    assert found.accuracy == 1.0
