"""File choosers: never a hang, told in a note, and only files of one folder are given."""

from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import Key, LeftClick, Type, Wait
from actions.errors import ActionInvalid, ActionUnsupported, ExecutionError
from sandboxes.browser import BrowserEnvironment
from sandboxes.errors import SandboxError
from tests.sandboxes.browsing import BUTTON, act, click, task

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PAGE = """<!doctype html><meta charset=utf-8><style>label { position: absolute; width: 90px; height: 60px }</style>
<label>Attach<input id=f type=file hidden %s></label><script>
window.seen = [];
for (const kind of ['input', 'change', 'cancel']) f.addEventListener(kind, () => seen.push(kind));
window.names = () => [...f.files].map(file => `${file.name} ${file.size}`);
</script>"""
CLICK, ESCAPE = LeftClick(at=BUTTON), Key(keys=("esc",))
STATE = "[names(), seen]"


@pytest.fixture(scope="module")
def uploads(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("files") / "uploads"
    (folder / "more").mkdir(parents=True)
    (folder / "a.txt").write_text("hello")
    (folder / "b.txt").write_text("hello again")
    (folder / "more" / "c.txt").write_text("c")
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path, uploads: Path):
    environment = BrowserEnvironment(chromium=chromium, uploads=uploads)
    yield environment
    await environment.close()


async def asked(browser: BrowserEnvironment, server, attributes: str = ""):
    """A page whose chooser is open."""
    await browser.reset(task(server.add("/", PAGE % attributes)))
    return await act(browser, CLICK)


async def test_a_file_is_given_by_its_path(browser, page_server, uploads):
    seen = await asked(browser, page_server)
    note = (
        f"The page asks for a file: type the whole path of a file in {uploads} (a.txt, b.txt, link.txt, more), or press"
    )
    assert seen.notes == (f"{note} Escape.",)
    assert (await act(browser, Wait(seconds=0))).notes == seen.notes, "as long as it is open"
    seen = await act(browser, Type(text=f"{uploads}/a.txt\n"))
    assert seen.notes == ()
    assert await browser.evaluate(STATE) == [["a.txt 5"], ["input", "change"]]
    await act(browser, CLICK, Type(text=f"{uploads}/more/c.txt"))
    assert await browser.evaluate("names()") == ["c.txt 1"]


async def test_several_files_one_a_line(browser, page_server, uploads):
    seen = await asked(browser, page_server, "multiple")
    assert "the paths of files, one a line, in" in seen.notes[0]
    await act(browser, Type(text=f"{uploads}/a.txt\n{uploads}/b.txt"))
    assert await browser.evaluate("names()") == ["a.txt 5", "b.txt 11"]


async def test_nothing_else_is_given_and_it_stays_open(browser, page_server, uploads):
    refused = {
        "a.txt": "is no whole path",
        f"{uploads}/none.txt": "can't be given",
        f"{uploads}/../secret.txt": "can't be given",
        f"{uploads}/link.txt": "can't be given",
        "/etc/passwd": "can't be given",
        f"{uploads}/a.txt\n{uploads}/b.txt": "takes one file, not 2",
        " \n": "No path was typed",
        "/" + "x" * 5000: "can't be given",
    }
    await asked(browser, page_server)
    for typed, says in refused.items():
        with pytest.raises(ActionInvalid, match=says) as caught:
            await act(browser, Type(text=typed))
        assert "\n" not in str(caught.value)
        assert "Escape" in str(caught.value)
    with pytest.raises(ExecutionError, match=r"did not take the file: .*; type another, or press Escape"):
        await act(browser, Type(text=f"{uploads}/more"))
    assert await browser.evaluate(STATE) == [[], []]
    await act(browser, Type(text=f"{uploads}/a.txt"))
    assert await browser.evaluate("names()") == ["a.txt 5"]


async def test_a_field_for_a_folder_gets_one(browser, page_server, uploads):
    await asked(browser, page_server, "webkitdirectory")
    await act(browser, Type(text=f"{uploads}/more"))
    assert await browser.evaluate("names()") == ["c.txt 1"]


async def test_the_page_waits_meanwhile_and_escape_cancels(browser, page_server):
    await asked(browser, page_server)
    for action in (CLICK, Key(keys=("enter",)), Key(keys=("ctrl", "w"))):
        with pytest.raises(ActionUnsupported, match="asks for a file"):
            await act(browser, action)
    assert (await act(browser, ESCAPE)).notes == ()
    assert await browser.evaluate(STATE) == [[], ["cancel"]]
    assert (await act(browser, click(300, 200))).notes == ()


async def test_a_chooser_goes_with_its_page(browser, page_server):
    await asked(browser, page_server)
    await browser.page.goto(page_server.add("/next", "<title>Next</title>"))
    assert (await act(browser, Wait(seconds=0))).notes == ()
    assert (await act(browser, click(10, 10))).title == "Next"


async def test_without_a_folder_it_is_cancelled_at_once(chromium, page_server, tmp_path):
    with pytest.raises(SandboxError, match="is no folder"):
        BrowserEnvironment(uploads=tmp_path / "none")
    environment = BrowserEnvironment(chromium=chromium)
    try:
        seen = await asked(environment, page_server)
        assert seen.notes == ("The page asked for a file; none may be given, and the chooser was cancelled.",)
        assert await environment.evaluate(STATE) == [[], ["cancel"]]
        assert (await act(environment, click(300, 200))).notes == ()
    finally:
        await environment.close()
