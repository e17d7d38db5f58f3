"""`Agent` in scripts: it goes on from where the session is, records what it does, and gives the surface back."""

import asyncio
import json
from pathlib import Path

import pytest

from agent import Agent
from agent.agent import Result
from sandboxes import browser
from sandboxes.painted import PaintedEnvironment
from sandboxes.session import Opening
from tests.walk.toy import TASK, plan, say


def painted() -> Opening:
    return Opening(PaintedEnvironment, TASK)


async def script(path: Path) -> str:
    """A file of replies that fulfil the task; the form's size is the drawn screen's own."""
    form = PaintedEnvironment()
    size = (await form.reset(TASK)).frame.size
    replies = [say(decision, size).text for decision in await plan()]
    await asyncio.to_thread(path.write_text, "\n".join(replies))
    return f"scripted:{path}"


async def test_an_instruction_is_followed_and_recorded(tmp_path: Path) -> None:
    agent = Agent(await script(tmp_path / "replies.jsonl"), runs=tmp_path / "runs", prompt="compact")
    async with painted() as screen:
        result = await agent.run(TASK.instruction, on=screen)
        assert isinstance(result, Result)
        assert (result.kind, result.success) == ("finished", True)
        assert [step.action.kind for step in result.steps if step.action] == [
            "left_click",
            "type",
            "left_click",
            "left_click",
            "terminate",
        ]
        assert result.folder.parent == tmp_path / "runs"
        assert json.loads((result.folder / "run.json").read_text())["task"]["instruction"] == TASK.instruction
        await screen.look()  # it is still open


async def test_what_the_script_did_before_stays(tmp_path: Path) -> None:
    decisions = (await plan())[2:]
    async with painted() as screen:
        form = screen.environment
        assert isinstance(form, PaintedEnvironment)
        replies = "\n".join(say(decision, screen.size).text for decision in decisions)
        await asyncio.to_thread((tmp_path / "r.jsonl").write_text, replies)
        await screen.click(form.boxes["Name"].center.x, form.boxes["Name"].center.y)
        await screen.type("Ada")
        agent = Agent(f"scripted:{tmp_path / 'r.jsonl'}", runs=tmp_path / "runs", prompt="compact", max_steps=5)
        result = await agent.run("Tick Agree and press Save", on=screen)
    assert (result.kind, result.success, len(result.steps)) == ("finished", True, 3)


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="no setting 'max_stepz'"):
        Agent(max_stepz=3)
    with pytest.raises(ValueError, match="max_steps"):
        Agent(max_steps=0)
    with painted() as screen, pytest.raises(ValueError, match="instruction is empty"):
        Agent(runs=tmp_path).run(" ", on=screen)


@pytest.mark.browser
def test_the_bundled_model_finds_and_clicks_a_button(tmp_path: Path, chromium: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<!doctype html><title>Order</title><body style='font: 15px sans-serif; padding: 40px'>"
        "<button style='font: inherit; padding: 6px 14px' onclick='document.title=\"Sent\"'>Send</button>"
    )
    with browser.open(page.as_uri(), chromium=chromium) as tab:
        agent = Agent(runs=tmp_path / "runs", max_steps=4)
        found = agent.locate("the Send button", on=tab)
        assert found is not None
        assert found.box is not None
        assert found.box.contains(found.point)
        agent.run("Click Send", on=tab)
        tab.look()
        assert tab.observation.title == "Sent"
