"""`python -m agent.training.pages --number 500 --out build/pages.zip`: render pages in Chromium and keep them."""

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path

from agent.training.pages.archive import write_screens
from agent.training.pages.page import make_page
from agent.training.pages.render import render
from agent.training.screens.record import Screen
from agent.training.screens.sheet import CELL, boxed


async def rendered(seed: int, number: int, *, heldout: bool) -> list[Screen]:
    """`number` screens from `seed` on, in one headless Chromium."""
    from sandboxes.browser import BrowserEnvironment
    from sandboxes.task import Task

    environment = BrowserEnvironment()
    try:
        with tempfile.NamedTemporaryFile(suffix=".html") as blank:
            await environment.reset(Task(id="pages", instruction="", url=Path(blank.name).as_uri()))
        return [
            await render(make_page(random.Random(seed + index), heldout=heldout), environment.page)
            for index in range(number)
        ]
    finally:
        await environment.close()


def main() -> None:
    """Render pages into a zip file, or onto a contact sheet."""
    parser = argparse.ArgumentParser(prog="python -m agent.training.pages", description=__doc__)
    parser.add_argument("--number", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--heldout", action="store_true", help="words that training never shows")
    parser.add_argument("--out", type=Path, help="write the screens to this zip file")
    parser.add_argument("--sheet", type=Path, help="write the first 24 to this PNG file, boxes drawn")
    arguments = parser.parse_args()
    start = time.perf_counter()
    screens = asyncio.run(rendered(arguments.seed, arguments.number, heldout=arguments.heldout))
    print(f"{len(screens)} pages, {len(screens) / (time.perf_counter() - start):.1f} a second")
    if arguments.out:
        write_screens(arguments.out, screens)
        print(f"wrote {arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")
    if arguments.sheet:
        _sheet(screens[:24], arguments.sheet)


def _sheet(screens: list[Screen], path: Path) -> None:
    from PIL import Image

    sheet = Image.new("RGB", (6 * CELL[0], -(-len(screens) // 6) * CELL[1]), (60, 60, 70))
    for index, screen in enumerate(screens):
        sheet.paste(boxed(screen), (index % 6 * CELL[0], index // 6 * CELL[1]))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
