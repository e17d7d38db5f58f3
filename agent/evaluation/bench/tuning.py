"""Our fine-tuning beside TRL's SFTTrainer: one table from one run, on a CPU.

    python -m agent.evaluation.bench.tuning --trl FOLDER [--quick]

Both train the same model (nano's shape, random weights) on the same replies behind drawn screens, the same ones in the
same batches, with AdamW, each in a process of its own that has the machine to itself. Settings that may make a side
faster are all tried on both: float32 or bfloat16 products (weights are float32), and batches made by the learner or by
a process beside it. Each side's fastest counts. TRL is not installed with HandEye; `--trl` names a folder that it was
installed into:

    pip install --no-deps --target FOLDER trl==1.16.0 datasets accelerate dill multiprocess xxhash pandas pyarrow

Writes build/tuning.json too. Exit code 3 without TRL.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from agent.errors import BenchmarkError, TrainingMissing
from agent.evaluation.bench.tuning_runs import write_runs
from agent.evaluation.bench.tuning_side import OURS, TRL, Job, Reading, measured
from agent.exchange import trl
from agent.exchange.example import example_of
from agent.recorder import image_store, load
from agent.trajectory import Trajectory
from perception.clients.catalog import NANO
from perception.errors import HandEyeError
from perception.files import replace_file

FILE = Path("build") / "tuning.json"
BAR = 1.5
"""How many times TRL's speed ours has to have."""
NEEDED = ("trl", "datasets", "accelerate", "dill", "multiprocess", "xxhash")
NAMES = {OURS: "HandEye", TRL: "TRL"}
MOST_MORE = 3
"""Tokens that TRL may count more of a reply: the last one is no input of ours, and templates end a turn in a line."""


class Plan(NamedTuple):
    """How much is measured."""

    steps: int = 10
    warm_steps: int = 10
    """Before the clock starts. As often as this our run logs, and gives kept memory back, which costs the next step: as
    often as it does by default."""
    batch_size: int = 8
    repeats: int = 2
    num_screens: int = 200
    size: str = "nano"
    seed: int = 0
    threads: int = 0
    """Of each side's products; 0: as many as there are cores."""
    workers: tuple[int, ...] = (0, 1)
    """Numbers of processes that make batches, each of which is tried."""


QUICK = Plan(steps=1, warm_steps=1, batch_size=2, repeats=1, num_screens=8, workers=(0,))


class Row(NamedTuple):
    """One side with one choice of settings; its fastest repeat, and the memory of all."""

    side: str
    bf16: bool
    num_workers: int
    reading: Reading


def measure(plan: Plan, packages: str, place: Path) -> tuple[list[Row], int]:
    """All rows, and the tokens of all steps by our count; place: a folder to work in.

    The sides take turns, so that whatever else the machine does falls on both. Raises BenchmarkError when a side
    fails, or they did not train on the same tokens.
    """
    from agent.training.products import in_bfloat16
    from perception.qwen3vl import untrained
    from perception.qwen3vl.config import Config

    model = untrained.written(place / plan.size, NANO, plan.size)
    runs = write_runs(place / "runs", plan.num_screens, plan.seed)
    records, timed, every = written_records(place / "records.jsonl", plan, model, runs)
    formats = (False, True) if in_bfloat16(True, Config.load(model), "cpu") else (False,)
    found: dict[tuple[str, bool, int], list[Reading]] = {}
    for repeat, bf16, num_workers, side in product(range(plan.repeats), formats, plan.workers, NAMES):
        job = Job(
            model=str(model),
            data=str(runs if side == OURS else records),
            folder=str(place / f"{NAMES[side]}-{repeat}-{bf16}-{num_workers}"),
            steps=plan.warm_steps + plan.steps,
            warm_steps=plan.warm_steps,
            batch_size=plan.batch_size,
            seed=plan.seed,
            bf16=bf16,
            num_workers=num_workers,
            num_threads=plan.threads or _num_cores(),
            packages=packages,
        )
        reading = measured(side, job)
        check_batches(reading, every, job)
        found.setdefault((side, bf16, num_workers), []).append(reading)
        spent = f"{reading.seconds_per_step:.2f} s/step, {reading.cpu_per_step:.2f} s of CPU"
        _say(f"{NAMES[side]:8} {_settings(bf16, num_workers)}  {spent}")
    return [Row(*key, _best(readings)) for key, readings in found.items()], timed


def figures(rows: Sequence[Row], tokens: int, plan: Plan) -> dict[str, Any]:
    """The flat object; tokens: of the steps that were timed, by our count."""
    per_step = tokens / plan.steps
    fastest = {side: min(_of(rows, side), key=lambda row: row.reading.seconds_per_step) for side in NAMES}
    ratio = fastest[TRL].reading.seconds_per_step / fastest[OURS].reading.seconds_per_step
    memory = fastest[TRL].reading.peak_mb / fastest[OURS].reading.peak_mb
    least = {side: min(row.reading.cpu_per_step for row in _of(rows, side)) for side in NAMES}
    return {
        "ratio": round(ratio, 3),
        "cpu_ratio": round(least[TRL] / least[OURS], 3),
        "memory_ratio": round(memory, 3),
        "bar": BAR,
        "reached": ratio >= BAR,
        "cores": _num_cores(),
        "tokens_per_step": round(per_step),
        **plan._asdict(),
        "rows": [
            {
                "side": NAMES[row.side],
                "products": "bfloat16" if row.bf16 else "float32",
                "workers": row.num_workers,
                "s_per_step": round(row.reading.seconds_per_step, 3),
                "cpu_s_per_step": round(row.reading.cpu_per_step, 3),
                "tokens_per_s": round(per_step / row.reading.seconds_per_step, 1),
                "peak_mb": round(row.reading.peak_mb),
                "loss": row.reading.loss,
                "fastest": row is fastest[row.side],
            }
            for row in rows
        ],
    }


def table(found: dict[str, Any]) -> str:
    """For a person."""
    lines = [f"{'':10}{'products':>10}{'workers':>9}{'s/step':>9}{'CPU s':>8}{'tokens/s':>10}{'peak MB':>9}"]
    for row in found["rows"]:
        mark = "  fastest" if row["fastest"] else ""
        lines.append(
            f"{row['side']:10}{row['products']:>10}{row['workers']:>9}{row['s_per_step']:>9.2f}"
            f"{row['cpu_s_per_step']:>8.2f}{row['tokens_per_s']:>10,.0f}{row['peak_mb']:>9,}{mark}"
        )
    verdict = "reached" if found["reached"] else "NOT reached"
    return "\n".join(
        [
            *lines,
            "",
            f"{found['batch_size']} replies, {found['tokens_per_step']:,} tokens a step; {found['cores']} cores",
            f"speed   {found['ratio']:.2f} times TRL's (at least {BAR:g}) {verdict}",
            f"CPU     TRL takes {found['cpu_ratio']:.2f} times ours, each by the setting that takes it least",
            f"memory  TRL takes {found['memory_ratio']:.2f} times ours",
        ]
    )


def written_records(path: Path, plan: Plan, model: Path, runs: Path) -> tuple[Path, int, int]:
    """TRL's records in the order in which our run draws its replies; our count of tokens, of the steps that are timed
    and of all."""
    from agent.training.dialogue import DialogueMaker
    from agent.training.recorded import recorded
    from agent.training.sft import SftConfig

    steps = plan.warm_steps + plan.steps
    drawing = SftConfig(seed=plan.seed, steps=steps, batch_size=plan.batch_size).drawing
    dialogues = recorded(runs, DialogueMaker(model)).dialogues
    drawn = [drawing.drawn(dialogues, [1.0] * len(dialogues), step) for step in range(steps)]
    known: dict[str, Trajectory] = {}

    def lines() -> Iterator[str]:
        for dialogue in (one for step in drawn for one in step):
            name, _, index = dialogue.name.rpartition("/")
            trajectory = known.setdefault(name, load(runs / name))
            example = example_of(runs / name, trajectory, trajectory.steps[int(index)], str)
            images = [str(image_store(runs / name).path(image.digest)) for image in example.images]
            yield json.dumps(trl.record(example, images)) + "\n"

    path.write_text("".join(lines()), encoding="utf-8")
    counts = [sum(len(dialogue.token_ids) - 1 for dialogue in step) for step in drawn]
    return path, sum(counts[plan.warm_steps :]), sum(counts)


def check_batches(reading: Reading, tokens: int, job: Job) -> None:
    """A side that counts itself has to come to our count, but for the ends of replies."""
    more = reading.num_tokens - tokens
    if reading.num_tokens and not 0 <= more <= MOST_MORE * job.steps * job.batch_size:
        raise BenchmarkError(f"TRL counted {reading.num_tokens} tokens and we {tokens}: these are not the same batches")


def _best(readings: Sequence[Reading]) -> Reading:
    return min(readings, key=lambda reading: reading.seconds_per_step)


def _of(rows: Sequence[Row], side: str) -> list[Row]:
    return [row for row in rows if row.side == side]


def _settings(bf16: bool, num_workers: int) -> str:
    return f"{'bfloat16' if bf16 else 'float32 '} {num_workers} workers"


def _num_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_packages(folder: str) -> None:
    """Raises TrainingMissing, naming what is not there, where TRL can't be run; folder: where it is, or nothing."""

    def is_there(name: str) -> bool:
        return (bool(folder) and (Path(folder) / name).is_dir()) or find_spec(name) is not None

    missing = [name for name in NEEDED if not is_there(name)]
    if missing:
        place = folder or "FOLDER"
        raise TrainingMissing(
            f"{folder or 'this environment'} lacks {', '.join(missing)}: "
            f"pip install --no-deps --target {place} trl==1.16.0 {' '.join(NEEDED[1:])}, then --trl {place}"
        )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number}: at least 1")
    return number


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, write the file; gives the exit code."""
    parser = argparse.ArgumentParser(description="Measure fine-tuning beside TRL's.")
    parser.add_argument("--trl", default="", metavar="FOLDER", help="where TRL was installed with pip's --target")
    parser.add_argument("--quick", action="store_true", help="few steps, once, without workers; its times say little")
    parser.add_argument("--size", default="nano", choices=("nano", "240m"), help="of the model")
    parser.add_argument("--output", default=str(FILE), metavar="FILE")
    for name in ("steps", "warm_steps", "batch_size", "repeats", "threads"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=_positive, metavar="N")
    given = vars(parser.parse_args(arguments))
    plan = (QUICK if given["quick"] else Plan())._replace(
        size=given["size"], **{name: given[name] for name in Plan._fields if isinstance(given.get(name), int)}
    )
    try:
        check_packages(given["trl"])
        with TemporaryDirectory(prefix="handeye-tuning-") as name:
            rows, tokens = measure(plan, given["trl"], Path(name))
    except TrainingMissing as error:
        _say(str(error))
        return 3
    except HandEyeError as error:
        _say(str(error))
        return 4
    found = figures(rows, tokens, plan)
    path = Path(given["output"])
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, (json.dumps(found, indent=2) + "\n").encode())
    sys.stdout.write(table(found) + f"\nwritten to {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
