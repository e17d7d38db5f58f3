"""One side of the comparison of trainings: what it is asked, what it answers, and a process of its own for it.

A side is a module that is run with a job as JSON and prints its reading as JSON on its last line.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.errors import BenchmarkError

OURS, TRL = "agent.evaluation.bench.tuning_ours", "agent.evaluation.bench.tuning_trl"
MOST_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Job:
    """What a side trains."""

    model: str
    """Folder of the model."""
    data: str
    """Ours: folder of runs; TRL: the file of records in the order in which our run draws them."""
    folder: str
    """To write into."""
    steps: int
    """All, with those before the clock starts."""
    warm_steps: int
    """Steps before the clock starts."""
    batch_size: int
    seed: int
    bf16: bool
    num_workers: int
    """Processes that make batches."""
    num_threads: int
    packages: str = ""
    """TRL: a folder that it lies in."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a side measured."""

    seconds_per_step: float
    cpu_per_step: float
    """Seconds of all cores in the learner's process: on a machine with other work beside it this says more."""
    peak_mb: float
    """Of the side's process and of those that make its batches, each at its own time."""
    loss: float
    """Of the last line of its figures: that both learn the same can be seen by it, if roughly."""
    num_tokens: int = 0
    """Of all steps, padding left out, as the side itself counts; 0 where it does not."""


def measured(side: str, job: Job) -> Reading:
    """Run a side on a job. Raises BenchmarkError when it ends badly, with its last words."""
    command = [sys.executable, "-m", side, json.dumps(asdict(job))]
    quiet = {"OMP_NUM_THREADS": str(job.num_threads), "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
    root = Path(__file__).resolve().parents[3]
    try:
        ended = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=root,
            env={**os.environ, **quiet},
            timeout=MOST_SECONDS,
            start_new_session=True,  # its memory is that of its session
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"{side} took more than {MOST_SECONDS:.0f} s: ask for fewer steps") from error
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
        raise BenchmarkError(f"{side} failed: {said[-1]}")
    return Reading(**json.loads(ended.stdout.strip().splitlines()[-1]))


def job_of(arguments: list[str]) -> Job:
    """The job that a side was started with."""
    return Job(**json.loads(arguments[1]))


def tell(reading: Reading) -> None:
    """What a side says at its end."""
    sys.stdout.write(json.dumps(asdict(reading)) + "\n")
