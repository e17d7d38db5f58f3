"""Shown once, done again: a recording of a real page gives steps, and the steps fill in a fresh page."""

import json
from pathlib import Path

import pytest

from actions.action import Decision, Terminate
from actions.codec.codec import codec
from agent.demonstration import Demonstration, demonstration_of
from agent.policy import ModelPolicy, Shown
from agent.recorder import load
from agent.runner import run
from agent.settings import RunSettings
from perception.clients.client import VideoPart
from perception.clients.scripted import ScriptedClient
from perception.recording.events import EVENTS_FILE, VIDEO_FILE
from sandboxes.browser import BrowserEnvironment
from sandboxes.demos.signup import DemoEnvironment, demo_task
from sandboxes.screencast import recorded
from sandboxes.task import Task
from tests.page_server import PageServer
from tests.walk.recordings import changing_video, compared, record, sampled

SEED = 2
LOGIN = """<!doctype html><meta charset=utf-8><input id=n style="position:absolute;left:10px;top:10px">
<input id=p type=password style="position:absolute;left:10px;top:60px">
<script>onkeydown = event => { window.heard = [...(window.heard || []), event.key] }
found = () => Object.getOwnPropertyNames(window).filter(name => name.startsWith("handeye"))</script>"""


async def done_again(shown: Demonstration, frames: tuple, folder: Path) -> ScriptedClient:
    """The steps, by a model that does as it was shown, on a page that nobody has touched."""
    size, dialect = shown.size, codec("qwen3vl")
    decisions = [Decision(action=step.action) for step in shown.steps] + [Decision(action=Terminate(status="success"))]
    client = ScriptedClient([dialect.encode(decision, size) for decision in decisions])
    policy = ModelPolicy(client, dialect, prompt="computer_use", shown=Shown(frames, "shown"))
    environment = DemoEnvironment()
    try:
        outcome = await run(demo_task(SEED), environment, policy, folder, RunSettings())
    finally:
        await environment.close()
    assert outcome.success, outcome
    return client


@pytest.mark.slow
@pytest.mark.browser
async def test_a_form_that_was_shown_is_filled_in_again_from_events_and_from_pictures(
    tmp_path: Path, runs_folder: Path
):
    environment = BrowserEnvironment()
    try:
        truths = await record(environment, SEED, tmp_path / "shown")
    finally:
        await environment.close()
    for source in ("events", "pictures"):
        shown, clip = demonstration_of(tmp_path / "shown")
        tally = compared(truths, shown)
        assert shown.source == source
        assert tally.right == tally.asked, (source, tally)
        assert tally.extra <= (source == "pictures"), tally
        client = await done_again(shown, clip.frames, runs_folder / source)
        first = [message.parts[0] for message in client.asked[0]]
        assert isinstance(first[1], VideoPart)
        assert all(messages[:2] == client.asked[0][:2] for messages in client.asked), "the way stands first"
        assert load(runs_folder / source).run.recording == "shown"
        (tmp_path / "shown" / EVENTS_FILE).unlink(missing_ok=True)


@pytest.mark.browser
async def test_a_page_is_recorded_without_knowing_and_passwords_are_not_written(
    tmp_path: Path, page_server: PageServer
):
    url = page_server.add("/", LOGIN)
    environment = BrowserEnvironment()
    try:
        await environment.reset(Task(id="shown", instruction="", url=url))
        async with recorded(environment, tmp_path / "shown"):
            for y, text in ((20, "ada"), (70, "hunter2")):
                await environment.page.mouse.click(30, y)
                await environment.page.keyboard.type(text)
            await environment.page.keyboard.press("Control+a")
            assert await environment.evaluate("found()") == []
            assert len(await environment.evaluate("heard")) >= 10
    finally:
        await environment.close()
    assert "hunter2" not in (tmp_path / "shown" / EVENTS_FILE).read_text()
    shown, clip = demonstration_of(tmp_path / "shown")
    told = [(step.action.kind, step.hidden) for step in shown.steps]
    assert told == [("left_click", False), ("type", False), ("left_click", False), ("type", True), ("key", False)]
    assert json.loads(shown.steps[1].action.model_dump_json())["text"] == "ada"
    assert len(clip.frames) >= 2
    assert (tmp_path / "shown" / VIDEO_FILE).stat().st_size < 200_000


@pytest.mark.slow
def test_what_changes_is_sampled_once(tmp_path: Path):
    moments = changing_video(tmp_path / "changes.mp4", 30, 3, size=(640, 360))
    found = sampled(tmp_path / "changes.mp4", moments)
    assert found.seen >= 0.99 * found.changes
    assert found.frames <= 1.5 * found.changes
