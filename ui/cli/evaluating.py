"""The part of `handeye eval` that plays a suite's episodes: the folder, the players, the progress, the table."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple

from ui.cli import exits
from ui.cli.configuration import FLAGS, load_settings
from ui.cli.output import Output
from ui.cli.suite import benchmark_of

if TYPE_CHECKING:
    from agent.evaluation.benchmark import Benchmark, EpisodeResult
    from agent.evaluation.manifest import Manifest
    from agent.evaluation.playing import Company, Crew, Programme
    from agent.evaluation.report import Report
    from agent.policy import Policy
    from agent.settings import Settings

_NOT_OF_THE_SUITE = {
    *("json", "config", "debug", "guard", "runs", "seed"),
    *("keep", "repeat", "retries", "parallel", "cluster", "resume", "again"),
    *FLAGS,
}
"""Flags that a manifest holds elsewhere, or that say nothing of what is played."""


class Order(NamedTuple):
    """What is to be played, and where it goes."""

    folder: Path
    settings: "Settings"
    flags: dict[str, Any]
    """Of the suite."""
    seed: int
    repeats: int
    retries: int
    keep: bool
    again: "Manifest | None" = None


@asynccontextmanager
async def crew(flags: dict[str, Any], settings: "Settings", seed: int) -> "AsyncIterator[tuple[Benchmark, Policy]]":
    """The benchmark and the policy of one player, in its own process."""
    from agent.asking import policy_of

    benchmark = benchmark_of(argparse.Namespace(**flags), settings, seed)
    async with policy_of(settings.model, num_recent=settings.run.num_recent) as policy, benchmark as suite:
        yield suite, policy


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Play what is left to play, show the table. FAILED says that too much crashed for it to hold."""
    import asyncio

    from agent.evaluation.conduct import conduct
    from agent.evaluation.manifest import manifest_of
    from agent.recorder import now

    if arguments.parallel is not None and arguments.parallel < 1:
        raise exits.UsageError(f"--parallel {arguments.parallel}: at least 1")
    order = _order(arguments)
    # Flags that no suite understands are said before anything is made.
    benchmark_of(argparse.Namespace(**order.flags), order.settings, order.seed)

    def pin(programme: "Programme") -> "Manifest":
        given = {"seed": order.seed, "repeats": order.repeats, "retries": order.retries, "keep": order.keep}
        return manifest_of(programme, order.settings, order.flags, started=now(), **given)

    def say(line: str) -> None:
        output.console.print(exits.plain(line), style="dim", markup=False)

    say(f"into {order.folder}; after a stop: handeye eval --resume {order.folder}")
    progress = Progress(output)
    company = _company(arguments, partial(crew, order.flags, order.settings, order.seed))
    try:
        report = asyncio.run(
            conduct(
                company,
                order.folder,
                pin,
                progress=progress,
                say=say,
                again=order.again,
                deadline=_deadline(order.settings),
            )
        )
    finally:
        progress.close()
    print_report(report, output)
    result = {**report.as_json(), "folder": str(order.folder)}
    if arguments.again:
        result["comparison"] = _compare(Path(arguments.again), report, output)
    say(f"as a page: handeye report {order.folder}")
    output.result(result)
    return exits.DONE if report.valid else exits.FAILED


def _deadline(settings: "Settings") -> float:
    """Seconds that no try takes unless it hangs: a walk has its budget, a question two replies."""
    from agent.evaluation.playing import MARGIN_SECONDS

    return max(settings.evaluation.max_seconds, 2 * settings.model.timeout_seconds) + MARGIN_SECONDS


def _company(arguments: argparse.Namespace, made: "Crew") -> "Company":
    """Who plays: this process, several of this machine, or those of a cluster."""
    if arguments.cluster:
        from agent.cluster.workers import cluster_players

        return cluster_players(made, arguments.cluster, arguments.parallel)
    from agent.evaluation.processes import players

    return players(made, arguments.parallel or 1)


def _order(arguments: argparse.Namespace) -> Order:
    """From the flags, or from the manifest of an earlier evaluation."""
    settings = load_settings(arguments)
    if arguments.resume or arguments.again:
        return _order_of_folder(arguments, settings)
    seed = settings.evaluation.seed if arguments.seed is None else arguments.seed
    flags = {key: value for key, value in vars(arguments).items() if key not in _NOT_OF_THE_SUITE}
    folder = Path(arguments.keep) if arguments.keep else _new_folder(settings.evaluation.folder, arguments.suite)
    if (folder / "manifest.json").exists():
        raise exits.UsageError(f"{folder} holds an evaluation: go on with it by --resume {folder}, or name another")
    retries = 2 if arguments.retries is None else arguments.retries
    return Order(folder, settings, flags, seed, arguments.repeat or 1, retries, bool(arguments.keep))


def _order_of_folder(arguments: argparse.Namespace, settings: "Settings") -> Order:
    from agent.evaluation.manifest import read_manifest, settings_from

    given = [key for key in ("suite", "repeat", "seed", "episodes", "tasks") if getattr(arguments, key) is not None]
    if given or (arguments.resume and (arguments.again or arguments.keep)):
        raise exits.UsageError("--resume and --again take everything from the folder: leave out what is played")
    old = read_manifest(Path(arguments.resume or arguments.again))
    settings = settings_from(old, settings)
    if arguments.resume:
        return Order(Path(arguments.resume), settings, old.flags, old.seed, old.repeats, old.retries, old.keep)
    folder = Path(arguments.keep) if arguments.keep else _new_folder(settings.evaluation.folder, old.suite)
    return Order(folder, settings, old.flags, old.seed, old.repeats, old.retries, bool(arguments.keep), old)


def _new_folder(below: Path, suite: str) -> Path:
    """As runs are named: two that begin in the same second are apart."""
    return below / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{suite}-{token_hex(3)}"


def _compare(place: Path, report: "Report", output: Output) -> "list[dict[str, Any]]":
    """Show both beside each other. A manifest alone has nothing to compare with."""
    from rich.table import Table
    from rich.text import Text

    from agent.evaluation.comparison import compare
    from agent.evaluation.conduct import summary

    folder = place if place.is_dir() else place.parent
    if not (folder / "results.jsonl").exists():
        return []
    found = compare(summary(folder), report)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("task", "before", "now", "change", "95% interval"):
        table.add_column(heading, justify="left" if heading == "task" else "right")
    for row in found:
        cells = (f"{row.before:.1%}", f"{row.now:.1%}", f"{row.change:+.1%}", _interval(row.ci95))
        table.add_row(Text(row.name), *cells)
    output.console.print(table)
    return [row._asdict() for row in found]


class Progress:
    """One moving line on a terminal; in a log a line now and then."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._good = self._crashed = 0
        self._status = output.console.status("loading the model") if output.console.is_terminal else None
        if self._status is not None:
            self._status.start()

    def __call__(self, played: int, total: int, result: "EpisodeResult") -> None:
        """Say how far it is."""
        self._good += result.success
        self._crashed += bool(result.crashed)
        line = f"{played}/{total}  {self._good} succeeded, {self._crashed} crashed"
        if self._status is not None:
            self._status.update(line)
        elif played == total or played % max(1, total // 20) == 0:
            self._output.console.print(line, markup=False)

    def close(self) -> None:
        """Leave the line."""
        if self._status is not None:
            self._status.stop()


def print_report(report: "Report", output: Output) -> None:
    """Show the table, and what has to be known beside it."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("task", overflow="fold")
    for heading in ("success", "95% interval", "episodes", "crashed", "steps", "seconds", "tokens"):
        table.add_column(heading, justify="right")
    for name, row in report.tasks.items():
        counts = (row.episodes, row.crashed, f"{row.steps:.1f}", f"{row.seconds:.2f}", f"{row.tokens:.0f}")
        table.add_row(Text(name), f"{row.success:.1%}", _interval(row.ci95), *map(str, counts))
    counts = (str(report.episodes), str(report.crashed))
    table.add_row(Text("all", "bold"), f"{report.success:.1%}", _interval(report.ci95), *counts)
    if not output.console.is_terminal:  # a pipe or a file has no width of its own: no row need be broken
        output.console.width = max(output.console.width, 120)
    output.console.print(table)
    output.console.print(f"{report.suite}, {exits.plain(report.model)}, seed {report.seed}", style="dim", markup=False)
    for line in _remarks(report):
        output.console.print(line, markup=False)


def _remarks(report: "Report") -> "list[str]":
    """What has to be known beside the table."""
    from agent.evaluation.report import MOST_CRASHED

    found = []
    if len(report.repeats) > 1:
        shares = ", ".join(f"{share:.1%}" for share in report.repeats)
        found.append(
            f"{len(report.repeats)} repeats: {shares}; apart by {max(report.repeats) - min(report.repeats):.1%}"
        )
    if report.rewarded is not None and report.rewarded != report.success:
        found.append(f"{report.rewarded:.1%} came to a reward above 0, which is what others count")
    if report.solved_before:
        found.append(f"{report.solved_before} were solved before the first action, and count for nothing")
    if report.retried:
        found.append(f"{report.retried} took more than one try, since something broke")
    if not report.valid:
        found.append(f"NOT VALID: {report.crashed} of {report.episodes} crashed, more than {MOST_CRASHED:.0%}")
    return found


def _interval(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.1%} to {interval[1]:.1%}"
