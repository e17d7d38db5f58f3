"""The whole walk in a real Chromium, with a scripted model that clicks where a person would."""

import asyncio
from collections.abc import Sequence

import pytest
import pytest_asyncio
from playwright.async_api import Page as PlaywrightPage

from actions.action import Decision, LeftClick, Terminate, Type
from agent.recorder import load
from agent.runner import resume, run
from perception.geometry import Point, Size
from sandboxes.browser import BrowserEnvironment
from sandboxes.errors import PageError
from sandboxes.task import Score, Task
from tests.page_server import Page
from tests.walk.toy import follower, plan, policy_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SIZE = Size(width=320, height=224)
FORM = """<!doctype html><title>Letter</title>
<style>body { font: 14px sans-serif; margin: 12px } * { box-sizing: border-box }</style>
<label>Name <input id="name"></label><p>
<label><input type="checkbox" id="agree"> Agree</label><p>
<button id="save" onclick="window.saved = [document.getElementById('name').value,
  document.getElementById('agree').checked]; this.textContent = 'Saved'">Save</button>"""
SAY = '<!doctype html><button id="say" onclick="{script}; this.textContent = 1">Say</button>'
FINISH = Decision(thought="Finished", action=Terminate(status="success"))


async def saved_form(page: PlaywrightPage) -> Score:
    """Reads what the page itself kept."""
    saved = await page.evaluate("window.saved")
    return Score(reward=float(saved == ["Ada é", True]), success=saved == ["Ada é", True], facts={"saved": saved})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium):
    environment = BrowserEnvironment(viewport=SIZE, chromium=chromium, checker=saved_form)
    yield environment
    await environment.close()


def task_of(url: str) -> Task:
    return Task(id="letter", instruction='Enter "Ada é", tick "Agree" and click "Save", or "Say".', url=url)


async def centres(environment: BrowserEnvironment, task: Task, names: Sequence[str]) -> list[Point]:
    """Where the controls are; tests may ask the page, the walk may not."""
    await environment.reset(task)
    boxes = [await environment.page.locator(f"#{name}").bounding_box() for name in names]
    return [Point(x=int(box["x"] + box["width"] / 2), y=int(box["y"] + box["height"] / 2)) for box in boxes if box]


async def letter_plan(environment: BrowserEnvironment, task: Task) -> list[Decision]:
    name, agree, save = await centres(environment, task, ["name", "agree", "save"])
    return [
        Decision(thought='Focus "Name"', action=LeftClick(at=name)),
        Decision(thought='Type "Ada é"', action=Type(text="Ada é")),
        Decision(thought='Tick "Agree"', action=LeftClick(at=agree)),
        Decision(thought='Click "Save"', action=LeftClick(at=save)),
        FINISH,
    ]


async def test_a_page_is_filled_in_and_read_by_its_checker(browser, page_server, runs_folder):
    task = task_of(page_server.add("/secret-path", FORM))
    client = follower(await letter_plan(browser, task))
    outcome = await run(task, browser, policy_of(client), runs_folder / "one")
    assert (outcome.kind, outcome.success, outcome.steps) == ("finished", True, 5)
    assert outcome.score is not None
    assert outcome.score.facts == {"saved": ["Ada é", True]}
    steps = load(runs_folder / "one").steps
    assert all(step.verdict.expected for step in steps if step.verdict)
    assert [step.url for step in steps] == [task.url] * 5
    words = "".join(part.text for asked in client.asked for part in asked[0].parts if part.type == "text")
    assert task.instruction in words
    assert "secret-path" not in words, "only the picture of a page reaches the model"
    assert "127.0.0.1" not in words


@pytest.mark.parametrize("script", ["alert(&quot;Hello&quot;)", "window.open(&quot;/other&quot;)"])
async def test_a_dialog_or_a_new_tab_is_told_and_the_walk_goes_on(browser, page_server, runs_folder, script):
    page_server.add("/other", "<!doctype html><h1>Another page</h1>")
    task = task_of(page_server.add("/", SAY.format(script=script)))
    (say,) = await centres(browser, task, ["say"])
    client = follower([Decision(thought="Say it", action=LeftClick(at=say)), FINISH])
    outcome = await run(task, browser, policy_of(client), runs_folder / "one")
    assert (outcome.kind, outcome.success, outcome.steps) == ("finished", False, 2)


async def test_a_page_that_is_stopped_is_begun_afresh(browser, page_server, runs_folder):
    """The page's state is lost with its process, so the model is told of no step that is not true any more."""
    task = task_of(page_server.add("/", FORM))
    decisions = await letter_plan(browser, task)

    def stop_after_two(event):
        if event.type == "step" and event.step.index == 1:
            running.cancel()

    client = follower(decisions)
    running = asyncio.ensure_future(run(task, browser, policy_of(client), runs_folder / "one", watcher=stop_after_two))
    assert (await running).kind == "interrupted"
    outcome = await resume(runs_folder / "one", browser, policy_of(follower(decisions)))
    assert (outcome.kind, outcome.success, outcome.steps) == ("finished", True, 7)
    steps = load(runs_folder / "one").steps
    assert steps[2].shown_history == ()
    assert steps[2].info["fresh"]


async def test_pages_that_can_not_be_opened_leave_nothing(page_server, chromium, runs_folder):
    page_server.add("/slow", Page(b"", stalls=True))
    environment = BrowserEnvironment(viewport=SIZE, chromium=chromium, load_seconds=0.5)
    for url in ("http://127.0.0.1:9/", page_server.url + "/slow", "nonsense"):
        with pytest.raises(PageError) as caught:
            await run(task_of(url), environment, policy_of(follower(await plan())), runs_folder / "one")
        assert "\n" not in str(caught.value)
    assert list(runs_folder.iterdir()) == []
    await environment.close()
