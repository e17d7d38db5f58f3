"""Ways out of a sandbox to a host that is not allowed, each tried with the wall and without: see `egress_vectors`."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error

from perception.geometry import Size
from sandboxes import network, virtual_display
from sandboxes.engine import Engine
from sandboxes.errors import SandboxError, SandboxMissing
from sandboxes.hosts import Hosts
from sandboxes.virtual_display import VirtualDisplay
from sandboxes.wall import Launch, Wall
from tests.desktops import needs
from tests.page_server import Page, PageServer
from tests.sandboxes.canary import HOST, Canary
from tests.sandboxes.egress_vectors import DIRECT, PAGES, PROXIED, WHOLE_TABS, Vector

ALLOWED = ["127.0.0.1", "allowed.test", "*.cdn.test"]
QUICK = {
    *("iframe", "image", "location-302", "fetch", "socket", "stun", "turn-tcp", "worker", "host-rebound"),
    *("host-name", "beacon", "header-refresh"),
}
"""Vectors of the fast lane."""
BATCH = 16
"""Frames of a tab."""
STILL_SECONDS = 3.0
PROGRAMS_SECONDS = 60.0


class NoWall(Wall):
    """For the control: Chromium as it is; the names that a hostile name server would answer lead to the canary."""

    def around(self, chromium: Path, page: Path | None) -> Launch:
        return Launch(chromium, (f"--host-resolver-rules=MAP *.test {HOST}",))


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as made:
        yield made


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server whose owner is hostile: its names lead to the canary, but for the allowed one."""
    real = socket.getaddrinfo

    def answer(host: Any, *rest: Any, **more: Any) -> Any:
        if str(host).endswith(".test"):
            host = "127.0.0.1" if host == "allowed.test" else HOST
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@asynccontextmanager
async def engine(chromium: Path, around: Wall) -> AsyncIterator[Engine]:
    made = Engine(chromium=chromium, headless=True, sandbox=os.geteuid() != 0, wall=around)
    try:
        yield made
    finally:
        await made.close()


async def tried(
    made: Engine, vectors: Sequence[Vector], server: PageServer, canary: Canary, seconds: float = 0.0
) -> tuple[dict[str, int], float]:
    """Opens every page, and waits `seconds`, and then until nothing has come for a while.

    Returns vector -> its port of the canary, and the seconds that were waited.
    """
    ports = {vector.name: canary.port() for vector in vectors}
    urls = {vector.name: vector.serve(server, ports[vector.name]) for vector in vectors}
    tabs = [url for name, url in urls.items() if name in WHOLE_TABS]
    framed = [url for name, url in urls.items() if name not in WHOLE_TABS]
    for start in range(0, len(framed), BATCH):
        frames = "".join(f"<iframe src='{url}'></iframe>" for url in framed[start : start + BATCH])
        tabs.append(server.add(f"/frames/{start}", frames))
    context = await (await made.started()).new_context()
    for url in tabs:
        page = await context.new_page()
        with suppress(Error):  # One that leaves at once may not come.
            await page.goto(url, wait_until="commit")
    began = last = time.monotonic()
    seen = 0
    while (now := time.monotonic()) - last < STILL_SECONDS or now - began < seconds:
        await asyncio.sleep(0.1)
        if (count := sum(canary.contacts.values())) != seen:
            seen, last = count, now
    assert set(server.requested) >= {f"/{vector.name}" for vector in vectors}, "every page was there"
    await context.close()
    return ports, time.monotonic() - began


async def works(made: Engine, server: PageServer) -> None:
    """An allowed host gives its page, picture, form and socket."""
    server.add("/picture", Page(b"<svg xmlns='http://www.w3.org/2000/svg' width='3' height='3'/>", "image/svg+xml"))
    server.add("/sent", "<title>sent</title>")
    url = server.add("/works", "<title>works</title><img src=/picture><form action=/sent><input name=a></form>")
    page = await (await made.started()).new_page()
    for place in (url, url.replace("127.0.0.1", "allowed.test")):
        await page.goto(place)
        assert await page.title() == "works"
        assert await page.evaluate("document.images[0].naturalWidth") == 3
        await page.evaluate("document.forms[0].submit()")
        await page.wait_for_function("document.title === 'sent'")
    await page.goto(url)
    async with await asyncio.start_server(_echo, "127.0.0.1", 0) as echo:
        port = echo.sockets[0].getsockname()[1]
        said = await page.evaluate(
            "port => new Promise((next, no) => { const s = new WebSocket(`ws://127.0.0.1:${port}/`);"
            "s.onopen = () => s.send('hello'); s.onmessage = event => next(event.data); s.onerror = no })",
            port,
        )
    assert said == "hello"
    await page.close()


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A WebSocket server that says the first short frame again (RFC 6455)."""
    import base64
    import hashlib

    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = next(line.split(": ")[1] for line in head.splitlines() if line.lower().startswith("sec-websocket-key"))
    accept = base64.b64encode(hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept.encode() + b"\r\n\r\n"
    )
    first, second = await reader.readexactly(2)
    mask, said = await reader.readexactly(4), await reader.readexactly(second & 0x7F)
    writer.write(bytes((first, len(said))) + bytes(byte ^ mask[at % 4] for at, byte in enumerate(said)))
    await writer.drain()
    await reader.read()
    writer.close()


async def _reach(
    chromium: Path, page_server: PageServer, canary: Canary, vectors: Sequence[Vector]
) -> tuple[set[str], set[str], int]:
    """Which vectors arrive without the wall, which do with it, and the bytes that came with it."""
    async with engine(chromium, NoWall(Hosts(None))) as open_one:
        ports, seconds = await tried(open_one, vectors, page_server, canary)
    without = {name for name, port in ports.items() if canary.reached(port)}
    async with engine(chromium, Wall(Hosts(ALLOWED), isolated=True)) as held:
        page_server.requested.clear()
        ports, _ = await tried(held, vectors, page_server, canary, seconds)
        await works(held, page_server)
    through = {name for name, port in ports.items() if canary.reached(port)}
    return without, through, sum(canary.bytes[port] for port in ports.values())


@pytest.mark.browser
async def test_pages_reach_nothing_else_the_quick_ones(
    chromium: Path, page_server: PageServer, canary: Canary, names: None
) -> None:
    needs("bwrap")
    vectors = [vector for vector in PAGES if vector.name in QUICK]
    assert len(vectors) == len(QUICK)
    without, through, num_bytes = await _reach(chromium, page_server, canary, vectors)
    assert without == QUICK, "each of them is a way out where nothing holds"
    assert (through, num_bytes) == (set(), 0)


@pytest.mark.browser
@pytest.mark.slow
async def test_pages_reach_nothing_else(chromium: Path, page_server: PageServer, canary: Canary, names: None) -> None:
    needs("bwrap")
    without, through, num_bytes = await _reach(chromium, page_server, canary, PAGES)
    unused = {vector.name for vector in PAGES} - without
    print(f"{len(without)} of {len(PAGES)} ways out of a page reach the canary without the wall; not: {sorted(unused)}")
    print(f"with it {len(through)} do, {num_bytes} bytes")
    assert (through, num_bytes) == (set(), 0)
    assert len(without) >= 60


PYTHON = str(Path(sys.executable).resolve())
PRELUDE = """import socket, subprocess, sys
def run(*words): subprocess.run(words, stdout=-3, stderr=-3, timeout=10)
"""


async def programs(display: VirtualDisplay, ways: Mapping[str, str], canary: Canary, home: PageServer, file: Path):
    """Runs each as a program on the desktop; vector -> its number at the canary."""
    ports = {name: canary.unix(f"{file}-{name}") if name == "unix-file" else canary.port() for name in ways}
    if "unix-abstract" in ways:
        ports["unix-abstract"] = canary.unix(f"\0{file.name}-abstract")
    machine = _own_address()
    await display.start()
    try:
        for name, text in ways.items():
            text = text.replace("ABSTRACT", f"{file.name}-abstract").replace("FILE", f"{file}-unix-file")
            vector = Vector(name, text.replace("MACHINE", machine).replace("PROXY", f"http://{network.PROXY}"))
            vector.serve(home, ports[name])
            script = PRELUDE + home.pages[f"/{name}"].body.decode()
            await display.launch(["sh", "-c", f'"$0" -c "$1"; echo > {name}.done', PYTHON, script])
        async with asyncio.timeout(PROGRAMS_SECONDS):
            while len(list(display.home.glob("*.done"))) < len(ways):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
    finally:
        await display.stop()
    return ports


def _own_address() -> str:
    """An address of this machine that is not loopback's, or loopback's where it has no other."""
    with socket.socket(type=socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # Nothing is sent: it chooses the way out.
        except OSError:
            return HOST
        return asking.getsockname()[0]


def display_of(hosts: Hosts, *, isolated: bool | None = True) -> VirtualDisplay:
    return VirtualDisplay(Size(width=320, height=240), readable=[Path(sys.base_prefix)], isolated=isolated, hosts=hosts)


@pytest.mark.desktop
@pytest.mark.parametrize(("ways", "least"), [(DIRECT, 15), (PROXIED, 14)], ids=["direct", "proxied"])
async def test_programs_reach_nothing_else(
    ways: dict[str, str], least: int, canary: Canary, page_server: PageServer, tmp_path: Path
) -> None:
    needs("Xvfb", "bwrap", "curl")
    open_one = display_of(Hosts(None), isolated=False) if ways is DIRECT else display_of(Hosts(["*"]))
    ports = await programs(open_one, ways, canary, page_server, tmp_path / "a")
    without = {name for name, port in ports.items() if canary.reached(port)}
    held = display_of(Hosts(["127.0.0.1"]))
    ports = await programs(held, ways, canary, page_server, tmp_path / "b")
    assert held.is_held
    through = {name for name, port in ports.items() if canary.reached(port)}
    num_bytes = sum(canary.bytes[port] for port in ports.values())
    print(f"{len(without)} of {len(ways)} ways reach the canary without; not: {sorted(set(ways) - without)}")
    assert (through, num_bytes) == (set(), 0)
    assert len(without) >= least


@pytest.mark.desktop
async def test_a_desktop_that_can_not_be_held_says_so_or_refuses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    needs("Xvfb")
    with pytest.raises(SandboxError, match="leave isolated=False out"):
        display_of(Hosts(["a.org"]), isolated=False)
    monkeypatch.setattr(network, "why_not", lambda: "the kernel forbids it")
    virtual_display._say_once.cache_clear()
    with pytest.raises(SandboxMissing, match="can't be held to the allowed hosts: the kernel forbids it"):
        await display_of(Hosts(["a.org"])).start()
    open_one = display_of(Hosts(["a.org"]), isolated=None)
    await open_one.start()
    try:
        assert not open_one.is_held
    finally:
        await open_one.stop()
    assert "reach every host, not the allowed ones alone: the kernel forbids it" in caplog.text
