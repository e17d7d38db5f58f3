"""A fine-tuning run that is killed at random steps, and one that is not: the same weights, to the last bit.

    python -m tests.agent.training.kills --kills 10 [--seed 7] [--steps 40] [--lora 4]

Each run is a process of its own, as a person starts it, of a small random model on recorded runs, with a worker process
that makes its batches. SIGKILL falls at steps that are drawn beforehand, and a moment later than their end, so that
it also falls into steps and into the writing of checkpoints, which are rarer than steps. Then the same command goes on.
Compared are the last checkpoints in float32, weights and the optimiser's means, and the files of the model. Prints one
JSON object; exit code 1 when anything differs.
"""

import argparse
import ast
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from tests.agent.training.played import record
from tests.tiny_model import write_folder

STEP_SECONDS = 0.15
"""About a step of this model: a kill falls at most so much after the end of its step."""
SAVE_EVERY = 3
MOST_SECONDS = 300.0
"""After which a run counts as stuck."""


def main(arguments: list[str] | None = None) -> None:
    """Run both and compare."""
    parser = argparse.ArgumentParser(description="Kill a fine-tuning run again and again, and compare its weights.")
    for name, default in (("kills", 10), ("seed", 7), ("steps", 40), ("lora", 0)):
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
    given = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="handeye-kills-") as name:
        tally = proof(Path(name), given.kills, given.seed, given.steps, given.lora)
    print(json.dumps(tally))
    sys.exit(0 if tally["same"] else 1)


def proof(place: Path, kills: int, seed: int, steps: int, lora: int) -> dict[str, Any]:
    """Both runs in a folder; gives what happened."""
    model = write_folder(place / "model")
    for number, size in enumerate(((192, 256), (210, 160))):
        record(place / "runs" / str(number), size=size, num_steps=3)
    rng = random.Random(seed)
    at = sorted(rng.sample(range(1, steps), kills))
    command = [sys.executable, "-m", "agent.training.sft", "--model", str(model), "--runs", str(place / "runs")]
    command += ["--steps", str(steps), "--batch-size", "2", "--log-every", "1", "--save-every", str(SAVE_EVERY)]
    command += ["--lora", str(lora)]
    whole, cut = ([*command, "--folder", str(place / name)] for name in ("whole", "cut"))
    killed_at = [killed(cut, step, rng.uniform(0, STEP_SECONDS)) for step in at]
    out = [finished(one) for one in (whole, cut)]
    states = [torch.load(place / name / "checkpoint.pt", weights_only=True) for name in ("whole", "cut")]
    tensors = [dict(tensors_of(state)) for state in states]
    different = [name for name, tensor in tensors[0].items() if not torch.equal(tensor, tensors[1][name])]
    files = sorted(file.name for file in out[0].glob("*.safetensors"))
    different += [name for name in files if (out[0] / name).read_bytes() != (out[1] / name).read_bytes()]
    same = not different and tensors[0].keys() == tensors[1].keys() and bool(files)
    return {
        "kills": len(killed_at),
        "killed_at": killed_at,
        "steps": steps,
        "tensors": len(tensors[0]),
        "files": files,
        "same": same,
        "different": different[:5],
    }


def killed(command: list[str], step: int, after: float) -> int:
    """Start a run and kill it so many seconds after it has told of a step; gives the last step that it told of."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told, began = 0, time.monotonic()
        for line in process.stdout:
            told = ast.literal_eval(line)["step"] if line.startswith("{") else told
            if told >= step or time.monotonic() - began > MOST_SECONDS:
                break
        if told < step:
            process.kill()
            raise RuntimeError(f"the run ended before step {step}: {process.stderr.read()}")
        time.sleep(after)
        os.kill(process.pid, signal.SIGKILL)
    return told


def finished(command: list[str]) -> Path:
    """Let a run come to its end; gives the folder that it wrote."""
    ended = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
    if ended.returncode:
        raise RuntimeError(f"the run failed: {ended.stderr}")
    return Path(ended.stdout.splitlines()[-1])


def tensors_of(state: Any, name: str = "") -> Iterator[tuple[str, torch.Tensor]]:
    """Every tensor in a checkpoint, by the way to it."""
    if isinstance(state, torch.Tensor):
        yield name, state
    elif isinstance(state, dict):
        for key, value in state.items():
            yield from tensors_of(value, f"{name}/{key}")
    elif isinstance(state, list | tuple):
        for number, value in enumerate(state):
            yield from tensors_of(value, f"{name}/{number}")


if __name__ == "__main__":
    main()
