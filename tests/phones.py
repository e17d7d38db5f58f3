"""A paper phone, and the real adb with a server of its own, for the tests of everything Android."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from actions.adb import Client
from perception.server.address import free_port
from sandboxes.demos.paper_phone.phone import PaperPhone

SIZE = int(os.environ.get("ANDROID_TEST_SIZE", "20"))
"""How many random taps, texts and the like are tried; a release tries 500."""

AWKWARD = (
    "plain",
    "two words",
    "  spaces  at  the ends  ",
    "100%s %%s % s%",
    'it\'s "quoted" `back` $HOME $(id) ${PATH} \\n \\\\ !!',
    "a;b && c || d | e & f > g < h # i * j ? k [l] {m} (n) ~o ^p =q",
    "-n --help",
    "<b>&amp;</b>",
    "Zoë, Ελληνικά, 日本語, עברית",
    "👩‍👩‍👧 🇩🇪 é (combining)",
    "first\nsecond\n\nlast ünd",
)
"""Texts that shells and keyboards get wrong."""


class Ran(NamedTuple):
    """How an adb command ended."""

    status: int
    out: bytes
    error: str

    @property
    def text(self) -> str:
        return self.out.decode().rstrip("\n")


class Adb:
    """The real adb, its server at a port of its own and its keys in a folder of its own."""

    def __init__(self, port: int, home: Path) -> None:
        self.port = port
        self.environment = {**os.environ, "HOME": str(home), "ANDROID_ADB_SERVER_PORT": str(port)}
        self.serial = ""

    async def run(self, *words: str, stdin: bytes = b"", seconds: float = 20) -> Ran:
        started = await asyncio.create_subprocess_exec(
            "adb",
            *(("-s", self.serial) if self.serial else ()),
            *words,
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, error = await asyncio.wait_for(started.communicate(stdin), seconds)
        except TimeoutError:
            started.kill()
            await started.wait()
            raise
        return Ran(started.returncode or 0, out, error.decode())

    async def shell(self, line: str, *, status: int = 0) -> str:
        """What a line prints in the phone's shell, by the real adb."""
        ran = await self.run("shell", line)
        assert ran.status == status, (line, ran)
        return ran.text

    def client(self) -> Client:
        """The same server by adbutils."""
        return Client("127.0.0.1", self.port, seconds=20)


def needs_adb() -> None:
    """Skip where the real adb is missing."""
    if shutil.which("adb") is None:
        pytest.skip("adb is not installed: sudo apt install adb")


@asynccontextmanager
async def adb_server(home: Path) -> AsyncIterator[Adb]:
    """A server of our own, ended afterwards."""
    needs_adb()
    adb = Adb(free_port(), home)
    started = await asyncio.create_subprocess_exec(
        "adb",
        "-P",
        str(adb.port),
        "nodaemon",
        "server",
        env=adb.environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        for _ in range(400):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", adb.port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.02)
        yield adb
    finally:
        started.terminate()
        await started.wait()


@asynccontextmanager
async def connected(home: Path, chromium: Path, **options) -> AsyncIterator[tuple[PaperPhone, Adb]]:
    """A phone, and adb connected to it."""
    async with adb_server(home) as adb, PaperPhone(chromium=chromium, **options) as phone:
        ran = await adb.run("connect", phone.address)
        assert ran.text == f"connected to {phone.address}"
        adb.serial = phone.address
        assert (await adb.run("wait-for-device")).status == 0
        yield phone, adb


def adb_processes() -> set[int]:
    """The processes on this computer that are adb."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if (folder / "comm").read_text().strip() == "adb":
                    found.add(int(folder.name))
            except OSError:
                continue
    return found
