"""What every environment must do, whatever is behind it: the drawn screen, a browser, MiniWoB++, a
desktop, a phone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from actions.action import Answer, LeftClick, MouseMove, Terminate, Type, Wait
from actions.errors import ActionError
from perception.geometry import Point, Size
from perception.screenshot import difference
from sandboxes.catalog import environment
from sandboxes.environment import Environment, Transition
from sandboxes.errors import SandboxError
from sandboxes.miniwob import miniwob_task
from sandboxes.task import Score, Task
from sandboxes.vault import vault
from sandboxes.veil import veiled
from tests.desktops import needs

PAGE = "<!doctype html><title>Page</title><input style='position:absolute;left:0;top:0;width:200px;height:60px'>"


@dataclass(frozen=True)
class Place:
    """An environment, a task for it, and a point where a click shows."""

    made: Environment
    make: Callable[[], Environment]
    """Another one, without options."""
    task: Task
    spot: Point


NAMES = [
    "painted",
    "veiled painted",
    pytest.param("browser", marks=pytest.mark.browser),
    pytest.param("veiled browser", marks=pytest.mark.browser),
    pytest.param("miniwob", marks=pytest.mark.browser),
    pytest.param("desktop", marks=pytest.mark.desktop),
    pytest.param("osworld", marks=pytest.mark.desktop),
    pytest.param("paper_phone", marks=pytest.mark.android),
]
SURFACES = {"desktop": "desktop", "osworld": "desktop", "paper_phone": "android"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=NAMES)
async def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    veil, _, name = request.param.rpartition(" ")
    options = {}
    if name == "paper_phone":
        needs("adb")
    if name in ("desktop", "osworld"):
        needs("Xvfb", "openbox", "mousepad")
    elif name != "painted":
        options["chromium"] = request.getfixturevalue("chromium")
    cover = behind_a_veil if veil else as_it_is
    made = cover(environment(name, **options))
    yield Place(made, lambda: cover(environment(name)), *given(name, tmp_path_factory.mktemp("pages")))
    await made.close()


def as_it_is(made: Environment) -> Environment:
    return made


def behind_a_veil(made: Environment) -> Environment:
    return veiled(made, vault({"SHOP": ("a-canary-value", ["shop.example"])}))


def given(name: str, folder: Path) -> tuple[Task, Point]:
    """A task, and a point on one of its text fields."""
    if name == "painted":
        return Task(id="p", instruction="", environment=name), Point(x=100, y=40)
    if name == "miniwob":
        return miniwob_task("login-user", 3), Point(x=60, y=84)
    if name == "desktop":
        settings = {"launch": [["mousepad"]]}
        return Task(id="d", instruction="", environment=name, settings=settings), Point(x=640, y=400)
    if name == "osworld":
        settings = {"config": [{"type": "launch", "parameters": {"command": ["mousepad"]}}]}
        return Task(id="o", instruction="", environment=name, settings=settings), Point(x=960, y=540)
    if name == "paper_phone":
        url = "org.paperphone.notes/.EditActivity"
        return Task(id="a", instruction="", environment=name, url=url), Point(x=200, y=200)
    page = folder / "page.html"
    page.write_text(PAGE)
    return Task(id="b", instruction="", url=page.as_uri()), Point(x=100, y=30)


async def test_before_reset_there_is_nothing_to_see_or_do(place: Place):
    fresh = place.make()
    with pytest.raises(SandboxError):
        await fresh.observe()
    with pytest.raises(SandboxError):
        await fresh.step(Wait(seconds=0))
    await fresh.close()


async def test_reset_shows_the_task(place: Place):
    seen = await place.made.reset(place.task)
    assert place.made.surface == SURFACES.get(place.task.environment, "browser")
    assert seen.frame.pixels.dtype.name == "uint8"
    assert seen.frame.pixels.ndim == 3
    assert seen.frame.time >= 0.0
    assert seen.url
    assert seen.notes == ()


async def test_a_task_may_name_its_size(place: Place):
    size = Size(width=300, height=240)
    seen = await place.made.reset(place.task.model_copy(update={"viewport": size}))
    assert seen.frame.size == size


async def test_looking_changes_nothing(place: Place):
    seen = await place.made.reset(place.task)
    for _ in range(2):
        assert (await place.made.observe()).frame.digest == seen.frame.digest


async def test_typing_into_a_field_shows(place: Place):
    before = await place.made.reset(place.task)
    clicked = await place.made.step(LeftClick(at=place.spot))
    assert isinstance(clicked, Transition)
    typed = await place.made.step(Type(text="abc"))
    assert typed.observation.frame.digest != before.frame.digest
    assert not typed.terminated
    assert typed.info == plain(typed.info)


async def test_reset_begins_afresh(place: Place):
    first = await place.made.reset(place.task)
    await place.made.step(LeftClick(at=place.spot))
    await place.made.step(Type(text="abc"))
    again = await place.made.reset(place.task)
    # Chromium may smooth a rounded corner by a few pixels otherwise; three letters are ten times as many.
    assert difference(first.frame, again.frame).share < 5e-5


async def test_what_only_ends_a_run_changes_nothing(place: Place):
    before = await place.made.reset(place.task)
    for action in (Wait(seconds=0), Terminate(status="success"), Answer(text="x")):
        transition = await place.made.step(action)
        assert transition.observation.frame.digest == before.frame.digest
        assert not transition.terminated


async def test_an_unfinished_task_is_no_success(place: Place):
    await place.made.reset(place.task)
    score = await place.made.score()
    assert score is None or (isinstance(score, Score) and not score.success)
    assert score is None or score.facts == plain(score.facts)


async def test_a_point_off_the_screen_does_no_harm(place: Place):
    await place.made.reset(place.task)
    with suppress(ActionError):
        await place.made.step(MouseMove(at=Point(x=100_000, y=0)))
    assert (await place.made.observe()).frame.size


async def test_closing_twice_is_allowed_and_a_reset_opens_again(place: Place):
    await place.made.reset(place.task)
    await place.made.close()
    await asyncio.wait_for(place.made.close(), 5)
    with pytest.raises(SandboxError):
        await place.made.observe()
    assert (await place.made.reset(place.task)).url


def plain(value: Any) -> Any:
    """The value as plain data would come back: what a log can hold."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    assert value is None or isinstance(value, bool | int | float | str), value
    return value
