"""Train a model: pretrain makes handeye-nano from random weights, sft goes on with a model on recorded runs, rl lets it
play MiniWoB++ and learn from what comes of it.

A run that was stopped goes on where its last checkpoint is when it is called again. pretrain and sft are deterministic
from their seed, rl with --set deterministic=true. Every other setting has its own `--set NAME=VALUE`; a wrong name
prints them all. --dry-run says what sft or rl would take and starts nothing.
"""

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ui.cli import exits
from ui.cli.output import Output

KINDS = ("pretrain", "sft", "rl")
_FLAGS = ("folder", "seed", "steps", "model", "runs", "tasks", "lora", "merge")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--folder", metavar="DIR", help="where checkpoints, metrics and the model are written")
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument("--steps", type=int, metavar="N", help="all steps of the run")
    parser.add_argument("--model", metavar="DIR", help="sft, rl: the model to begin with")
    parser.add_argument("--runs", metavar="DIR", help="sft: the runs to learn from")
    parser.add_argument("--lora", type=int, metavar="RANK", help="sft: learn an adapter alone (LoRA; needs peft)")
    parser.add_argument("--merge", action="store_true", default=None, help="sft: then add it to the weights")
    parser.add_argument("--tasks", metavar="A,B", help="rl: MiniWoB++ tasks or suites to practise")
    parser.add_argument("--dry-run", action="store_true", help="sft, rl: say memory, tokens and time, and stop")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any other setting")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Train to the end."""
    if arguments.kind not in KINDS:
        raise exits.UsageError(f"there is no training called {arguments.kind!r}; one of: {', '.join(KINDS)}")
    train, config_type = _training(arguments.kind)
    config = _config(config_type, arguments)
    if arguments.dry_run:
        return _estimate(arguments.kind, config, output)
    bar = _Bar(output)
    try:
        model = train(config, bar)
    except KeyboardInterrupt:
        output.console.print("the same command goes on from the last checkpoint", style="dim")
        raise
    finally:
        bar.close()
    curves = _curves(Path(config.folder))
    output.console.print(f"{model.name:8}{model}", markup=False)
    if curves is not None:
        output.console.print(f"curves  {curves}", markup=False)
    curves_path = str(curves) if curves is not None else None
    output.result({"kind": arguments.kind, "model": str(model), "curves": curves_path, "last": bar.last})
    return exits.DONE


def _training(kind: str) -> tuple[Callable[[Any, Any], Path], type[Any]]:
    if kind == "pretrain":
        from agent.training.pretrain import PretrainConfig, pretrain

        return pretrain, PretrainConfig
    if kind == "rl":
        from agent.practice.practice import practise
        from agent.training.rl import RlConfig

        return practise, RlConfig
    from agent.training.sft import SftConfig, sft

    return sft, SftConfig


def _estimate(kind: str, config: Any, output: Output) -> int:
    """What the run would take, measured by one step of its size on made-up pictures."""
    if kind == "pretrain":
        raise exits.UsageError("--dry-run: for sft and rl; what pretrain takes stands in docs/training.md")
    from agent.training.estimate import of_rl, of_sft

    found = of_rl(config) if kind == "rl" else of_sft(config)
    for line in found.lines():
        output.console.print(line, markup=False)
    output.result({"kind": kind, **found.as_json()})
    return exits.DONE


def _config(kind: type[Any], arguments: argparse.Namespace) -> Any:
    """The run's config: its defaults, under this command's flags. Raises UsageError."""
    from perception.clients.catalog import folder_of

    plain = {
        field.name: type(field.default)
        for field in dataclasses.fields(kind)
        if isinstance(field.default, bool | int | float | str)
    }
    given = {name: getattr(arguments, name) for name in _FLAGS if getattr(arguments, name) is not None}
    for pair in arguments.set:
        name, equals, value = pair.partition("=")
        if not equals:
            raise exits.UsageError(f"--set {pair}: write NAME=VALUE")
        given[name.strip().replace("-", "_")] = value
    for name in given:
        if name not in plain:
            raise exits.UsageError(f"this training has no setting {name}; it has {', '.join(plain)}")
    settings = {name: _value(name, value, plain[name]) for name, value in given.items()}
    for name, value in settings.items():
        least = 1 if name == "steps" else 0
        if isinstance(value, int | float) and name != "seed" and value < least:
            raise exits.UsageError(f"{name}={value}: at least {least}")
    if "model" in plain:  # nano too, wherever the command is called
        settings["model"] = str(folder_of(settings.get("model", "nano")))
    return kind(**settings)


def _value(name: str, value: Any, kind: type[Any]) -> Any:
    if isinstance(value, kind):
        return value
    if kind is bool:
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if str(value).lower() in words:
            return words[str(value).lower()]
        raise exits.UsageError(f"{name}={value}: write true or false")
    try:
        return kind(value)
    except ValueError as error:
        raise exits.UsageError(f"{name}={value}: this should be of the kind {kind.__name__}") from error


class _Bar:
    """A progress bar on a terminal; in a log a line for each report."""

    def __init__(self, output: Output) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.last: dict[str, Any] = {}
        self._console = output.console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}", style="dim"),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, Any] = {}
        self._progress.start()

    def __call__(self, figures: dict[str, Any]) -> None:
        """Take one line of figures, as training reports them."""
        self.last = figures
        stage, step, end = str(figures.get("stage", "")), figures.get("step", 0), figures.get("end", 0)
        told = ("stage", "step", "end")
        # A wave's shares task by task fill a screen; they stand in the metrics.
        plain = {name: value for name, value in figures.items() if name not in told and not isinstance(value, dict)}
        shown = "  ".join(f"{name} {value}" for name, value in plain.items())
        if not self._console.is_terminal:
            self._console.print(f"{stage} {step}/{end}  {shown}", markup=False)
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=end, figures="")
        self._progress.update(self._tasks[stage], completed=step, figures=shown)

    def close(self) -> None:
        """Leave the bar as it is."""
        self._progress.stop()


def _curves(folder: Path) -> Path | None:
    """The plot of the run's figures; None when nothing was logged."""
    from agent.training.plot import plot

    try:
        return plot(folder)
    except FileNotFoundError:
        return None
