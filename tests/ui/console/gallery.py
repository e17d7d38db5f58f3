"""The pictures of the console in the docs, taken of the real console in a real Chromium.

    python -m tests.ui.console.gallery [--folder docs/pictures]      which is what `make pictures` does

The bundled model fills in the demo's form and is held before a click (Live), what it did is stepped through (Replay);
a click that nobody named is asked about (Questions, on a laptop's and on a phone's screen); an invoice of the project's
own is read and looked at (Documents). Sizes are always the same; times and dates in the pictures are not. Colours are
cut down to 256, so that all pictures together stay small.
"""

import argparse
import asyncio
import io
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from actions.action import LeftClick
from agent.recorder import new_folder
from agent.settings import Settings
from agent.settings import load as load_settings
from sandboxes.chromium import find_chromium
from sandboxes.demos.papers.folder import write_papers
from sandboxes.demos.papers.paper import Order
from sandboxes.demos.signup import PAGE, VIEWPORT, demo_task, signup
from tests.page_server import PageServer
from tests.ui.console.server import ConsoleServer
from tests.ui.console.shop import SECONDS, choose_question, go_to, reply, says, start, view_of
from ui.console.documents.library import Library
from ui.console.launch import launch_with
from ui.walking import environment_of, walk

FOLDER = Path(__file__).parents[3] / "docs" / "pictures"
LAPTOP, PHONE = (1440, 900), (390, 844)
MOST_BYTES = 1_500_000
"""Of all pictures together."""
_SEED = 4
_BESIDE = (0, 1, 2, 3)
"""Seeds of the forms that were filled in before."""
_PAPERS = 3


async def take_all(folder: Path, work: Path) -> list[Path]:
    """Take every picture into a folder, working in another; gives their files."""
    chromium = find_chromium(os.environ.get("HANDEYE_CHROMIUM"))
    (work / "runs").mkdir()
    settings = _settings(work, "nano")
    for seed in _BESIDE:
        await _fill_in(seed, settings)
    with PageServer() as server:
        query = signup(_SEED).url.partition("?")[2]
        url = server.add("/sign-up", PAGE.read_text(encoding="utf-8").replace("location.search", json.dumps(query)))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            taken = await _live_and_replay(browser, work, url, folder)
            taken += await _questions(browser, work, url, folder)
            taken += await _documents(browser, work, folder)
            await browser.close()
    return taken


async def _live_and_replay(browser: Browser, work: Path, url: str, folder: Path) -> list[Path]:
    """The bundled model is held before a click, then goes on to the end; looked at by night."""
    form = signup(_SEED)
    with _console(_settings(work, "nano"), work) as console:
        page = await _entered(browser, console, LAPTOP)
        await start(page, url, form.instruction, "nano")
        await page.locator("#he-pause").click(timeout=SECONDS)
        await _until(lambda: view_of(console).sitting.held > 0)
        while not (len(view_of(console).steps) >= 3 and _waits_to_click(console)):
            held = view_of(console).sitting.held
            await page.locator("#he-step").click(timeout=SECONDS)
            await _until(lambda before=held: view_of(console).sitting.held > before)
        await says(page, "Paused")
        taken = [await _take(page, folder / "live.png")]
        await page.locator("#he-go-on").click()
        await _until(lambda: view_of(console).phase == "ended")
        page = await _another(browser, console, page, LAPTOP, scheme="dark")
        await go_to(page, "Replay")
        await page.locator(".he-open").nth(1).click(timeout=SECONDS)
        await expect(page.locator(".he-point:visible img")).to_be_visible(timeout=SECONDS)
        for number in range(2, 6):
            await page.locator("#he-next").click()
            await expect(page.locator("#he-run")).to_contain_text(f"step {number} of", timeout=SECONDS)
        return [*taken, await _take(page, folder / "replay.png")]


async def _questions(browser: Browser, work: Path, url: str, folder: Path) -> list[Path]:
    """A form is filled in, and the button that sends it was not named."""
    form = signup(_SEED)
    places = await _middles(browser, url)
    moves: list[dict[str, object]] = []
    for place, (label, value) in zip(places, form.fields.items(), strict=False):
        moves += [_click(place, f"Click the {label} field"), reply("type", f"Enter the {label}", text=value)]
    script = [*moves, _click(places[-1], f"Everything is filled in: {form.button}")]
    instruction = " and ".join(f'enter "{value}" in the "{label}" field' for label, value in form.fields.items())
    settings = _settings(work, _scripted(work, script))
    with _console(settings, work) as console:
        page = await _entered(browser, console, LAPTOP)
        await start(page, url, instruction.capitalize() + ".")
        await says(page, "Asks you")
        taken = []
        for size, name in ((LAPTOP, "questions.png"), (PHONE, "phone.png")):
            page = await _another(browser, console, page, size)
            await go_to(page, "Questions")
            await choose_question(page)
            taken.append(await _take(page, folder / name))
        return taken


async def _documents(browser: Browser, work: Path, folder: Path) -> list[Path]:
    """Invoices are dropped and read, and the place of one value is looked at."""
    papers = work / "papers"
    papers.mkdir()
    truths = await write_papers(Order(7, "invoice", "seen", ("en",)), range(_PAPERS), papers)
    with _console(_settings(work, "nano"), work) as console:
        page = await _entered(browser, console, LAPTOP)
        await go_to(page, "Documents")
        await page.get_by_label("Documents to add").set_input_files([papers / truth.file for truth in truths])
        await expect(page.get_by_text(": read")).to_have_count(_PAPERS, timeout=SECONDS)
        total = page.locator(".he-leaf", has=page.locator("b", has_text="Total amount"))
        await total.click(timeout=SECONDS)
        await expect(total).to_have_attribute("aria-pressed", "true", timeout=SECONDS)
        return [await _take(page, folder / "documents.png")]


def _console(settings: Settings, work: Path) -> ConsoleServer:
    """A console as the command starts it, with every tab."""
    return ConsoleServer(launch_with(settings), settings.run.folder, library=Library(work / "documents", settings))


async def _fill_in(seed: int, settings: Settings) -> None:
    """A run of the demo, as `handeye demo` makes it."""
    task = demo_task(seed)
    folder = new_folder(settings.run.folder, f"demo-{task.id}")
    await walk(task, environment_of(task, settings), settings, folder, lambda event: None)


async def _entered(browser: Browser, console: ConsoleServer, size: tuple[int, int]) -> Page:
    context = await browser.new_context(**_screen(size, "light"))
    page = await context.new_page()
    await page.goto(console.link)
    await expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
    return page


async def _another(
    browser: Browser, console: ConsoleServer, page: Page, size: tuple[int, int], scheme: str = "light"
) -> Page:
    """The same person's window of another size, or by night; the one before is closed."""
    known = await page.context.storage_state()
    await page.context.close()
    context = await browser.new_context(storage_state=known, **_screen(size, scheme))
    page = await context.new_page()
    await page.goto(console.url)
    await expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
    return page


def _screen(size: tuple[int, int], scheme: str) -> dict[str, Any]:
    width, height = size
    return {"viewport": {"width": width, "height": height}, "color_scheme": scheme, "reduced_motion": "reduce"}


async def _middles(browser: Browser, url: str) -> list[tuple[float, float]]:
    """Where the form's fields, its check box and its button are, in thousandths of the page that runs are shown."""
    page = await browser.new_page(viewport={"width": VIEWPORT.width, "height": VIEWPORT.height})
    await page.goto(url)
    boxes = [await part.bounding_box() for part in await page.locator("input, button").all()]
    await page.close()
    return [
        (
            1000 * (box["x"] + box["width"] / 2) / VIEWPORT.width,
            1000 * (box["y"] + box["height"] / 2) / VIEWPORT.height,
        )
        for box in boxes
        if box is not None
    ]


async def _take(page: Page, path: Path) -> Path:
    """The window as a person sees it, in 256 colours."""
    await page.wait_for_timeout(700)  # What comes fades in.
    content = await page.screenshot(animations="disabled", caret="hide")
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


async def _until(holds: Callable[[], bool]) -> None:
    """Wait for something that the console does. Raises TimeoutError after a minute."""
    for _ in range(1200):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError("the console does not do what was waited for")


def _waits_to_click(console: ConsoleServer) -> bool:
    decided = view_of(console).decided
    return decided is not None and isinstance(decided.action, LeftClick)


def _click(place: tuple[float, float], thought: str) -> dict[str, object]:
    return reply("left_click", thought, coordinate=[round(side) for side in place])


def _scripted(work: Path, replies: list[dict[str, object]]) -> str:
    script = work / "script.jsonl"
    script.write_text("".join(json.dumps(one) + "\n" for one in replies))
    return f"scripted:{script}"


def _settings(work: Path, model: str) -> Settings:
    size = {"width": VIEWPORT.width, "height": VIEWPORT.height}
    return load_settings(None, {"model.name": model, "run.folder": work / "runs", "browser.viewport": size}, {})


def main() -> None:
    """The command line."""
    about = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m tests.ui.console.gallery", description=about)
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where the pictures are put (default: docs/pictures)"
    )
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="handeye-gallery-", ignore_cleanup_errors=True) as work:
        os.environ["XDG_CACHE_HOME"] = str(Path(work, "cache"))
        taken = asyncio.run(take_all(folder, Path(work)))
    total = sum(path.stat().st_size for path in taken)
    for path in taken:
        print(f"{path.stat().st_size / 1000:6.0f} kB  {path}")
    if total > MOST_BYTES:
        raise SystemExit(f"{total:,} bytes are more than {MOST_BYTES:,}")


if __name__ == "__main__":
    main()
