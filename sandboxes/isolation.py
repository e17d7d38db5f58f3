"""Programs in a place of their own: the system's programs to read, one folder to write, no process but each other's.

Bubblewrap makes it (https://github.com/containers/bubblewrap): a user, a mount and a PID namespace, no rights of root
needed. What a person keeps (home folders, /mnt, /run with the sockets of a session, other programs' files in /tmp) is
not there. System V shared memory, which X clients hand pictures over with, is shared; so is the network, unless it is
taken away (`sandboxes.network`).
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix/store", "/snap")
"""What programs may read."""
_CACHES = ("/var/cache/fontconfig", "/var/lib/dbus")
_OF_ROOT = ("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers")
_FOLDERS_OF_ROOT = ("/etc/ssh", "/etc/ssl/private", "/etc/sudoers.d")
"""What the system hides from users by its owner; whoever is root here would be that owner inside too."""
USER = 1000
_TRY_SECONDS = 10.0


@cache
def why_not() -> str:
    """Why programs can't be kept apart on this machine, with the way out; empty when they can."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed: sudo apt install bubblewrap"
    command = ["bwrap", "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "--", "/bin/true"]
    try:
        tried = subprocess.run(command, capture_output=True, timeout=_TRY_SECONDS, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not run: {error}"
    said = tried.stderr.strip().partition("\n")[0]
    return f"bubblewrap may not make namespaces here: {said}" if tried.returncode else ""


def enclosed(
    command: Sequence[str],
    *,
    folder: Path,
    shown: Sequence[Path] = (),
    readable: Sequence[Path] = (),
    options: Sequence[str] = (),
) -> list[str]:
    """The command in a place of its own; when it ends, or whoever started it, all that it started ends too.

    folder: what may be written, at its own path; shown: single files, such as an X server's socket; readable: further
    folders that may be read; options: more of bubblewrap's own.
    """
    words = alone()
    for name in SYSTEM:
        words += ["--symlink", os.readlink(name), name] if os.path.islink(name) else ["--ro-bind-try", name, name]
    for name in _CACHES:
        words += ["--ro-bind-try", name, name]
    resolver = os.path.realpath("/etc/resolv.conf")
    if not is_visible(Path(resolver)):
        words += ["--ro-bind-try", resolver, resolver]
    if os.geteuid() == 0:
        for name in filter(os.path.exists, _OF_ROOT):
            words += ["--ro-bind", "/dev/null", name]
        for name in filter(os.path.isdir, _FOLDERS_OF_ROOT):
            words += ["--tmpfs", name]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp"]
    for place in readable:
        words += ["--ro-bind", str(place), str(place)]
    for place in shown:
        words += ["--ro-bind-try", str(place), str(place)]
    return [*words, *options, "--bind", str(folder), str(folder), "--chdir", str(folder), "--", *command]


def alone() -> list[str]:
    """How every place of its own begins: its namespaces, and who the programs are in it."""
    words = ["bwrap", "--unshare-user", "--unshare-pid", "--unshare-uts", "--die-with-parent", "--new-session"]
    return [*words, "--uid", str(USER), "--gid", str(USER)] if os.geteuid() == 0 else words


def is_visible(place: Path, readable: Sequence[Path] = ()) -> bool:
    """Whether a file of this machine can be read inside, under the path that it has here."""
    return any(place.is_relative_to(known) for known in (*SYSTEM, *_CACHES, *readable))
