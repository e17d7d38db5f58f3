"""Check a run: that every step follows from the line before (SHA-256), and that every image is what was
stored.

Exit code 1 when something was changed or is missing. A chain shows changes; it does not say who wrote it.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.trajectory import Trajectory
    from perception.observation import ImageRef


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("run", metavar="RUN", help="a run's folder, or its name in the runs folder")
    parser.add_argument("--runs", metavar="DIR", help="where runs are looked for (default: runs)")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Say whether the run is whole; 0 when it is, else 1."""
    from agent.errors import RecordError
    from agent.recorder import load
    from ui.cli.run_folder import find_run

    folder = find_run(arguments.run, load_settings(arguments))
    try:
        trajectory = load(folder)
    except RecordError as error:
        return _report(output, folder, 0, 0, [str(error)], [])
    images = _images(trajectory)
    faults = _image_faults(folder, images)
    return _report(output, folder, len(trajectory.steps), len(images), faults, list(trajectory.notes))


def _images(trajectory: "Trajectory") -> "dict[str, ImageRef]":
    refs = (ref for step in trajectory.steps for ref in (step.before, step.after))
    return {ref.digest: ref for ref in refs if ref is not None}


def _image_faults(folder: Path, images: "dict[str, ImageRef]") -> list[str]:
    from agent.recorder import image_store
    from perception.errors import ImageError

    store, faults = image_store(folder), []
    for ref in images.values():
        try:
            store.get(ref)
        except ImageError as error:
            faults.append(str(error))
    return faults


def _report(output: Output, folder: Path, num_steps: int, num_images: int, faults: list[str], notes: list[str]) -> int:
    for line in notes:
        output.console.print(f"note   {exits.plain(line)}", markup=False)
    for line in faults:
        output.console.print(f"fault  {exits.plain(line)}", markup=False)
    whole = "whole" if not faults else f"not whole: {len(faults)} faults"
    output.console.print(f"{folder}: {num_steps} steps, {num_images} images, {whole}", markup=False)
    output.result(
        {
            "run": str(folder),
            "whole": not faults,
            "steps": num_steps,
            "images": num_images,
            "faults": faults,
            "notes": notes,
        }
    )
    return exits.DONE if not faults else exits.FAILED
