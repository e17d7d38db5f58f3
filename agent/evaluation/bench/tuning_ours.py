"""Our fine-tuning as a side: `sft` as a person starts it, with the clock between its lines of figures."""

import os
import sys
from time import perf_counter, process_time
from typing import Any

from agent.evaluation.bench.tuning_side import Job, Reading, job_of, tell
from agent.evaluation.memory import session_peak_mb


def train(job: Job) -> Reading:
    """Run a job."""
    from agent.training.sft import SftConfig, sft

    config = SftConfig(
        model=job.model,
        runs=job.data,
        folder=job.folder,
        seed=job.seed,
        steps=job.steps,
        batch_size=job.batch_size,
        bf16=job.bf16,
        num_threads=job.num_threads,
        num_workers=job.num_workers,
        log_every=job.warm_steps,
        save_every=job.steps + 1,
    )
    told: list[tuple[float, float, dict[str, Any]]] = []
    peaks: list[float] = []

    def report(figures: dict[str, Any]) -> None:
        told.append((perf_counter(), process_time(), figures))
        peaks.append(session_peak_mb(os.getpid()))  # while those who make batches are still there

    sft(config, report)
    (begun, cpu_begun, first), (ended, cpu_ended, last) = told[0], told[-1]
    steps = last["step"] - first["step"]
    return Reading((ended - begun) / steps, (cpu_ended - cpu_begun) / steps, peaks[-1], last["reply"])


if __name__ == "__main__":
    tell(train(job_of(sys.argv)))
