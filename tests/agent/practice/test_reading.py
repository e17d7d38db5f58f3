"""Played runs as tries: the learner finds the very probabilities that were sampled by."""

from pathlib import Path

import numpy as np
import pytest
import torch

from agent.errors import RecordError
from agent.practice.allowed import allowed
from agent.practice.following import version_of
from agent.practice.reading import TryReader
from agent.recorder import load
from agent.training.policy_step import Part, sampled
from agent.training.rewards.reward import Prices
from perception.errors import ModelError
from perception.qwen3vl import weights
from perception.qwen3vl.grammar import Grammar
from perception.qwen3vl.tokenizer import Tokenizer
from tests.agent.training.played import plays, record
from tests.tiny_model import write_folder

PRICES = Prices(free_tokens=8, most_tokens=48)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random model."""
    return write_folder(tmp_path_factory.mktemp("model"))


@pytest.mark.slow
@pytest.mark.parametrize("prompt", ["compact", "computer_use"])
async def test_nothing_has_moved_before_the_first_step(model: Path, tmp_path: Path, prompt: str) -> None:
    reader = TryReader(str(model), PRICES)
    read = [reader.read(await plays(model, tmp_path / f"{seed}", prompt=prompt, seed=seed)) for seed in range(3)]
    tries = [one for one in read if one is not None]
    assert len(tries) == 3
    with torch.no_grad():
        found = sampled(weights.load(model), Part(tries, [1.0, -1.0, 0.5]), reader.maker.look)
    assert found.mask.sum() == sum(one.num_drawn for one in tries) > 20
    assert (found.logprobs - found.old)[found.mask].abs().max() < 2e-4
    assert (found.old[found.mask] < -1e-3).float().mean() > 0.5, "most of them could have come otherwise"
    assert found.logprobs.shape == (3, max(one.num_drawn for one in tries))


@pytest.mark.slow
async def test_tokens_that_the_form_forced_are_not_the_policy_s(model: Path, tmp_path: Path) -> None:
    folder = await plays(model, tmp_path / "run", num_steps=1)
    read = TryReader(str(model), PRICES).read(folder)
    assert read is not None
    reply = load(folder).steps[0].replies[0]
    forced = ~read.replies[0].drawn
    assert forced.sum() == reply.usage.forced_tokens
    assert all(reply.logprobs[place] == 0 for place in np.flatnonzero(forced))
    assert read.version == 7


def test_a_run_of_which_no_tokens_were_kept_is_no_try(model: Path, tmp_path: Path) -> None:
    assert TryReader(str(model), PRICES).read(record(tmp_path / "run")) is None
    with pytest.raises(RecordError, match="is not a run"):
        TryReader(str(model), PRICES).read(tmp_path)


def test_replies_of_another_form_are_refused(model: Path) -> None:
    tokenizer = Tokenizer.load(model)
    grammar = Grammar(tokenizer.backend.to_str(), num_words=tokenizer.vocab_size, end_ids=sorted(tokenizer.end_ids))
    schema = {"type": "object", "properties": {"a": {"enum": [1, 2]}}, "required": ["a"], "additionalProperties": False}
    good = allowed(grammar, schema, tokenizer.encode('{"a": 1}'), tuple(tokenizer.end_ids), 48)
    assert good.drawn.sum() == len(good.bits) == 1
    with pytest.raises(ModelError, match="does not fit its form"):
        allowed(grammar, schema, tokenizer.encode('{"a": 3}'), tuple(tokenizer.end_ids), 48)
    with pytest.raises(ModelError, match="is not what its form forces"):
        allowed(grammar, schema, tokenizer.encode("[1]"), tuple(tokenizer.end_ids), 48)


def test_a_policy_without_a_version_did_not_play_to_be_learned_from() -> None:
    assert version_of("handeye-nano 1.9 v12") == 12
    with pytest.raises(ModelError, match="names no version"):
        version_of("handeye-nano 1.9")
