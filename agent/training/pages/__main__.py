"""`python -m agent.training.pages --number 500 --out build/pages.zip`: render pages in Chromium and keep them."""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from agent.training.pages.archive import decoded, write_entries
from agent.training.pages.overlays import KINDS
from agent.training.pages.press import Order, pressed
from agent.training.screens.record import Size
from agent.training.screens.sheet import boxed

SHEET_WIDTH = 1560
GAP = 8


def main() -> None:
    """Render pages into a zip file, or onto a contact sheet."""
    parser = argparse.ArgumentParser(prog="python -m agent.training.pages", description=__doc__)
    parser.add_argument("--number", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--heldout", action="store_true", help="words that training never shows")
    parser.add_argument("--kind", choices=list(KINDS), help="pages of one kind alone")
    parser.add_argument("--size", type=int, nargs=2, help="frames of one size alone, pixels")
    parser.add_argument("--workers", type=int, default=1, help="processes, each with a Chromium of its own")
    parser.add_argument("--out", type=Path, help="write the screens to this zip file")
    parser.add_argument("--sheet", type=Path, help="write them to this PNG file, boxes drawn")
    arguments = parser.parse_args()
    size = tuple(arguments.size) if arguments.size else None
    order = Order(arguments.seed, 0, arguments.number, arguments.heldout, arguments.kind, size)
    start, entries = time.perf_counter(), counted(pressed(order, arguments.workers))
    if arguments.sheet:
        sheet(entries, arguments.sheet)
    elif arguments.out:
        write_entries(arguments.out, entries)
        print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")
    else:
        parser.error("name a file with --out or --sheet")
    print(f"{arguments.number} pages, {arguments.number / (time.perf_counter() - start):.1f} a second")


def counted(entries: Iterator[tuple[Size, bytes]]) -> Iterator[tuple[Size, bytes]]:
    """The same entries; says now and then how many there were."""
    for number, entry in enumerate(entries, start=1):
        if number % 1000 == 0:
            print(f"{number} pages", flush=True)
        yield entry


def sheet(entries: Iterator[tuple[Size, bytes]], path: Path) -> None:
    """All screens in rows, as many as fit beside each other, with the boxes drawn."""
    rows: list[list[Image.Image]] = [[]]
    for _, entry in entries:
        picture = boxed(decoded(entry))
        if rows[-1] and sum(p.width + GAP for p in [*rows[-1], picture]) > SHEET_WIDTH:
            rows.append([])
        rows[-1].append(picture)
    height = sum(max(p.height for p in row) + GAP for row in rows)
    whole, top = Image.new("RGB", (SHEET_WIDTH, height), (60, 60, 70)), 0
    for row in rows:
        left = 0
        for picture in row:
            whole.paste(picture, (left, top))
            left += picture.width + GAP
        top += max(p.height for p in row) + GAP
    path.parent.mkdir(parents=True, exist_ok=True)
    whole.save(path)
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
