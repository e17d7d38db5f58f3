"""What tests of the browser share: a task, a page with one button, clicks, and sizes that a release makes larger."""

from __future__ import annotations

import os

from actions.action import Action, LeftClick, MouseMove
from actions.browser import BrowserExecutor
from perception.geometry import Point
from perception.observation import Frame, Observation
from sandboxes.browser import BrowserEnvironment
from sandboxes.task import Task
from tests.page_server import Page, PageServer

NUM_TRIES = int(os.environ.get("BROWSER_TEST_SIZE", "30"))
"""Random strings and points; a release takes 500."""
NUM_RESETS = int(os.environ.get("BROWSER_TEST_RESETS", "4"))
"""Resets in a row; a release takes 300."""

BUTTON = Point(x=40, y=30)
AWAY = MouseMove(at=Point(x=345, y=285))
STYLE = "<!doctype html><meta charset=utf-8><style>#b{position:absolute;left:0;top:0;width:120px;height:60px}</style>"


def task(url: str, **more) -> Task:
    return Task(id="t", instruction="", url=url, **more)


def button(script: str, body: str = "") -> str:
    """A page whose button at `BUTTON` runs the script, which has no single quote."""
    return f"{STYLE}<button id=b onclick='{script}'>Go</button>{body}"


def click(x: int, y: int) -> LeftClick:
    return LeftClick(at=Point(x=x, y=y))


async def show(browser: BrowserEnvironment, server: PageServer, body: str | Page) -> None:
    """Open a page in the profile that is there; only the first test of a file waits for a new one."""
    url = server.add("/shown", body)
    if browser.is_open:
        await browser.page.goto(url)
    else:
        await browser.reset(task(url))
    await work(browser, AWAY)
    await browser.evaluate("void (window.seen && (seen.length = 0))")


async def work(browser: BrowserEnvironment, *actions: Action) -> None:
    """Carry the actions out, without the pictures of steps."""
    executor = BrowserExecutor(browser.page)
    for action in actions:
        await executor.execute(action)


async def look(browser: BrowserEnvironment, *actions: Action) -> Frame:
    """Carry the actions out and look."""
    await work(browser, *actions)
    return (await browser.observe()).frame


async def act(environment: BrowserEnvironment, *actions: Action) -> Observation:
    """Take the steps; what is seen after the last one."""
    seen = await environment.observe() if not actions else None
    for action in actions:
        seen = (await environment.step(action)).observation
    assert seen is not None
    return seen
