"""A page to work by hand and by model, and a person who works the console in a browser."""

import json
import re
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from agent.settings import load as load_settings
from tests.ui.console.server import ConsoleServer
from ui.console.documents.library import Library
from ui.console.launch import launch_with
from ui.console.stage import View

SECONDS = 40_000
"""Milliseconds that a busy machine may take for anything."""
LAPTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
"""Screens that people have."""
WIDTH, HEIGHT = 480, 320
SEND, DRAFT, FIELD = (120, 204), (110, 274), (120, 90)
"""Middles of the page's controls."""
PAGE = """<!doctype html><title>Shop</title><style>
body { font: 16px sans-serif; margin: 24px } h2 { margin: 0 0 20px } p { margin: 20px 0 }
button { position: absolute; left: 60px; width: 130px; height: 44px; caret-color: transparent }
input { caret-color: transparent; width: 200px; height: 24px }</style>
<h2>Messages</h2><input aria-label="Note"><p id="told">nothing sent</p>
<button style="top: 180px" onclick="sent += 1; told.textContent = 'sent ' + sent">Send message</button>
<button style="top: 250px" onclick="told.textContent = 'kept'">Keep draft</button>
<div style="height: 1200px"></div><script>let sent = 0</script>"""


def reply(action: str, thought: str = "Go on", **fields: object) -> dict[str, object]:
    """A line of a scripted model."""
    return {"thought": thought, "action": action, **fields}


def press(at: tuple[int, int]) -> dict[str, object]:
    """A click, on the model's grid."""
    x, y = at
    return reply("left_click", "Press it", coordinate=[round(x * 1000 / WIDTH), round(y * 1000 / HEIGHT)])


def console_with(replies: list[dict[str, object]], folder: Path, runs: Path) -> ConsoleServer:
    """A console whose model says these replies."""
    script = folder / "script.jsonl"
    script.write_text("".join(json.dumps(one) + "\n" for one in replies))
    flags = {
        "model.name": f"scripted:{script}",
        "run.folder": runs,
        "run.stuck_after": 2000,
        "browser.viewport": {"width": WIDTH, "height": HEIGHT},
    }
    settings = load_settings(None, flags, {})
    return ConsoleServer(launch_with(settings), runs, library=Library(folder / "documents", settings))


def view_of(console: ConsoleServer, name: str = "") -> View:
    """What the console knows of a run, the newest without a name."""
    stage = console.stages.get(name)
    return View() if stage is None else stage.view


async def entered(browser: Browser, console: ConsoleServer, size: dict[str, int], faults: list[str]) -> Page:
    """A browser of its own that the console lets in; what breaks on the page is put among the faults."""
    context = await browser.new_context(viewport=size, accept_downloads=True)  # type: ignore[arg-type]
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(console.link)
    await expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=SECONDS)
    return page


async def start(page: Page, url: str, instruction: str = "Do it", model: str = "") -> None:
    """Start a run, with the model of the settings where none is named."""
    await page.get_by_label("Instruction").fill(instruction, timeout=SECONDS)
    await page.get_by_label("URL", exact=True).fill(url)
    await page.get_by_label("Model").fill(model)
    await page.get_by_role("button", name="Start").click()


async def says(page: Page, word: str | re.Pattern[str], milliseconds: int = SECONDS) -> None:
    """Wait until the state that is seen begins with a word."""
    await expect(page.locator(".he-state:visible b").first).to_have_text(word, timeout=milliseconds)


async def go_to(page: Page, tab: str) -> None:
    """Open a tab."""
    await page.get_by_role("tab", name=tab).click()


async def choose_question(page: Page, number: int = 0) -> None:
    """Open a question from the list, and look at it."""
    await page.locator("label:visible:has(input[type=radio])").nth(number).click(timeout=SECONDS)
    await expect(page.locator(".he-ask h3")).to_be_visible(timeout=SECONDS)
    await page.wait_for_timeout(900)


def picture(page: Page) -> Locator:
    """The picture that can be pointed at."""
    return page.locator(".he-point:visible")


async def point(page: Page, at: tuple[int, int], *, clicks: int = 1) -> None:
    """Click a pixel of the screen that is shown on the picture, whatever its size on the page."""
    frame = picture(page)
    image, width, height = frame.locator("img"), await _number(frame, "width"), await _number(frame, "height")
    await image.scroll_into_view_if_needed()
    box = await image.bounding_box()
    assert box is not None
    x, y = at
    left, top = box["x"] + (x + 0.5) * box["width"] / width, box["y"] + (y + 0.5) * box["height"] / height
    await page.mouse.click(left, top, click_count=clicks)


async def _number(frame: Locator, name: str) -> int:
    """What a picture says of itself."""
    return int(await frame.get_attribute(f"data-{name}", timeout=SECONDS) or 0)
