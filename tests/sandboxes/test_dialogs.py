"""Boxes that stop a page: each way to answer them, told in notes, and never a hang."""

import time
from pathlib import Path
from typing import get_args

import pytest
import pytest_asyncio

from actions.action import Key, LeftClick, Wait
from sandboxes.allowance import Answer
from sandboxes.browser import BrowserEnvironment
from tests.sandboxes.browsing import BUTTON, act, button, task

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

GUARD = "<script>addEventListener('beforeunload', e => e.preventDefault())</script>"
CONFIRM = button('document.title = confirm("Delete all?")')
CLICK = LeftClick(at=BUTTON)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browsers(chromium: Path):
    """One for each way to answer, by its name."""
    made = {way: BrowserEnvironment(chromium=chromium, dialogs=way, action_seconds=8) for way in get_args(Answer)}
    yield made
    for environment in made.values():
        await environment.close()


@pytest.fixture
def opened(browsers, page_server):
    """Opens a page where boxes are answered in this way."""

    async def open_page(body: str, way: Answer = "dismiss") -> BrowserEnvironment:
        page_server.add("/next", "<title>Next</title>")
        await browsers[way].reset(task(page_server.add("/", body)))
        return browsers[way]

    return open_page


async def test_nothing_is_agreed_to_unless_somebody_said_so(opened):
    browser = await opened(CONFIRM)
    for _ in range(2):
        seen = await act(browser, CLICK)
        assert (seen.title, seen.notes) == ("false", ('A box asked "Delete all?" and was answered with Cancel.',))


async def test_the_second_time_in_a_row_is_agreed_to_where_that_is_set(opened):
    browser = await opened(CONFIRM, "twice")
    first = await act(browser, CLICK)
    assert first.title == "false"
    assert first.notes == ('A box asked "Delete all?" and was answered with Cancel. Do the same again to answer OK.',)
    assert (await act(browser, Wait(seconds=0), CLICK)).title == "false", "another action between: it is asked anew"
    second = await act(browser, CLICK)
    assert (second.title, second.notes) == ("true", ('A box asked "Delete all?" and was answered with OK.',))
    assert (await act(browser, CLICK)).title == "false"


async def test_all_is_agreed_to_where_that_is_set(opened):
    browser = await opened(button('document.title = confirm("A") + prompt("B", "suggested")'), "accept")
    seen = await act(browser, CLICK)
    assert seen.title == "truesuggested"
    assert seen.notes == ('A box asked "A" and was answered with OK.', 'A box asked "B" and was answered with OK.')


@pytest.mark.parametrize("how", ["link", "reload", "back"])
async def test_a_page_with_something_unsaved_is_stayed_on(opened, how):
    browser = await opened(button('location = "/next"', GUARD))
    await act(browser, LeftClick(at=BUTTON.model_copy(update={"x": 300})))  # such a page asks once it was touched
    began = time.monotonic()
    seen = await act(browser, {"link": CLICK, "reload": Key(keys=("f5",)), "back": Key(keys=("alt", "left"))}[how])
    assert seen.title == ""
    assert seen.notes == ("The page asked whether it may be left with something not saved, and was stayed on.",)
    assert time.monotonic() - began < 5, "what will not come is not waited for"
    assert (await act(browser, Wait(seconds=0))).notes == ()


async def test_such_a_page_is_left_when_asked_again_or_where_that_is_set(opened):
    twice = await opened(button('location = "/next"', GUARD), "twice")
    first, second = await act(twice, CLICK), await act(twice, CLICK)
    assert first.notes[0].endswith("and was stayed on. Do the same again to leave it.")
    assert (second.title, second.notes[0]) == (
        "Next",
        "The page asked whether it may be left with something not saved, and was left.",
    )
    accept = await opened(button('location = "/next"', GUARD), "accept")
    assert (await act(accept, CLICK)).title == "Next"


async def test_boxes_in_frames_and_long_words(opened, page_server):
    page_server.add("/inner", button(f'document.title = confirm("{"long word " * 60}")'))
    browser = await opened("<iframe src=/inner style='position:absolute;left:0;top:0;border:0'></iframe>")
    (note,) = (await act(browser, CLICK)).notes
    assert note.startswith('A box asked "long word long word')
    assert len(note) < 260
