"""Tokens are drawn as the settings say, and the reported log-probability is that of temperature 1 under the mask."""

import math
from collections import Counter

import numpy as np
import pytest
import torch

from perception.clients.client import Sampling
from perception.qwen3vl.sampling import Sampler, is_loop

SHARES = [0.5, 0.3, 0.15, 0.05]


def scores() -> torch.Tensor:
    return torch.tensor(SHARES).log() + 3


def draws(sampling: Sampling, count: int = 400) -> Counter[int]:
    sampler = Sampler(sampling)
    return Counter(sampler.draw(scores())[0] for _ in range(count))


def test_temperature_0_takes_the_likeliest_that_is_allowed() -> None:
    sampler = Sampler(Sampling())
    assert sampler.draw(scores())[0] == 0
    token, logprob = sampler.draw(scores(), np.array([False, True, True, False]))
    assert token == 1
    assert logprob == pytest.approx(math.log(0.3 / 0.45), abs=1e-5)


def test_shares_are_those_of_the_scores() -> None:
    counts = draws(Sampling(temperature=1.0, seed=3), 4000)
    assert [counts[token] / 4000 for token in range(4)] == pytest.approx(SHARES, abs=0.03)


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(temperature=1.0, top_k=2, seed=0), {0, 1}),
        (Sampling(temperature=1.0, top_p=0.6, seed=0), {0, 1}),
        (Sampling(temperature=1.0, top_p=0.5, seed=0), {0}),
        (Sampling(temperature=1.0, top_k=3, top_p=0.99, seed=0), {0, 1, 2}),
    ],
)
def test_the_unlikely_are_left_out(sampling: Sampling, expected: set[int]) -> None:
    assert set(draws(sampling)) == expected


def test_a_seed_repeats_and_no_seed_does_not() -> None:
    def series(seed: int | None) -> list[int]:
        sampler = Sampler(Sampling(temperature=1.0, seed=seed))
        return [sampler.draw(scores())[0] for _ in range(60)]

    assert series(5) == series(5)
    assert series(5) != series(6)
    assert series(None) != series(None)


def test_the_reported_probability_knows_no_temperature_and_no_penalty() -> None:
    sampler = Sampler(Sampling(temperature=0.5, top_k=1, presence_penalty=10.0))
    reported = [sampler.draw(scores()) for _ in range(4)]
    assert [token for token, _ in reported] == [0, 1, 2, 3]
    assert [logprob for _, logprob in reported] == pytest.approx([math.log(share) for share in SHARES], abs=1e-5)


def test_forced_tokens_count_as_present() -> None:
    sampler = Sampler(Sampling(presence_penalty=10.0))
    sampler.note([0])
    assert sampler.draw(scores())[0] == 1


def test_nothing_allowed_is_an_error() -> None:
    with pytest.raises(ValueError, match="no token is allowed"):
        Sampler(Sampling()).draw(scores(), np.zeros(4, dtype=bool))


def test_the_repetition_penalty_counts_prompt_and_reply() -> None:
    row = torch.tensor([2.0, 1.9, -1.0, -1.2])
    sampler = Sampler(Sampling(repetition_penalty=1.5), [0])
    assert sampler.draw(row.clone())[0] == 1
    assert sampler.draw(row.clone())[0] == 0, "2 / 1.5 is above 1.9 / 1.5"
    below = Sampler(Sampling(repetition_penalty=1.5), [0])
    assert below.draw(torch.tensor([-1.0, -1.2]))[0] == 1


def test_the_repetition_penalty_leaves_what_is_not_allowed_alone() -> None:
    sampler = Sampler(Sampling(repetition_penalty=2.0), [0, 1, 2, 3])
    assert sampler.draw(scores(), np.array([False, False, False, True]))[0] == 3


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([1] * 64, True),
        ([5, 6, 7, *[1, 2, 3] * 30], True),
        ([1, 2, 3] * 30 + [4], False),
        ([1] * 63, False),
        (list(range(16)) * 8, False),
        (list(range(100)), False),
    ],
)
def test_a_loop_is_one_stretch_again_and_again(tokens: list[int], expected: bool) -> None:
    assert is_loop(tokens, 64) is expected
