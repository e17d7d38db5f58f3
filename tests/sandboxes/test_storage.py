"""Being signed in: kept in a file that only its owner reads, and begun with."""

import json
import stat

import pytest

from actions.action import LeftClick
from sandboxes.browser import BrowserEnvironment
from sandboxes.errors import SandboxError
from sandboxes.storage import read_state
from tests.sandboxes.browsing import BUTTON, act, button, task

WHO = """document.title = `${localStorage.who} ${document.cookie}`"""
LOGIN = "localStorage.who = `Ada`; document.cookie = `session=secret; max-age=9999`"


@pytest.mark.browser
async def test_what_is_kept_is_there_again(chromium, page_server, tmp_path):
    browser = BrowserEnvironment(chromium=chromium)
    url, path = page_server.add("/", button(LOGIN, f"<script>{WHO}</script>")), tmp_path / "state.json"
    try:
        with pytest.raises(SandboxError, match="has not been reset"):
            await browser.save_storage_state(path)
        assert (await browser.reset(task(url))).title == "undefined"
        await act(browser, LeftClick(at=BUTTON))
        await browser.save_storage_state(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [item.name for item in tmp_path.iterdir()] == ["state.json"]
        with pytest.raises(SandboxError, match=r"none/state\.json can't be written: No such file"):
            await browser.save_storage_state(tmp_path / "none" / "state.json")
        assert (await browser.reset(task(url))).title == "undefined", "each task has a fresh profile"
    finally:
        await browser.close()
    other = BrowserEnvironment(chromium=chromium, storage_state=path)
    try:
        assert (await other.reset(task(url))).title == "Ada session=secret"
    finally:
        await other.close()
    assert read_state(path) == read_state(str(path)) == read_state(json.loads(path.read_text()))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, r"can't be read: No such file or directory; save it anew"),
        ("{", "can't be read: it is no JSON"),
        ("[]", "is no storage state"),
        ('{"cookies": {}}', 'it needs lists of "cookies" and "origins"'),
    ],
)
def test_a_file_that_holds_something_else(tmp_path, content, says):
    path = tmp_path / "state.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SandboxError, match=says):
        read_state(path)


@pytest.mark.slow
@pytest.mark.browser
async def test_cookies_that_no_browser_takes(chromium, page_server):
    state = {"cookies": [{"name": "session", "value": "secret"}], "origins": []}
    browser = BrowserEnvironment(chromium=chromium, storage_state=state)
    try:
        with pytest.raises(SandboxError, match="Chromium failed") as caught:
            await browser.reset(task(page_server.add("/", "")))
        assert "secret" not in str(caught.value)
    finally:
        await browser.close()
