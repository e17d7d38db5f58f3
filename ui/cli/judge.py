"""Ask a model of each run whether it did its task, for tasks that no checker looks at.

    handeye judge runs --model http://gpu-box:30000

RUNS are runs or folders of runs that have ended. What the judge says is kept in each run's folder, so it is asked
once. Where a checker has spoken its word counts, and the judge's is held against it, which tells how often the judge is
wrong. `handeye train sft` and `handeye export` take runs without a checker by what was said here. Exit code 1 where a
run could not be judged.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import add_model_flags, load_settings
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.judgement import Judgement
    from agent.settings import ModelSettings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("runs_named", nargs="+", metavar="RUNS", help="runs, or folders of runs")
    add_model_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """A line a run, then how far the judge can be trusted."""
    import asyncio

    from agent.evaluation.report import wilson
    from agent.exchange.dataset import run_folders
    from agent.judgement import agreement
    from agent.recorder import read_run

    named = [Path(name) for name in arguments.runs_named]
    folders = [folder for folder in run_folders(named) if read_run(folder).outcome is not None]
    if not folders:
        raise exits.UsageError(f"{', '.join(map(str, named))}: no run there has ended")
    told = asyncio.run(_judged(load_settings(arguments).model, folders, output))
    pairs = [(said.success, checked) for folder, said in told.items() if (checked := _checked(folder)) is not None]
    found = agreement(pairs)
    rate, ci95 = (found.disagreed / found.total, wilson(found.disagreed, found.total)) if found.total else (None, None)
    if rate is None or ci95 is None:
        output.console.print("no checker has spoken of these runs, so nobody knows how often the judge is wrong")
    else:
        span = f"{rate:.1%} ({ci95[0]:.1%} to {ci95[1]:.1%}) of {found.total}"
        output.console.print(
            f"the judge differs from the checkers in {span}: {found.too_good} were no success, "
            f"{found.too_bad} were one",
            markup=False,
        )
    output.result(
        {
            "judged": {str(folder): said.model_dump(mode="json") for folder, said in told.items()},
            "not_judged": len(folders) - len(told),
            "compared": found.total,
            "disagreement": rate,
            "ci95": ci95,
            "too_good": found.too_good,
            "too_bad": found.too_bad,
        }
    )
    return exits.DONE if len(told) == len(folders) else exits.FAILED


async def _judged(settings: "ModelSettings", folders: list[Path], output: Output) -> dict[Path, "Judgement"]:
    from agent.asking import model_of
    from agent.judge import check, judge
    from perception.errors import ClientError

    found: dict[Path, Judgement] = {}
    async with model_of(settings) as model:
        check(model)
        for folder in folders:
            try:
                said = found[folder] = await judge(model, folder)
            except ClientError as error:
                output.console.print(f"{folder}: not judged: {exits.plain(str(error))}", style="yellow", markup=False)
                continue
            word = "done" if said.success else "not done"
            output.console.print(f"{folder}: {word}: {exits.plain(said.reason)}", markup=False)
    return found


def _checked(folder: Path) -> bool | None:
    from agent.recorder import read_run

    outcome = read_run(folder).outcome
    return None if outcome is None else outcome.success
