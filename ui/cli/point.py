"""Say where something is on a picture of a screen, and mark it on a copy of the picture.

    handeye point screen.png "the blue Save button"

The copy is a PNG beside the picture, screen.point.png, or what --out names. Exit code 1 says that the model does not
see it there; nothing is written then.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import add_model_flags, load_settings
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.settings import ModelSettings
    from perception.geometry import Box
    from perception.grounding import Grounding
    from perception.observation import Frame

MAX_BYTES = 400_000_000
"""The largest file that is read: the largest picture that can be looked at, without any compression."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("image", metavar="IMAGE", help="a picture: PNG, JPEG or WebP")
    parser.add_argument("phrase", metavar="PHRASE", help="what should be found, in words")
    parser.add_argument("--out", metavar="FILE", help="where the marked copy is written (default: IMAGE.point.png)")
    add_model_flags(parser)


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Ask the model once, say and draw what it answers; 0 when it was found, else 1."""
    import asyncio

    phrase = arguments.phrase.strip()
    if not phrase:
        raise exits.UsageError("the phrase is empty: say in words what should be found")
    settings = load_settings(arguments)
    image = Path(arguments.image)
    frame = _open(image)
    out = Path(arguments.out) if arguments.out is not None else image.with_name(f"{image.stem}.point.png")
    _check_out(out, image)
    model, found, ms = asyncio.run(_ask(settings.model, frame, phrase))
    if found is not None:
        _mark(frame, found, out)
    _print(found, phrase, out, output)
    output.result(
        {
            "model": model,
            "phrase": phrase,
            "found": found is not None,
            "label": found.label if found else None,
            "point": [found.point.x, found.point.y] if found else None,
            "box": _sides(found.box) if found and found.box else None,
            "image": str(out) if found else None,
            "ms": round(ms, 1),
        }
    )
    return exits.DONE if found else exits.FAILED


def _open(image: Path) -> "Frame":
    """The picture. Raises UsageError for what is no file, ImageError for a file that holds no picture."""
    from perception.errors import ImageError
    from perception.screenshot import decode_png

    if not image.is_file():
        raise exits.UsageError(f"{image} {'is no file' if image.exists() else 'does not exist'}: name a picture")
    if image.stat().st_size > MAX_BYTES:
        raise ImageError(f"{image}: The picture is too large, above {MAX_BYTES // 1_000_000} MB.")
    try:
        return decode_png(image.read_bytes())
    except ImageError as error:
        raise ImageError(f"{image}: {error}") from error


def _check_out(out: Path, image: Path) -> None:
    """Before the model is asked, whether the copy can be written there at all, and is a copy. Raises UsageError."""
    if out.suffix.lower() != ".png":
        raise exits.UsageError(f"--out {out}: the marked copy is a PNG; give it a name that ends in .png")
    if not out.parent.is_dir():
        raise exits.UsageError(f"--out {out}: there is no folder {out.parent}")
    if out.is_dir():
        raise exits.UsageError(f"--out {out} is a folder: name a file")
    if out.exists() and out.samefile(image):
        raise exits.UsageError(f"--out {out} is the picture itself: the marked copy needs another name")


async def _ask(settings: "ModelSettings", frame: "Frame", phrase: str) -> "tuple[str, Grounding | None, float]":
    """The model's name, what it found, and how many milliseconds it took once it was loaded."""
    from time import perf_counter

    from agent.asking import model_of
    from perception.grounding import locate

    async with model_of(settings) as model:
        begun = perf_counter()
        found = await locate(
            model.client, frame, phrase, style=model.prompt, grid=model.codec.grid, sampling=model.sampling
        )
        return model.client.name, found, (perf_counter() - begun) * 1e3


def _mark(frame: "Frame", found: "Grounding", out: Path) -> None:
    """Write the marked copy, whole or not at all."""
    from perception.files import replace_file
    from perception.overlay import BoxMark, PointMark, draw
    from perception.screenshot import encode_png

    boxes = (BoxMark(box=found.box),) if found.box else ()
    marked = draw(frame, (*boxes, PointMark(at=found.point, rings=0)))
    replace_file(out, encode_png(marked))


def _print(found: "Grounding | None", phrase: str, out: Path, output: Output) -> None:
    if found is None:
        line = f"not there: {exits.plain(phrase, 200)}"
    else:
        box = f"box {_sides(found.box)}" if found.box else "no box"
        label = exits.plain(found.label, 80) or exits.plain(phrase, 80)
        line = f"{label}  {found.point}  {box}  {exits.plain(out)}"
    output.console.print(line, markup=False)


def _sides(box: "Box") -> list[int]:
    """Left, top, right and bottom; a box that a model gave is of whole pixels."""
    return [round(side) for side in (box.left, box.top, box.right, box.bottom)]
