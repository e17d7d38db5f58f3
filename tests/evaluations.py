"""Folders of evaluations as `handeye eval` leaves them, with the results that a test wants."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from agent.evaluation.benchmark import Episode, EpisodeResult
from agent.evaluation.manifest import save
from agent.evaluation.playing import Finished, Programme, jobs_of
from agent.evaluation.results import PICTURES, Results
from agent.policy import Identity
from perception.observation import Frame
from perception.screenshot import encode_png
from sandboxes.task import Task
from tests.walk.forms import pin

WON = EpisodeResult(name="click", success=True, reward=1.0, steps=2, seconds=0.5, tokens=100, outcome="finished")
LOST = EpisodeResult(name="click", steps=10, seconds=2.5, tokens=900, outcome="step_limit")
BROKE = EpisodeResult(name="click", crashed="SandboxCrashed: Chromium ended")
SOLVED = EpisodeResult(name="click", solved_before=True, outcome="solved_before")


def evaluated(
    folder: Path,
    results: Sequence[EpisodeResult],
    *,
    repeats: int = 1,
    model: str = "scripted",
    tries: Sequence[int] = (),
    size: tuple[int, int] = (160, 210),
    missing: int = 0,
) -> Path:
    """The folder. results: of all episodes, repeat after repeat; tries: of the first ones, 1 for the rest; size: of the
    pictures of failures, width and height; missing: so many of the last are still to be played."""
    rows = results[: len(results) // repeats]
    episodes = tuple(
        Episode(name=row.name, task=Task(id=f"t-{seed}", instruction="", seed=seed)) for seed, row in enumerate(rows)
    )
    folder.mkdir(parents=True)
    programme = Programme("forms", Identity(policy=model, model=model, codec="qwen3vl", prompt="compact"), episodes)
    save(pin(programme, repeats=repeats), folder)
    written = Results(folder)
    for job, result in list(zip(jobs_of(episodes, repeats), results, strict=True))[: len(results) - missing]:
        picture = "" if result.success or result.solved_before else f"{PICTURES}/{job.label}.png"
        if picture:
            (folder / PICTURES).mkdir(exist_ok=True)
            noise = np.random.default_rng(job.number).integers(0, 256, (size[1], size[0], 3), np.uint8)
            (folder / picture).write_bytes(encode_png(Frame(noise)))
        task = job.episode.task
        written.add(
            Finished(
                number=job.number,
                repeat=job.repeat,
                task=task.id,
                seed=task.seed,
                tries=tries[job.number - 1] if job.number <= len(tries) else 1,
                result=result,
                picture=picture,
            )
        )
    written.close()
    return folder


def named(result: EpisodeResult, name: str) -> EpisodeResult:
    """The same in another row."""
    return result.model_copy(update={"name": name})
