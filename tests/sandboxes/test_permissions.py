"""What pages ask for: refused at once and told, or granted; never a question that nobody sees."""

import asyncio
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import LeftClick
from sandboxes.browser import BrowserEnvironment
from sandboxes.errors import SandboxError
from tests.sandboxes.browsing import BUTTON, act, button, look, show, task

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

CLICK = LeftClick(at=BUTTON)
ASKS = {
    "your location": "new Promise((y, n) => navigator.geolocation.getCurrentPosition(y, n))",
    "notifications": "Notification.requestPermission().then(p => { if (p != `granted`) throw p })",
    "camera or microphone": "navigator.mediaDevices.getUserMedia({ video: true })",
    "what is on the clipboard": "navigator.clipboard.readText()",
    "a picture of the screen": "navigator.mediaDevices.getDisplayMedia({ video: true })",
    "a USB device": "navigator.usb.requestDevice({ filters: [] })",
    "an input device": "navigator.hid.requestDevice({ filters: [] })",
    "a serial port": "navigator.serial.requestPort()",
    "MIDI devices": "navigator.requestMIDIAccess()",
    "files of this machine": "showOpenFilePicker()",
    "a passkey": "navigator.credentials.get({ publicKey: { challenge: new Uint8Array(8) } })",
}


def asking(script: str) -> str:
    """A page whose button asks and then counts its clicks."""
    return button(
        f"clicks++; {script}.then(() => result = `yes`, () => result = `no`)",
        "<script>clicks = 0; result = ``</script>",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path):
    environment = BrowserEnvironment(chromium=chromium)
    yield environment
    await environment.close()


async def answer(browser: BrowserEnvironment) -> str:
    for _ in range(100):
        if result := await browser.evaluate("result"):
            return result
        await asyncio.sleep(0.02)
    return "none"


async def test_all_is_refused_and_told(browser, page_server):
    for about, script in ASKS.items():
        await show(browser, page_server, asking(script))
        seen = await act(browser, CLICK)
        assert seen.notes == (f"The page asked for {about} and was refused.",)
        assert await answer(browser) == "no", about
        await look(browser, CLICK)
        assert await browser.evaluate("clicks") == 2, f"{about}: nothing unseen may take the next click"


async def test_a_button_that_copies_works(browser, page_server):
    await browser.reset(task(page_server.add("/", asking("navigator.clipboard.writeText(`copied`)"))))
    assert (await act(browser, CLICK)).notes == ()
    assert await answer(browser) == "yes"


async def test_a_frame_of_another_site_is_noticed_too(browser, page_server):
    inner = page_server.add("/inner", asking(ASKS["notifications"])).replace("127.0.0.1", "localhost")
    place = "style='position:absolute;left:0;top:0;border:0'"
    await browser.reset(task(page_server.add("/", f"<iframe {place} src='{inner}'></iframe>")))
    assert (await act(browser, CLICK)).notes == ("The page asked for notifications and was refused.",)


async def test_what_is_granted_is_given(chromium, page_server):
    with pytest.raises(SandboxError, match='no permission "screen"; known are camera'):
        BrowserEnvironment(permissions=["screen"])
    environment = BrowserEnvironment(chromium=chromium, permissions=["clipboard-read", "notifications"])
    try:
        for about, result in (("what is on the clipboard", "yes"), ("notifications", "yes"), ("your location", "no")):
            await environment.reset(task(page_server.add("/", asking(ASKS[about]))))
            seen = await act(environment, CLICK)
            assert len(seen.notes) == (result == "no")
            assert await answer(environment) == result, about
    finally:
        await environment.close()


async def test_what_a_page_logs_is_no_note(browser, page_server):
    script = "for (let i = 0; i < 500; i++) console.debug({ i }, i)"
    await browser.reset(task(page_server.add("/", button(script))))
    assert (await act(browser, CLICK)).notes == ()
    await browser.reset(task(page_server.add("/", "<script>document.title = window.open.name + print()</script>")))
