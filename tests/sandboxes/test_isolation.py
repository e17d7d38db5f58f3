"""What a program on a virtual desktop can see and do: asked of a shell there, by what it writes down."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from perception.geometry import Size
from sandboxes import isolation, virtual_display
from sandboxes.errors import SandboxCrashed, SandboxError, SandboxMissing
from sandboxes.virtual_display import VirtualDisplay
from tests.desktops import needs

pytestmark = pytest.mark.desktop
SMALL = Size(width=320, height=240)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder of the person's."""
    (tmp_path / "letter.txt").write_text("mine")
    return tmp_path


@pytest_asyncio.fixture
async def display(mine: Path) -> AsyncIterator[VirtualDisplay]:
    needs("Xvfb", "bwrap", "xset")
    made = VirtualDisplay(SMALL, isolated=True)
    await made.start()
    yield made
    await made.stop()


def is_there(name: str) -> bool:
    return os.path.exists(name)


async def told(display: VirtualDisplay, script: str) -> str:
    """What a shell on it says."""
    answer = display.home / "answer"
    answer.unlink(missing_ok=True)
    await display.launch(["sh", "-c", f"({script}) > answer.part 2>&1; mv answer.part answer"])
    async with asyncio.timeout(20):
        while not answer.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return answer.read_text()


async def test_a_program_sees_the_system_and_its_own_home_alone(display: VirtualDisplay, mine: Path) -> None:
    assert display.is_isolated
    said = await told(display, f"cat {mine}/letter.txt; ls -d /usr/bin/env; pwd; xset q")
    assert "mine" not in said
    assert "No such file" in said
    assert "/usr/bin/env" in said
    assert str(display.home) in said
    assert "Keyboard Control" in said, "its X server can be reached"
    for folder in ("/home", "/root", "/run", "/mnt", "/media", "/srv", "/var/log"):
        assert "No such file" in await told(display, f"ls {folder}/.")
    others = set(os.listdir("/tmp")) - {Path(display.home).parent.name, ".X11-unix"}
    assert not others & set((await told(display, "ls -a /tmp")).split())
    assert await told(display, "ls /tmp/.X11-unix") == f"X{display.environment['DISPLAY'][1:]}\n"


async def test_a_program_writes_nowhere_else(display: VirtualDisplay) -> None:
    for place in ("/etc", "/usr", "/usr/local/bin", "/opt"):
        assert "Read-only file system" in await told(display, f"touch {place}/handeye-was-here")
        assert not is_there(f"{place}/handeye-was-here")
    assert await told(display, "touch /tmp/handeye-was-here && echo yes") == "yes\n", "a /tmp of its own"
    assert not is_there("/tmp/handeye-was-here")
    assert "1000" in await told(display, "id -u") or os.geteuid() != 0
    assert "must be superuser" in await told(display, "mount -t tmpfs none /usr")


async def test_a_program_sees_no_process_but_the_desktops(display: VirtualDisplay) -> None:
    assert str(os.getpid()) not in await told(display, "ls /proc")
    names = set((await told(display, "cat /proc/[0-9]*/comm 2>/dev/null")).split())
    # A program that has just been started is for a moment still the setsid that starts it.
    assert names <= {"bwrap", "setsid", "sh", "cat", "dbus-daemon", "openbox"}, names
    assert "openbox" in names, "they see each other"
    said = await told(display, f"kill -9 {os.getpid()} || kill -0 {os.getppid()}")
    assert "No such process" in said or "no such process" in said.lower()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root owns what the system hides")
async def test_what_roots_alone_may_read_is_not_there(display: VirtualDisplay) -> None:
    for name in ("/etc/shadow", "/etc/gshadow"):
        assert is_there(name), "there is something to hide"
        assert await told(display, f"cat {name}") == f"cat: {name}: Permission denied\n"


async def test_a_folder_can_be_shown_for_reading(mine: Path) -> None:
    needs("Xvfb", "bwrap")
    program = mine / "tool"
    program.write_text("#!/bin/sh\necho ran > tool.txt\n")
    program.chmod(0o755)
    display = VirtualDisplay(SMALL, isolated=True)
    await display.start()
    try:
        with pytest.raises(SandboxMissing, match="is not to be seen on a virtual desktop: name its folder"):
            await display.launch([str(program)])
    finally:
        await display.stop()
    display = VirtualDisplay(SMALL, readable=[mine], isolated=True)
    await display.start()
    try:
        assert await told(display, f"cat {mine}/letter.txt") == "mine"
        assert "Read-only" in await told(display, f"touch {mine}/new")
        await display.launch([str(program)])
        async with asyncio.timeout(20):
            while not (display.home / "tool.txt").exists():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    finally:
        await display.stop()
    with pytest.raises(SandboxError, match="is no folder"):
        await VirtualDisplay(SMALL, readable=[mine / "no"]).start()


async def test_words_reach_a_program_as_they_are(display: VirtualDisplay) -> None:
    words = ["a b", "'quoted' \"twice\"", "$HOME `id`", "new\nline", "", "ü 日本", "-n", "*"]
    await display.launch(["sh", "-c", 'printf "%s\\0" "$@" > words.part; mv words.part words', "sh", *words])
    async with asyncio.timeout(20):
        while not (display.home / "words").exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert (display.home / "words").read_text().split("\0")[:-1] == words


async def test_without_bubblewrap_it_works_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, mine: Path
) -> None:
    needs("Xvfb")
    monkeypatch.setattr(isolation, "why_not", lambda: "bubblewrap is not installed")
    virtual_display._say_once.cache_clear()
    for _ in range(2):
        display = VirtualDisplay(SMALL)
        with caplog.at_level(logging.WARNING):
            await display.start()
        try:
            assert not display.is_isolated
            assert await told(display, f"cat {mine}/letter.txt") == "mine"
        finally:
            await display.stop()
    assert [record.message for record in caplog.records] == [
        "Programs on a virtual desktop run as you and can read your files: bubblewrap is not installed"
    ]
    with pytest.raises(SandboxMissing, match="can't be kept from your files: bubblewrap is not installed"):
        await VirtualDisplay(SMALL, isolated=True).start()


async def test_nothing_starts_on_a_desktop_that_is_gone(display: VirtualDisplay) -> None:
    assert display._starter is not None
    display._starter.kill()
    await display._starter.wait()
    with pytest.raises(SandboxCrashed, match="nothing can be started on it"):
        await display.launch(["sh"])


def test_why_not_is_a_sentence_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    isolation.why_not.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    assert isolation.why_not() == "bubblewrap is not installed: sudo apt install bubblewrap"
    isolation.why_not.cache_clear()


def test_a_kernel_that_forbids_namespaces_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    isolation.why_not.cache_clear()
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert isolation.why_not() == (
        "bubblewrap may not make namespaces here: bwrap: No permissions to create new namespace"
    )
    isolation.why_not.cache_clear()
