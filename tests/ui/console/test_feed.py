"""The stream of a run: all of it at first, then what is new, the same for everybody, and no step left out."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.ui.console.test_stage import END, EVIL, ORDER, WAIT, painted
from ui.console.feed import Feed
from ui.console.stages import Stages

Told = dict[str, Any]


async def heard(feed: Feed, run: str, is_enough: Callable[[Told], bool]) -> list[Told]:
    """What a page is told, up to and with a message."""
    said: list[Told] = []
    stream: AsyncIterator[str] = feed.follow(run)
    async with asyncio.timeout(30):
        async for message in stream:
            assert message.startswith("data: ")
            assert message.endswith("\n\n")
            said.append(json.loads(message.removeprefix("data: ")))
            if is_enough(said[-1]):
                return said
    raise AssertionError("the stream ended")


def has_ended(told: Told) -> bool:
    return "<b>Failed</b>" in told["parts"].get("state", "")  # The drawn form was left empty.


async def test_without_a_run_a_page_is_told_so_and_hears_of_the_first() -> None:
    feed = Feed(Stages(painted(Path("nowhere"), [])))
    (told,) = await heard(feed, "", lambda told: True)
    assert "No run yet" in told["parts"]["state"]
    assert told["parts"]["marks"] == ""
    assert told["changed"]


async def test_two_pages_hear_of_every_step_and_only_what_is_new(runs_folder: Path) -> None:
    stages = Stages(painted(runs_folder, [WAIT, WAIT, WAIT, END]))
    feed = Feed(stages)
    try:
        name = stages.start(ORDER)
        both = await asyncio.gather(heard(feed, name, has_ended), heard(feed, "", has_ended))
        for told in both:
            assert told[0]["parts"].keys() == {"state", "picture", "marks", "about", "steps"}
            assert EVIL not in json.dumps(told)
            numbers = [set(re.findall(r"<li><i>(\d+)</i>", one["parts"].get("steps", ""))) for one in told]
            assert set().union(*numbers) == {"1", "2", "3", "4"}
            pictures = [one["parts"]["picture"] for one in told if "picture" in one["parts"]]
            assert len(set(pictures)) == len(pictures), "a picture is told once"
            assert "data:image/png;base64," in pictures[-1]
            assert sum(one["changed"] for one in told) <= 3, "it starts, goes on and ends"
    finally:
        await asyncio.to_thread(stages.close)


async def test_a_page_that_comes_late_is_told_all_at_once(runs_folder: Path) -> None:
    stages = Stages(painted(runs_folder, [WAIT, WAIT, END]))
    feed = Feed(stages)
    name = stages.start(ORDER)
    await heard(feed, name, has_ended)
    (told,) = await heard(feed, name, lambda told: True)
    assert has_ended(told)
    assert told["parts"]["steps"].count("<li>") == 3
    assert stages.get("no such run") is None
    (nothing,) = await heard(feed, "no such run", lambda told: True)
    assert "No run yet" in nothing["parts"]["state"]


async def test_the_controls_are_to_be_asked_for_when_a_run_is_held_and_when_another_begins(runs_folder: Path) -> None:
    stages = Stages(painted(runs_folder, [WAIT] * 500))
    feed = Feed(stages)
    try:
        name = stages.start(ORDER)
        stage = stages.get(name)
        assert stage is not None
        stage.seat.pause()  # At once: a run in which nothing changes is soon given up.
        told = await heard(feed, name, lambda told: "Paused" in told["parts"].get("state", ""))
        assert any(one["changed"] for one in told)
        watching = asyncio.ensure_future(heard(feed, name, lambda told: told["changed"] and not told["parts"]))
        await asyncio.sleep(0.2)
        assert not watching.done()
        stages.start(replace(ORDER, instruction="Another one."))
        await watching
    finally:
        await asyncio.to_thread(stages.close)
