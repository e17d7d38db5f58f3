"""What stands round a Chromium: which files it sees, what goes on working, what is said where nothing can hold it."""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.action import LeftClick, Type
from sandboxes import isolation, network, wall
from sandboxes.browser import BrowserEnvironment
from sandboxes.errors import PageError, SandboxMissing
from tests.desktops import needs
from tests.page_server import Page, PageServer
from tests.sandboxes.browsing import BUTTON, act, button, task

pytestmark = pytest.mark.browser


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in (isolation, network):
        monkeypatch.setattr(module, "why_not", lambda: "the kernel forbids it")
    wall._say_once.cache_clear()
    yield
    wall._say_once.cache_clear()


def folders() -> set[Path]:
    """Those that walls make."""
    return {path for kind in ("browser", "gate") for path in Path(tempfile.gettempdir()).glob(f"handeye-{kind}-*")}


async def text_of(environment: BrowserEnvironment, name: str) -> str:
    """What stands in the frame of this name."""
    frame = environment.page.frame(name)
    assert frame is not None
    return await frame.evaluate("document.body.innerText")


async def test_a_page_that_is_a_file_sees_its_folder_alone(chromium: Path, tmp_path: Path) -> None:
    needs("bwrap")
    mine = tmp_path / "mine.txt"
    mine.write_text("my secret")
    folder = tmp_path / "task"
    folder.mkdir()
    (folder / "part.html").write_text("a part")
    frames = f"<iframe name=a src=part.html></iframe><iframe name=b src='{mine.as_uri()}'></iframe>"
    frames += "<iframe name=c src='file:///etc/passwd'></iframe>"
    page = folder / "page.html"
    page.write_text(f"<title>page</title>{frames}<img src='{mine.as_uri()}'>")
    for isolated, hosts in ((False, None), (None, []), (True, None)):
        environment = BrowserEnvironment(chromium=chromium, allowed_hosts=hosts, isolated=isolated)
        try:
            assert (await environment.reset(task(page.as_uri()))).title == "page"
            assert environment.is_held is (isolated is not False)
            assert await text_of(environment, "a") == "a part"
            assert ("my secret" in await text_of(environment, "b")) is (isolated is False)
            assert ("root:" in await text_of(environment, "c")) is (isolated is False)
            second = tmp_path / "second.html"
            second.write_text("<title>second</title>")
            assert (await environment.reset(task(second.as_uri()))).title == "second", "the folder of the next task"
        finally:
            await environment.close()


async def test_what_pages_do_with_files_goes_on_working(
    chromium: Path, page_server: PageServer, tmp_path: Path
) -> None:
    needs("bwrap")
    (tmp_path / "up").mkdir()
    (tmp_path / "up" / "letter.txt").write_text("sent")
    page_server.add("/file", Page(b"kept", "application/octet-stream", headers={"Content-Disposition": "attachment"}))
    choose = "<input type=file style='position:absolute;top:100px;left:0' onchange='title = files[0].name'>"
    url = page_server.add("/", button('location = "/file"', choose))
    environment = BrowserEnvironment(
        chromium=chromium, allowed_hosts=["127.0.0.1"], downloads=tmp_path / "down", uploads=tmp_path / "up"
    )
    try:
        await environment.reset(task(url))
        assert environment.is_held
        seen = await act(environment, LeftClick(at=BUTTON))
        assert [path.read_text() for path in environment.downloaded] == ["kept"], seen.notes
        await act(environment, LeftClick(at=BUTTON.model_copy(update={"y": 110})))
        await act(environment, Type(text=str(tmp_path / "up" / "letter.txt")))
        name = "document.querySelector('input').files[0].text()"
        assert await environment.evaluate(name) == "sent"
    finally:
        await environment.close()


async def test_a_dead_port_and_a_private_address_are_told(
    chromium: Path, page_server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("bwrap")
    environment = BrowserEnvironment(chromium=chromium, allowed_hosts=["127.0.0.1", "localhost"])
    try:
        with pytest.raises(PageError, match="nothing answers at its port"):
            await environment.reset(task("http://127.0.0.1:9999/"))
        url = page_server.add("/", "<title>by name</title>").replace("127.0.0.1", "localhost")
        assert (await environment.reset(task(url))).title == "by name"
    finally:
        await environment.close()


async def test_nothing_is_left(chromium: Path, page_server: PageServer) -> None:
    needs("bwrap")
    before = folders()
    environment = BrowserEnvironment(chromium=chromium, allowed_hosts=["127.0.0.1"])
    url = page_server.add("/", "<title>a</title>")
    try:
        await environment.reset(task(url))
        made = folders() - before
        assert made
        held = str(next(path for path in made if "browser" in path.name)).encode()
        assert any(held in line for line in _command_lines())
    finally:
        await environment.close()
    assert not any(path.exists() for path in made)
    assert not any(held in line for line in _command_lines())


def _command_lines() -> list[bytes]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            found.append((place / "cmdline").read_bytes())
        except OSError:
            continue
    return found


async def test_without_namespaces_chromium_alone_holds_and_it_is_said(
    chromium: Path, page_server: PageServer, caplog: pytest.LogCaptureFixture, no_namespaces: None
) -> None:
    url = page_server.add("/", "<title>a</title>")
    for _ in range(2):
        environment = BrowserEnvironment(chromium=chromium, allowed_hosts=["127.0.0.1"])
        try:
            with caplog.at_level(logging.WARNING, "sandboxes"):
                assert (await environment.reset(task(url))).title == "a"
            assert not environment.is_held
            with pytest.raises(PageError, match="not among the allowed ones"):
                await environment.reset(task(url.replace("127.0.0.1", "localhost")))
        finally:
            await environment.close()
    assert [record.message for record in caplog.records if record.name == "sandboxes.wall"] == [
        "Chromium alone keeps its pages from hosts that are not allowed, no namespace does: the kernel forbids it"
    ]
    refusing = BrowserEnvironment(chromium=chromium, allowed_hosts=["127.0.0.1"], isolated=True)
    with pytest.raises(SandboxMissing, match="can't be kept from files and other hosts: the kernel forbids it"):
        await refusing.reset(task(url))
    assert page_server.requested.count("/") == 2, "nothing ran"
