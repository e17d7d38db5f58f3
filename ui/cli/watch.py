"""Say what the recording of a screen shows: an answer by a model, or the steps that were done.

    handeye watch shown.mp4 --ask "When is the order sent?" --model http://gpu-box:30000
    handeye watch shown.mp4 --as steps --out steps/

VIDEO is a video file, or a folder that a recorder made, whose events of mouse and keyboard tell the steps. Without them
steps are inferred from the pictures, with a confidence each; no model is needed. --out gets steps.json, a screenshot
before each step, and what it was done to, cut out.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import add_model_flags, load_settings
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.demonstration import Demonstration
    from agent.shown_step import ShownStep
    from perception.observation import Frame

MARGIN = 24
"""Pixels around a target that has no box."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("video", metavar="VIDEO", help="a video, or a recorder's folder")
    parser.add_argument("--ask", metavar="QUESTION", help="what a model should say of it (default: what is done in it)")
    parser.add_argument("--as", dest="form", choices=("answer", "steps"), default="answer", help="what is wanted")
    parser.add_argument("--out", metavar="DIR", help="with --as steps: where steps.json and pictures are written")
    add_model_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Look at the recording and say what it shows."""
    video = Path(arguments.video)
    if not video.exists():
        raise exits.UsageError(f"{video} does not exist: name a video")
    if arguments.form == "steps":
        if arguments.ask is not None:
            raise exits.UsageError("--ask is answered by a model and --as steps needs none: choose one")
        return _steps(video, arguments.out, output)
    if arguments.out is not None:
        raise exits.UsageError("--out is for --as steps: an answer is printed")
    return _answer(video, arguments, output)


def _answer(video: Path, arguments: argparse.Namespace, output: Output) -> int:
    import asyncio

    from agent.asking import model_of
    from agent.watching import SUMMARY, Seen, ask, check
    from perception.recording.events import video_of
    from perception.recording.recording import Recording

    question = SUMMARY if arguments.ask is None else arguments.ask.strip()
    if not question:
        raise exits.UsageError("--ask is empty: say in words what you want to know")
    settings = load_settings(arguments)

    async def asked() -> tuple[str, Seen]:
        async with model_of(settings.model) as model:
            check(model)  # before minutes are spent on the video
            clip = await asyncio.to_thread(Recording(video_of(video)).sample)
            for note in clip.notes:
                output.console.print(exits.plain(note), style="yellow", markup=False)
            frames = len(clip.frames)
            output.console.print(f"{frames} frames of {clip.seconds:.1f} seconds", style="dim", markup=False)
            return model.client.name, await ask(model, clip.frames, question, clip.seconds)

    name, seen = asyncio.run(asked())
    when = "" if seen.start is None else f"  ({seen.start:.1f} to {seen.end:.1f} s)"
    output.console.print(exits.plain(seen.answer) + when, markup=False)
    output.result({"model": name, "question": question, **seen.model_dump()})
    return exits.DONE


def _steps(video: Path, out: str | None, output: Output) -> int:
    from agent.demonstration import demonstration_of, lines

    folder = None if out is None else Path(out)
    if folder is not None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise exits.UsageError(f"--out {folder} holds something already: name an empty or a new folder")
    shown, _ = demonstration_of(video)
    for note in shown.notes:
        output.console.print(exits.plain(note), style="yellow", markup=False)
    for line in lines(shown):
        output.console.print(exits.plain(line), markup=False)
    told = shown.model_dump(mode="json")
    if folder is not None:
        for step, files in zip(told["steps"], _write(shown, video, folder), strict=True):
            step |= files
        output.console.print(f"written to {exits.plain(folder)}", markup=False)
    output.result(told)
    if not shown.steps:
        output.console.print("no steps are to be seen in it", markup=False)
    return exits.DONE if shown.steps else exits.FAILED


def _write(shown: "Demonstration", video: Path, folder: Path) -> list[dict[str, str]]:
    """A picture before each step, and what it was done to; `steps.json` comes last, when all it names is there."""
    import json

    from perception.files import replace_file
    from perception.observation import Frame
    from perception.recording.events import video_of
    from perception.recording.recording import Recording
    from perception.screenshot import encode_png

    frames = Recording(video_of(video)).frames([max(0.0, step.time - 0.02) for step in shown.steps])
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (step, frame) in enumerate(zip(shown.steps, frames, strict=True), start=1):
        names = {"screenshot": f"{number:03}.png"}
        replace_file(folder / names["screenshot"], encode_png(frame))
        if (area := _target(step, frame)) is not None:
            names["target"] = f"{number:03}.target.png"
            left, top, right, bottom = area
            replace_file(
                folder / names["target"], encode_png(Frame(pixels=frame.pixels[top:bottom, left:right].copy()))
            )
        written.append(names)
    told = shown.model_dump(mode="json")
    told["steps"] = [step | names for step, names in zip(told["steps"], written, strict=True)]
    replace_file(folder / "steps.json", json.dumps(told, ensure_ascii=False, indent=1).encode())
    return written


def _target(step: "ShownStep", frame: "Frame") -> tuple[int, int, int, int] | None:
    """What of a picture is cut out: left, top, right, bottom."""
    at = getattr(step.action, "at", None) or getattr(step.action, "start", None)
    if step.box is not None:
        sides = (step.box.left, step.box.top, step.box.right, step.box.bottom)
    elif at is not None:
        sides = (at.x - MARGIN, at.y - MARGIN, at.x + MARGIN, at.y + MARGIN)
    else:
        return None
    left, top = max(0, int(sides[0])), max(0, int(sides[1]))
    right, bottom = min(frame.size.width, round(sides[2])), min(frame.size.height, round(sides[3]))
    return (left, top, right, bottom) if right > left and bottom > top else None
