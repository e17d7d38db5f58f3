"""Record how something is done, in a browser or on a desktop, for `handeye watch` and `handeye run --recording`.

    handeye record shown --url http://127.0.0.1:8000/order
    handeye record shown --on desktop

FOLDER gets video.webm and events.jsonl: what mouse and keyboard did. What is typed into a password field of a page is
not written down; on a desktop no such field is known, and every key is. It ends with Ctrl-C, with the window, or after
--seconds.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ui.cli import exits
from ui.cli.configuration import load_settings
from ui.cli.output import Output

if TYPE_CHECKING:
    from agent.settings import Settings

_LOOK_SECONDS = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this verb."""
    parser.add_argument("folder", metavar="FOLDER", help="where the recording is written: a new or an empty folder")
    parser.add_argument("--on", choices=("browser", "desktop"), default="browser", help="what is recorded")
    parser.add_argument("--url", metavar="URL", help="browser: the page to begin on")
    parser.add_argument("--viewport", metavar="WxH", help="browser: the page's visible size in pixels")
    parser.add_argument("--headless", action="store_true", help="browser: without a window, for programs that drive it")
    parser.add_argument("--seconds", type=float, metavar="S", help="how long (default: until it is stopped)")


def execute(arguments: argparse.Namespace, output: Output) -> int:
    """Record until it is over."""
    import asyncio

    if arguments.on == "browser" and not arguments.url:
        raise exits.UsageError("--url is missing: name the page to begin on, or record a desktop with --on desktop")
    if arguments.on == "desktop" and (arguments.url or arguments.viewport or arguments.headless):
        raise exits.UsageError("--url, --viewport and --headless are for browsers: leave them out")
    if arguments.seconds is not None and not arguments.seconds > 0:
        raise exits.UsageError("--seconds must be above 0")
    folder = Path(arguments.folder)
    settings = load_settings(arguments)
    began = time.monotonic()
    try:
        if arguments.on == "desktop":
            asyncio.run(_desktop(folder, arguments.seconds, output))
        else:
            asyncio.run(_browser(folder, arguments, settings, output))
    except KeyboardInterrupt:  # which is how it is meant to end
        pass
    from perception.recording.events import VIDEO_FILE

    if not (folder / VIDEO_FILE).exists():
        raise exits.Broken(f"{folder}: nothing was recorded, since nothing was shown")
    output.console.print(f"recorded to {exits.plain(folder)}", markup=False)
    output.result({"recording": str(folder), "seconds": round(time.monotonic() - began, 1)})
    return exits.DONE


async def _browser(folder: Path, arguments: argparse.Namespace, settings: "Settings", output: Output) -> None:
    from sandboxes.screencast import recorded
    from sandboxes.task import Task
    from ui.walking import browser_of

    environment = browser_of(settings, headed=not arguments.headless)
    try:
        task = Task(id="shown", instruction="", url=arguments.url, viewport=settings.browser.viewport)
        await environment.reset(task)
        async with recorded(environment, folder):
            _say(output)
            await _until(lambda: environment.is_open, arguments.seconds)
    finally:
        await environment.close()


async def _desktop(folder: Path, seconds: float | None, output: Output) -> None:
    from sandboxes.desktop_recording import DesktopRecording

    recording = DesktopRecording(folder)
    await recording.start()
    try:
        _say(output)
        await _until(lambda: recording.is_running, seconds)
    finally:
        await recording.stop()


def _say(output: Output) -> None:
    output.console.print("recording; Ctrl-C ends it", style="dim")


async def _until(goes_on: Callable[[], bool], seconds: float | None) -> None:
    import asyncio

    async def gone() -> None:
        while goes_on():  # noqa: ASYNC110 - a window says nothing when it is closed
            await asyncio.sleep(_LOOK_SECONDS)

    with suppress(TimeoutError):
        await asyncio.wait_for(gone(), seconds)
