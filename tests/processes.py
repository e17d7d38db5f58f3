"""The processes that one has started, and those that these have started."""

from pathlib import Path


def processes(of: int) -> list[tuple[int, str]]:
    """All that run below one, with their command lines; those that have ended and wait for their parent are none."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    below, found = [of], []
    while below:
        parent = below.pop()
        children = [pid for pid, other in parents.items() if other == parent]
        below += children
        found += children
    return [(pid, command) for pid in found if (command := command_of(pid))]


def command_of(pid: int) -> str:
    """The words of a process's command; empty for one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
