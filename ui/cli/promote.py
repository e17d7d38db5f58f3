"""Put a model in the place of the one in use, if it is better on held-out tasks.

    handeye promote build/train/rl/model
    handeye promote build/train/sft/model --current models/current --episodes 50 --parallel 2
    handeye promote build/train/sft/model --taught parcel --tasks default

Both play the same episodes: of MiniWoB++ tasks that nothing is ever trained on, or of those that --tasks names. When
the 95% interval of the difference lies above the margin, the candidate becomes the folder of --current, and the older
one stays beside it. Where there is no such folder yet, the configured model is what has to be beaten, and the folder
is made. With --taught the candidate has to be better at those tasks, and the others of --tasks, all together, may be
worse by --worse at most. Every decision is a line of models/current.jsonl. After a stop the same command goes on.
Exit code 1: it was not promoted.
"""

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.evaluation.promotion import Side
    from agent.evaluation.report import Report
    from agent.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("candidate", metavar="CANDIDATE", help="folder of the model that may be promoted")
    parser.add_argument(
        "--current", default="models/current", metavar="DIR", help="the model in use (default: models/current)"
    )
    parser.add_argument(
        "--tasks", default="heldout", metavar="A,B", help="tasks or suites to compare on (default: heldout)"
    )
    parser.add_argument("--episodes", type=int, default=20, metavar="N", help="of each task (default: 20)")
    parser.add_argument("--seed", type=int, metavar="N", help="the first seed, above 1,000,000 (default: 1,000,001)")
    parser.add_argument("--margin", type=float, default=0.0, metavar="SHARE", help="better by how much (default: 0)")
    parser.add_argument(
        "--taught", default="", metavar="A,B", help="tasks that the candidate was taught, which have to be better"
    )
    parser.add_argument(
        "--worse", type=float, metavar="SHARE", help="by how much the others may be worse then (default: 0.02)"
    )
    parser.add_argument("--parallel", type=int, default=1, metavar="N", help="processes that play (default: 1)")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Measure both, decide, and swap."""
    from agent.evaluation.miniwob import named_tasks
    from agent.evaluation.promotion import carry_out, decide, record_of
    from agent.exchange.measuring import MOST_SEED
    from perception.clients.catalog import folder_of

    settings = load_settings(argparse.Namespace(config=arguments.config))
    seed = settings.evaluation.seed if arguments.seed is None else arguments.seed
    if seed <= MOST_SEED:
        raise exits.UsageError(f"--seed {seed}: seeds up to {MOST_SEED:,} are for training; take one above")
    if min(arguments.episodes, arguments.parallel) < 1:
        raise exits.UsageError("--episodes and --parallel: at least 1")
    if not 0 <= arguments.margin < 1:
        raise exits.UsageError("--margin: a share of at least 0 and less than 1, such as 0.02")
    if arguments.worse is not None and not (arguments.taught and 0 <= arguments.worse < 1):
        raise exits.UsageError("--worse: a share of at least 0 and less than 1, such as 0.02, together with --taught")
    taught = named_tasks(arguments.taught)
    arguments.tasks = ",".join(dict.fromkeys([*named_tasks(arguments.tasks), *taught]))
    worse = 0.02 if arguments.worse is None else arguments.worse
    candidate, current = folder_of(arguments.candidate), Path(arguments.current)
    before = current if current.is_dir() else folder_of(settings.model.name)
    if _weights(before) == _weights(candidate):
        raise exits.UsageError(f"{candidate} and {before} hold the same weights: there is nothing to compare")
    one = _measure(before, arguments, settings, seed, output)
    other = _measure(candidate, arguments, settings, seed, output)
    found = decide(one[0], other[0], (one[1], other[1]), margin=arguments.margin, taught=taught, worse=worse)
    decision = carry_out(found, current)
    output.console.print(
        f"{'promoted' if decision.promoted else 'not promoted'}: {decision.reason}", markup=False, highlight=False
    )
    if decision.promoted:
        output.console.print(f"in use now: {current}; before: {decision.kept or before}", markup=False)
    output.console.print(f"record: {record_of(current)}", style="dim", markup=False)
    output.result({**decision.model_dump(mode="json"), "record": str(record_of(current))})
    return exits.DONE if decision.promoted else exits.FAILED


def _measure(
    folder: Path, arguments: argparse.Namespace, settings: "Settings", seed: int, output: Output
) -> "tuple[Report, Side]":
    """One model's evaluation, gone on with where it was begun."""
    import asyncio

    from agent.evaluation.conduct import conduct
    from agent.evaluation.manifest import manifest_of
    from agent.evaluation.processes import players
    from agent.evaluation.promotion import Side
    from agent.recorder import now
    from ui.cli.evaluating import Progress, crew
    from ui.cli.suite import benchmark_of

    own = settings.model_copy(update={"model": settings.model.model_copy(update={"name": str(folder)})})
    flags = {"suite": "miniwob", "tasks": arguments.tasks, "task_suite": None, "episodes": arguments.episodes}
    benchmark_of(argparse.Namespace(**flags), own, seed)  # tasks that there are not are said before anything is made
    place = settings.evaluation.folder / f"promote-{_key(folder, flags, seed)}"
    given: dict[str, Any] = {"seed": seed, "repeats": 1, "retries": 2, "keep": False}
    output.console.print(f"measuring {folder}, into {place}", style="dim", markup=False)
    progress = Progress(output)
    try:
        report = asyncio.run(
            conduct(
                players(partial(crew, flags, own, seed), arguments.parallel),
                place,
                lambda programme: manifest_of(programme, own, flags, started=now(), **given),
                progress=progress,
                say=lambda line: output.console.print(line, style="dim", markup=False),
            )
        )
    finally:
        progress.close()
    shares = {"success": report.success, "ci95": report.ci95, "episodes": report.episodes, "crashed": report.crashed}
    side = Side(folder=str(folder), name=report.model, weights=_weights(folder), evaluation=str(place), **shares)
    return report, side


def _weights(folder: Path) -> dict[str, str]:
    from agent.evaluation.manifest import weights_of

    return {name: digest for name, digest in weights_of(str(folder)).items() if name.endswith(".safetensors")}


def _key(folder: Path, flags: dict[str, Any], seed: int) -> str:
    """Names an evaluation by what is measured, so that the same is never measured twice."""
    import json
    from hashlib import sha256

    told = json.dumps([str(folder.resolve()), _weights(folder), flags, seed], sort_keys=True)
    return sha256(told.encode()).hexdigest()[:12]
