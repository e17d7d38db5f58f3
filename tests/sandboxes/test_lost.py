"""Pages and browsers that go wrong: typed errors in one line, at once, and the next reset mends it."""

import asyncio
import os
import signal
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio

from actions.action import Key, LeftClick, Scroll, Wait
from perception.geometry import Point
from perception.screenshot import difference
from sandboxes.browser import BrowserEnvironment
from sandboxes.errors import PageError, SandboxCrashed, SandboxError
from tests.page_server import Page
from tests.processes import processes
from tests.sandboxes.browsing import BUTTON, NUM_RESETS, act, button, task

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

CLICK = LeftClick(at=BUTTON)
LOOK = Wait(seconds=0)
LINK = "<a href='{}' style='position:absolute;left:0;top:0;width:120px;height:60px;display:block'>Go</a>"
PDF = b"""%PDF-1.1
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R 3 0 R 3 0 R]/Count 3>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R>>endobj
4 0 obj<</Length 29>>stream
1 0 0 rg 50 50 200 200 re f
endstream endobj
trailer<</Root 1 0 R>>
"""
# Of a test's own server; nothing trusts it.
CERTIFICATE = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgur1p006emAUClc/6
QHok6BbCekNalsSn3Mfa/MOuQquhRANCAARcz99Rw7adtzF/z2sO7ytzHI9suUSo
50Kx7T/EpKYP2gLBEgvN/F8mZqONqpEQo3efHbwjA/Rrel1+5M/Qak4f
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUUp0zluSNg9vwtLl25cI5e6bt9m0wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjcwODMxNThaGA8yMTI2MTEwMzA4MzE1
OFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFzP
31HDtp23MX/Paw7vK3Mcj2y5RKjnQrHtP8Skpg/aAsESC838XyZmo42qkRCjd58d
vCMD9Gt6XX7kz9BqTh+jUzBRMB0GA1UdDgQWBBRRzoM59hE6MBu3o8uMdfHm7fAN
ijAfBgNVHSMEGDAWgBRRzoM59hE6MBu3o8uMdfHm7fANijAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIA6Dgiy25b0/YD+lJ9L445mhhnaVSO9Y9MbB
onbBR4TxAiEA+hO3KmRJOJedJx2vAxN8t3QCWoJDE2ZiPxKrBLFbnKo=
-----END CERTIFICATE-----
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: Path):
    environment = BrowserEnvironment(chromium=chromium, load_seconds=10)
    yield environment
    await environment.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def impatient(chromium: Path):
    environment = BrowserEnvironment(chromium=chromium, load_seconds=1)
    yield environment
    await environment.close()


def chromiums(kind: str = "") -> list[int]:
    """The browser processes that this process started, or those of a kind of theirs."""
    found = [(pid, command) for pid, command in processes(os.getpid()) if "--user-data-dir" in command or kind]
    if kind:
        return [pid for pid, command in found if f"--type={kind}" in command]
    return [pid for pid, command in found if "--type=" not in command and "remote-debugging-pipe" in command]


def resident(pids: list[int]) -> int:
    """Memory of processes in MiB."""
    total = 0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
    return total * os.sysconf("SC_PAGE_SIZE") // 2**20


def kill(pids: list[int]) -> None:
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("body", [button(""), button("for (;;);")], ids=["waiting", "hanging"])
@pytest.mark.parametrize("what", ["browser", "page"])
async def test_a_kill_in_the_middle_of_a_step_is_typed_at_once(browser, page_server, what, body):
    url = page_server.add("/", body)
    await browser.reset(task(url))
    acting = asyncio.ensure_future(browser.step(CLICK if "for" in body else Wait(seconds=30)))
    await asyncio.sleep(0.4)
    began = time.monotonic()
    kill(chromiums() if what == "browser" else chromiums("renderer"))
    with pytest.raises(SandboxCrashed) as caught:
        await acting
    assert time.monotonic() - began < 4
    assert "\n" not in str(caught.value)
    for looking in (browser.observe(), browser.step(LOOK)):
        with pytest.raises(SandboxCrashed):
            await looking
    assert (await browser.reset(task(url))).url == url


async def test_a_kill_between_steps_is_typed_at_once_and_leaves_no_profile(
    chromium, page_server, tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    browser, others = BrowserEnvironment(chromium=chromium), set(chromiums())
    await browser.reset(task(page_server.add("/", button(""))))
    kill([pid for pid in chromiums() if pid not in others])
    with pytest.raises(SandboxCrashed):
        await asyncio.wait_for(browser.step(CLICK), 5)
    await browser.close()
    assert set(chromiums()) <= others
    assert list(tmp_path.glob("playwright*")) == [], "profile and downloads; a killed Chromium leaves its own socket"
    await browser.close()


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.02, 0.1])
async def test_a_kill_in_the_middle_of_a_reset_is_waited_for_no_longer_than_a_page(chromium, page_server, seconds):
    """There are moments at which nobody is told that Chromium died."""
    url, others = page_server.add("/", button("")), set(chromiums())
    browser = BrowserEnvironment(chromium=chromium, load_seconds=2)
    await browser.reset(task(url))
    resetting = asyncio.ensure_future(browser.reset(task(url)))
    await asyncio.sleep(seconds)
    kill([pid for pid in chromiums() if pid not in others])
    async with asyncio.timeout(12):
        with suppress(SandboxError):  # it may have been through
            await resetting
        await browser.close()
    assert (await browser.reset(task(url))).url == url
    await browser.close()


@pytest.mark.slow
async def test_a_killed_driver_is_typed_too(chromium, page_server, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # it can't tidy up any more
    browser, others = BrowserEnvironment(chromium=chromium), {pid for pid, _ in processes(os.getpid())}
    try:
        url = page_server.add("/", button(""))
        await browser.reset(task(url))
        kill([pid for pid, command in processes(os.getpid()) if "run-driver" in command and pid not in others])
        with pytest.raises(SandboxCrashed):
            await asyncio.wait_for(browser.step(CLICK), 8)
        await asyncio.wait_for(browser.close(), 8)
        assert (await browser.reset(task(url))).url == url
    finally:
        await browser.close()


@pytest.mark.slow
async def test_many_resets_leave_nothing_behind(chromium, page_server, tmp_path, monkeypatch):
    """BROWSER_TEST_RESETS says how many."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    browser, others = BrowserEnvironment(chromium=chromium), set(processes_of_chromium())
    page_server.add("/tab", "<title>Tab</title>")
    url = page_server.add("/", button('window.open("/tab")', "<img src=/none>" * 5))
    sizes = []
    for index in range(NUM_RESETS):
        await browser.reset(task(url))
        if index % 10 == 0:
            await act(browser, CLICK)
        assert len(set(chromiums()) - others) == 1
        sizes.append(resident([os.getpid(), *(pid for pid, _ in processes(os.getpid()))]))
    assert len(set(chromiums("renderer")) - others) < 8
    settled = sizes[len(sizes) // 3 :]
    assert max(settled) < 1.25 * settled[0] + 60, f"MiB in use: {sizes}"
    await browser.close()
    for _ in range(50):
        if not set(processes_of_chromium()) - others:
            break
        await asyncio.sleep(0.1)
    assert set(processes_of_chromium()) <= others
    assert list(tmp_path.iterdir()) == []


def processes_of_chromium() -> list[int]:
    return [pid for pid, command in processes(os.getpid()) if "--user-data-dir" in command or "--type=" in command]


async def test_a_page_that_wants_a_login_of_http(browser, page_server):
    url = page_server.add("/in", Page(b"<title>In</title>", login="Ada:secret"))
    with pytest.raises(PageError, match=r"write them into the address, http://NAME:PASSWORD@HOST/") as caught:
        await browser.reset(task(url))
    assert "\n" not in str(caught.value)
    inside = await browser.reset(task(url.replace("http://", "http://Ada:secret@")))
    assert (inside.title, inside.url) == ("In", url), "the password is in no observation"
    with pytest.raises(PageError) as caught:
        await browser.reset(task(url.replace("http://", "http://Ada:wrong@")))
    assert "wrong" not in str(caught.value)
    await browser.reset(task(page_server.add("/", LINK.format("/in?token=secret"))))
    seen = await act(browser, CLICK)
    assert seen.notes == ("127.0.0.1 wants a name and a password in a window of its own; it was not opened.",)


@pytest.fixture
def untrusted(tmp_path: Path) -> Iterator[str]:
    """The address of a server whose certificate nobody signed."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Tests print nothing."""

    (tmp_path / "pem").write_text(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem")

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """The browser hangs up, as it should."""

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


async def test_a_certificate_that_can_not_be_trusted(browser, page_server, untrusted):
    with pytest.raises(PageError, match="its certificate can't be trusted"):
        await browser.reset(task(untrusted))
    before = await browser.reset(task(page_server.add("/", LINK.format(untrusted))))
    seen = await act(browser, CLICK)
    assert difference(before.frame, seen.frame).share > 0.05, "Chromium's own page says so"
    assert (await act(browser, Key(keys=("alt", "left")))).url == before.url


async def test_a_document_in_pdf_is_shown_and_scrolled(browser, page_server):
    url = page_server.add("/pdf", Page(PDF, "application/pdf"))
    seen = await browser.reset(task(url))
    for _ in range(20):  # Chromium's viewer shows it when it is ready
        if (seen.frame.pixels == [255, 0, 0]).all(axis=2).mean() > 0.05:
            break
        seen = await act(browser, Wait(seconds=0.5))
    else:
        pytest.fail("the document never came")
    await act(browser, Scroll(at=Point(x=170, y=200), pixels=-150))
    for _ in range(20):
        scrolled = await act(browser, Wait(seconds=0.3))
        if difference(seen.frame, scrolled.frame).share > 0.02:
            break
    else:
        pytest.fail("it never moved")
    assert scrolled.url == url


async def test_places_that_only_a_person_may_go_to_are_refused(browser, page_server):
    for url in (
        "view-source:http://127.0.0.1/",
        "chrome://crash",
        "chrome://settings",
        "about:blank",
        "data:text/html,x",
    ):
        with pytest.raises(PageError, match="an address begins with http://"):
            await browser.reset(task(url))
    body = LINK.format("view-source:" + page_server.url + "/")
    before = await browser.reset(task(page_server.add("/", body)))
    assert (await act(browser, CLICK)).url == before.url


async def test_a_link_that_never_answers_is_given_up(impatient, page_server):
    page_server.add("/stalls", Page(b"", stalls=True))
    before = await impatient.reset(task(page_server.add("/", "<title>Here</title>" + LINK.format("/stalls"))))
    began = time.monotonic()
    seen = await act(impatient, CLICK)
    assert time.monotonic() - began < 5
    assert seen.notes == ("The next page did not come within 1 seconds; loading was stopped.",)
    assert (seen.title, seen.url) == ("Here", before.url)
    began = time.monotonic()
    assert (await act(impatient, LOOK)).notes == ()
    assert time.monotonic() - began < 1


async def test_what_belongs_to_a_page_and_never_comes_is_waited_for_once(impatient, page_server):
    page_server.add("/never.png", Page(b"", stalls=True))
    seen = await impatient.reset(task(page_server.add("/", "<title>Half</title><img src=/never.png>")))
    assert seen.notes == ("The page is still loading.",)
    began = time.monotonic()
    assert (await act(impatient, LOOK)).notes == ()
    assert time.monotonic() - began < 1
