"""The doctor's rows about what of HandEye runs now, and where it listens: read from /proc, so on Linux alone.

A process is HandEye's when it is the command, or a module of our packages; what these started, such as browsers, counts
with them. Processes of other people are not looked at.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import NamedTuple

from ui.cli import exits
from ui.doctor.finding import Finding
from ui.measures import lasting_words, size_words

PROC = Path("/proc")
_COMMAND = "handeye"
_MAIN = "ui.cli.main"
_LISTENS = "0A"
"""The state of a socket that listens, in the kernel's tables."""
_ELSEWHERE = Finding("running", "absent", "what runs and listens can be told on Linux alone")


class Process(NamedTuple):
    """One process of this person's."""

    number: int
    parent: int
    program: str
    """What the kernel calls it: 15 letters at most."""
    words: tuple[str, ...]
    """Its command line."""
    seconds: float
    """Since it began."""


def running(proc: Path = PROC) -> Iterator[Finding]:
    """A row for every process of HandEye's that no other of them started."""
    if not (proc / "self").exists():
        yield _ELSEWHERE
        return
    everything = _processes(proc)
    ours = _ours(everything)
    tops = [one for one in ours.values() if one.parent not in ours and called(one) != "handeye doctor"]
    if not tops:
        yield Finding("running", "ok", "nothing of HandEye's, but for this look")
    for top in sorted(tops):
        below = _below(top.number, everything)
        memory = size_words(sum(_num_bytes(proc / str(one.number)) for one in (top, *below)))
        started = Counter(one.program for one in below)
        told = ", ".join(f"{number} {exits.plain(name, 40)}" for name, number in started.most_common(5))
        rest = f"; it started {told}" if told else ""
        since = lasting_words(top.seconds)
        yield Finding(f"process {top.number}", "ok", f"{called(top)}, for {since}, {memory} of memory{rest}")


def listening(proc: Path = PROC) -> Iterator[Finding]:
    """A row for every TCP port that HandEye's processes listen on."""
    if not (proc / "self").exists():
        return
    everything = _processes(proc)
    ours = _ours(everything)
    numbers = {number for top in ours for number in (top, *(one.number for one in _below(top, everything)))}
    sockets = _sockets(proc)
    found: dict[str, int] = {}
    for number in sorted(numbers):
        for inode in _inodes(proc / str(number)):
            if inode in sockets:
                found.setdefault(sockets[inode], number)
    for place, number in sorted(found.items()):
        name = called(everything[number])
        advice = (
            ""
            if _is_loopback(place)
            else "other machines can reach it; a firewall, or its flag for the host, closes it"
        )
        yield Finding(f"listening on {place}", "ok", f"{name}, process {number}", advice)
    if not found:
        yield Finding("listening", "ok", "nothing of HandEye's")


def called(process: Process) -> str:
    """What a person calls a process: `handeye console`, `chromium`."""
    words = process.words
    at = _begins(words)
    if at is None:
        return exits.plain(process.program, 40)
    verb = next((word for word in words[at + 1 :] if not word.startswith("-")), "")
    is_command = words[at] == _MAIN or Path(words[at]).name == _COMMAND
    return exits.plain(f"handeye {verb}".strip() if is_command else words[at], 40)


def _begins(words: tuple[str, ...]) -> int | None:
    """Where in a command line HandEye is named; None where it is another program's."""
    for index, word in enumerate(words[:8]):
        if word == "-m" and index + 1 < len(words):
            return index + 1 if words[index + 1].partition(".")[0] in exits.OURS else None
        if Path(word).name == _COMMAND and index < 2:
            return index
    return None


def _ours(everything: dict[int, Process]) -> dict[int, Process]:
    return {number: one for number, one in everything.items() if _begins(one.words) is not None}


def _below(number: int, everything: dict[int, Process]) -> list[Process]:
    """All that a process started, and what these started."""
    found: list[Process] = []
    waiting = [number]
    while waiting:
        parent = waiting.pop()
        children = [one for one in everything.values() if one.parent == parent]
        found += children
        waiting += [one.number for one in children]
    return found


def _processes(proc: Path) -> dict[int, Process]:
    """Those of this person; one that ends while it is looked at is left out."""
    found: dict[int, Process] = {}
    now = float((proc / "uptime").read_text().split()[0])
    for folder in proc.iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            if folder.stat().st_uid == os.getuid():
                found[int(folder.name)] = _process(folder, now)
        except (OSError, ValueError, IndexError):
            continue
    return found


def _process(folder: Path, now: float) -> Process:
    before, _, after = (folder / "stat").read_text(errors="replace").rpartition(")")
    fields = after.split()
    words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
    seconds = now - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return Process(int(folder.name), int(fields[1]), before.partition("(")[2], tuple(filter(None, words)), seconds)


def _num_bytes(folder: Path) -> int:
    """Memory of a process; what it shares with others counts in part, so that sums are right."""
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _sockets(proc: Path) -> dict[str, str]:
    """Inode -> HOST:PORT of every TCP socket of this machine that listens."""
    found: dict[str, str] = {}
    for table in ("tcp", "tcp6"):
        try:
            lines = (proc / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            parts = line.split()
            if len(parts) > 9 and parts[3] == _LISTENS:
                found[parts[9]] = place_of(parts[1])
    return found


def place_of(written: str) -> str:
    """`0100007F:1EB4` -> `127.0.0.1:7860`: the kernel writes words of an address as this machine keeps them."""
    host, _, port = written.partition(":")
    content = bytes.fromhex(host)
    words = (content[at : at + 4] for at in range(0, len(content), 4))
    address = ip_address(b"".join(word[::-1] if sys.byteorder == "little" else word for word in words))
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"[{address}]:{int(port, 16)}"
    return f"{getattr(address, 'ipv4_mapped', None) or address}:{int(port, 16)}"


def _is_loopback(place: str) -> bool:
    return ip_address(place.rpartition(":")[0].strip("[]")).is_loopback


def _inodes(folder: Path) -> Iterator[str]:
    """Of the sockets that a process has open."""
    try:
        for link in (folder / "fd").iterdir():
            target = os.readlink(link)
            if target.startswith("socket:["):
                yield target[8:-1]
    except OSError:
        return
