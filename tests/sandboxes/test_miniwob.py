from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import Key, LeftClick, Type, Wait
from perception.geometry import Point
from sandboxes.errors import SandboxError, SandboxMissing
from sandboxes.miniwob import VIEWPORT, MiniWobEnvironment, find_html, miniwob_task, page_names

PLAYED = (
    "click-test click-test-2 click-button click-link focus-text enter-text click-checkboxes click-option login-user"
).split()

in_browser = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def test_all_pages_are_there():
    names = page_names(find_html())
    assert len(names) == 130
    assert set(PLAYED) <= set(names)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def miniwob(chromium: Path) -> AsyncIterator[MiniWobEnvironment]:
    environment = MiniWobEnvironment(chromium=chromium)
    yield environment
    await environment.close()


async def middle(miniwob: MiniWobEnvironment, selector: str) -> Point:
    read = f"""(r => [Math.floor(r.x + r.width / 2), Math.floor(r.y + r.height / 2)])
        (document.querySelector({selector!r}).getBoundingClientRect())"""
    x, y = await miniwob.browser.evaluate(read)
    return Point(x=x, y=y)


class TestEpisodes:
    pytestmark = in_browser

    async def test_the_right_click_is_rewarded(self, miniwob):
        seen = await miniwob.reset(miniwob_task("click-test-2", 1_000_001))
        assert miniwob.instruction == "Click button ONE."
        assert seen.frame.size == VIEWPORT
        assert not (await miniwob.score()).success
        transition = await miniwob.step(LeftClick(at=await middle(miniwob, "#subbtn")))
        assert (transition.reward, transition.terminated) == (1.0, True)
        assert (await miniwob.score()).success
        later = await miniwob.step(LeftClick(at=Point(x=80, y=100)))
        assert (later.reward, later.terminated) == (0.0, True)
        assert (await miniwob.score()).success

    @pytest.mark.parametrize("keys", [("alt", "left"), ("f5",)])
    async def test_a_page_that_was_left_is_an_episode_that_failed(self, miniwob, keys):
        """Loaded again it would pose another problem."""
        await miniwob.reset(miniwob_task("click-test", 1_000_001))
        transition = await miniwob.step(Key(keys=keys))
        assert (transition.reward, transition.terminated) == (0.0, True)
        assert transition.info["miniwob"]["reason"] == "the page was left"
        assert not (await miniwob.score()).success

    async def test_the_wrong_click_is_not(self, miniwob):
        await miniwob.reset(miniwob_task("click-test-2", 1_000_001))
        transition = await miniwob.step(LeftClick(at=await middle(miniwob, "#subbtn2")))
        assert (transition.reward, transition.terminated) == (-1.0, True)
        score = await miniwob.score()
        assert (score.reward, score.success) == (-1.0, False)

    async def test_text_is_typed(self, miniwob):
        await miniwob.reset(miniwob_task("enter-text", 1_000_001))
        wanted = miniwob.instruction.split('"')[1]
        assert not (await miniwob.step(LeftClick(at=await middle(miniwob, "#tt")))).terminated
        assert not (await miniwob.step(Type(text=wanted))).terminated
        assert (await miniwob.step(LeftClick(at=await middle(miniwob, "#subbtn")))).reward == 1.0

    async def test_a_seed_draws_the_same_episode(self, miniwob):
        pictures = []
        for seed in (7, 7, 8):
            pictures.append((await miniwob.reset(miniwob_task("click-button", seed))).frame.digest)
        assert pictures[0] == pictures[1] != pictures[2]

    async def test_a_used_tab_shows_what_a_fresh_one_does(self, miniwob, chromium):
        """Where the pointer was, what was typed and what the page kept in memory is gone with the episode."""
        await miniwob.reset(miniwob_task("enter-text", 3))
        await miniwob.step(LeftClick(at=await middle(miniwob, "#tt")))
        await miniwob.step(Type(text="half a word"))
        page = miniwob.browser.page
        used = [(await miniwob.reset(miniwob_task(name, 3))).frame.digest for name in ("enter-text", "click-button")]
        assert miniwob.browser.page is page
        fresh = []
        for name in ("enter-text", "click-button"):
            other = MiniWobEnvironment(chromium=chromium)
            fresh.append((await other.reset(miniwob_task(name, 3))).frame.digest)
            await other.close()
        assert used == fresh

    async def test_another_tab_or_a_lost_one_ends_the_sharing(self, miniwob):
        await miniwob.reset(miniwob_task("click-button", 3))
        page = miniwob.browser.page
        await page.evaluate("window.open('about:blank')")
        assert not (await miniwob.reset(miniwob_task("click-button", 3))).notes
        after = miniwob.browser.page
        assert after is not page
        await after.close()
        assert await miniwob.reset(miniwob_task("click-button", 3))

    async def test_a_page_that_hangs_does_not_hang_the_next_episode(self, chromium):
        environment = MiniWobEnvironment(chromium=chromium, action_seconds=2.0)
        try:
            await environment.reset(miniwob_task("click-button", 3))
            page = environment.browser.page
            await page.evaluate("setTimeout(() => { for (;;); }, 0)")
            assert (await environment.reset(miniwob_task("click-button", 3))).frame.size == VIEWPORT
            assert environment.browser.page is not page
        finally:
            await environment.close()

    async def test_an_earlier_episode_is_not_taken_for_this_one(self, miniwob):
        """Back in the tab's history, even where Chromium keeps pages as they were left."""
        await miniwob.reset(miniwob_task("click-test-2", 1_000_001))
        assert (await miniwob.step(LeftClick(at=await middle(miniwob, "#subbtn")))).reward == 1.0
        won = await miniwob.browser.evaluate("[window.handeyeBegan, WOB_DONE_GLOBAL, WOB_RAW_REWARD_GLOBAL]")
        await miniwob.reset(miniwob_task("click-test", 1_000_001))
        await miniwob.browser.evaluate("won => [handeyeBegan, WOB_DONE_GLOBAL, WOB_RAW_REWARD_GLOBAL] = won", won)
        transition = await miniwob.step(Wait(seconds=0))
        assert (transition.reward, transition.terminated) == (0.0, True)
        assert not (await miniwob.score()).success

    @pytest.mark.parametrize("name", PLAYED)
    async def test_each_page_begins_with_a_goal(self, miniwob, name):
        await miniwob.reset(miniwob_task(name, 1_000_001))
        assert miniwob.instruction
        assert not (await miniwob.step(Wait(seconds=0))).terminated

    async def test_a_page_that_is_not_there_is_named(self, miniwob):
        with pytest.raises(SandboxError, match=r'no task "fly".*130'):
            await miniwob.reset(miniwob_task("fly", 0))

    async def test_settings_must_name_a_page(self, miniwob):
        task = miniwob_task("click-test", 0)
        for settings in ({}, {"miniwob": 3}, {"miniwob": "click-test", "speed": 2}, {"miniwob": "../core/core"}):
            with pytest.raises(SandboxError):
                await miniwob.reset(task.model_copy(update={"settings": settings}))


@pytest.mark.slow
@pytest.mark.browser
async def test_every_page_begins(chromium):
    environment = MiniWobEnvironment(chromium=chromium)
    try:
        for name in page_names(find_html()):
            await environment.reset(miniwob_task(name, 1))
            assert environment.instruction, name
    finally:
        await environment.close()


async def test_before_any_episode_nothing_acts():
    environment = MiniWobEnvironment()
    assert await environment.score() is None
    with pytest.raises(SandboxError, match="No MiniWoB"):
        await environment.step(Wait(seconds=0))
    await environment.close()


def test_without_the_package_the_pip_line_is_said():
    with pytest.raises(SandboxMissing, match=r"pip install \"handeye\[miniwob\]\""):
        find_html("no_such_package")
