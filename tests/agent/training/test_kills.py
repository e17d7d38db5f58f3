"""Fine-tuning that is killed with -9 and gone on with comes to the weights of a run that was not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.agent.training.kills import tensors_of

KILLS = os.environ.get("TRAINING_KILLS", "2")
"""How many kills fall; 10 is the whole proof."""


@pytest.mark.slow
def test_killed_at_random_steps_it_comes_to_the_same_weights(repository: Path) -> None:
    command = [sys.executable, "-m", "tests.agent.training.kills", "--kills", KILLS, "--steps", "12"]
    ended = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    tally = json.loads(ended.stdout.splitlines()[-1])
    assert tally["kills"] == int(KILLS)
    assert tally["tensors"] > 100, "weights and the optimiser's two means"
    assert tally["files"] == ["model.safetensors"]


def test_every_tensor_of_a_checkpoint_is_compared() -> None:
    state = {"model": {"a": torch.zeros(1)}, "optimisers": [{"state": {0: {"exp_avg": torch.ones(1), "step": 3}}}]}
    assert [name for name, _ in tensors_of(state)] == ["/model/a", "/optimisers/0/state/0/exp_avg"]
