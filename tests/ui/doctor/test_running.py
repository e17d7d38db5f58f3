"""The doctor names what of HandEye runs, with what it started, and every port that these listen on."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.doctor.finding import Finding
from ui.doctor.running import Process, called, listening, place_of, running

SCRIPT = """
import socket, subprocess, sys, time
held = [socket.create_server((host, 0)) for host in ("127.0.0.1", "0.0.0.0")]
child = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
print(*(one.getsockname()[1] for one in held), flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    child.kill()
"""


@pytest.fixture
def command(tmp_path: Path) -> Iterator[tuple[int, list[int]]]:
    """A command that is called handeye, listens on loopback and on all addresses, and has started a program: its number
    and its ports. It has ended after the test."""
    path = tmp_path / "handeye"
    path.write_text(SCRIPT)
    with subprocess.Popen([sys.executable, str(path), "serve"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.pid, [int(word) for word in process.stdout.readline().split()]
        process.send_signal(signal.SIGINT)


def row(findings: Iterator[Finding], part: str) -> Finding:
    return {finding.part: finding for finding in findings}[part]


def test_a_process_is_named_with_what_it_started(command: tuple[int, list[int]]) -> None:
    number, _ = command
    found = row(running(), f"process {number}")
    assert found.state == "ok"
    assert found.found.startswith("handeye serve, for ")
    assert "MB of memory; it started 1 sleep" in found.found


def test_ports_are_named_and_what_others_can_reach_is_said(command: tuple[int, list[int]]) -> None:
    number, (own, open_to_all) = command
    found = list(listening())
    mine = row(iter(found), f"listening on 127.0.0.1:{own}")
    assert (mine.found, mine.advice) == (f"handeye serve, process {number}", "")
    assert "other machines can reach it" in row(iter(found), f"listening on 0.0.0.0:{open_to_all}").advice


def test_without_the_kernels_tables_it_says_so(tmp_path: Path) -> None:
    (finding,) = running(tmp_path)
    assert (finding.state, "on Linux alone" in finding.found) == ("absent", True)
    assert list(listening(tmp_path)) == []


@pytest.mark.skipif(sys.byteorder != "little", reason="the words are those of a little-endian machine")
@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("0100007F:1EB4", "127.0.0.1:7860"),
        ("00000000:0050", "0.0.0.0:80"),
        ("00000000000000000000000001000000:1EB4", "[::1]:7860"),
        ("0000000000000000FFFF00000100007F:1EB4", "127.0.0.1:7860"),
        ("B80D01200000000000000000FE000000:0001", "[2001:db8::fe]:1"),
    ],
)
def test_addresses_are_read_as_the_kernel_writes_them(written: str, place: str) -> None:
    assert place_of(written) == place


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("/usr/bin/python3", "/usr/bin/handeye", "console", "--port", "0"), "handeye console"),
        (("python", "-m", "ui.cli.main", "--json", "eval"), "handeye eval"),
        (("python", "-W", "ignore", "-m", "actions.desktop_worker", "x"), "actions.desktop_worker"),
        (("handeye", "serve"), "handeye serve"),
        (("python", "-m", "pytest", "handeye"), "program"),
        (("vim", "docs", "handeye"), "program"),
        ((), "program"),
    ],
)
def test_only_the_command_and_our_modules_are_ours(words: tuple[str, ...], said: str) -> None:
    assert called(Process(1, 0, "program", words, 0.0)) == said
