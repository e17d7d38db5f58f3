"""Measure what a step costs beside `transformers` and SGLang; one table, and build/bench.json, a flat object.

The bundled model and one of 240M random parameters, each engine with the same weights, history, images and number of
output tokens. A quarter of an hour on two cores that have nothing else to do; `--quick` shows in a minute or two that
all of it works, and its times say little.
"""

import argparse
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.output import Output

if TYPE_CHECKING:
    from pathlib import Path

    from agent.evaluation.bench.sides import Subject

MODELS = ("nano", "240m")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("--quick", action="store_true", help="everything once, with few tokens")
    parser.add_argument("--only", choices=MODELS, help="one of the two models")
    parser.add_argument(
        "--steps", type=int, metavar="N", help="steps over which memory is watched (default: 500 of nano)"
    )
    parser.add_argument("--model", metavar="DIR", help="a model's folder in place of nano's")
    parser.add_argument("--output", metavar="FILE", help="default: build/bench.json")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Measure, show the table, write the file."""
    from pathlib import Path

    if arguments.steps is not None and arguments.steps < 1:
        raise exits.UsageError(f"--steps {arguments.steps}: at least 1")
    from agent.evaluation.bench import capture, loop, measure, sglang, table

    plan = measure.QUICK if arguments.quick else measure.Plan()
    # The large model would need ten minutes for as many steps as the small one.
    usual = 0 if arguments.only == "240m" else plan.memory_steps
    plan = plan._replace(memory_steps=arguments.steps or usual)
    console = output.console

    def say(line: str) -> None:
        console.print(exits.plain(line), style="dim", markup=False)

    path = Path(arguments.output) if arguments.output else table.FILE
    environment = sglang.find_environment()
    subjects = _subjects(arguments, path.parent / "bench")
    figures = measure.measure(subjects, plan, environment=environment, logs=path.parent / "bench", say=say)
    say("what it takes to see a desktop")
    figures |= capture.measure(1 if arguments.quick else capture.REPEATS)
    say("what the loop costs beside all that")
    figures |= loop.measure(40 if arguments.quick else loop.NUM_STEPS)
    figures |= table.about_this_machine(plan, sglang=environment is not None)
    table.write(figures, path)
    console.print(table.table(figures, [subject.name for subject in subjects]), markup=False)
    console.print(f"written to {path}", markup=False)
    output.result(figures)
    return exits.DONE


def _subjects(arguments: argparse.Namespace, place: "Path") -> "list[Subject]":
    """The models that are asked for; place: where the one with random weights is, written at the first time."""
    from pathlib import Path

    from agent.evaluation.bench.sides import Subject
    from perception.clients.catalog import NANO

    found = []
    if arguments.only != "240m":
        found.append(Subject("nano", Path(arguments.model) if arguments.model else NANO, (352, 288)))
    if arguments.only != "nano":
        from perception.qwen3vl import untrained

        folder = untrained.written(place / "240m", NANO, "240m")
        found.append(Subject("240m", folder, (640, 384)))
    return found
