"""What stands round a Chromium that is held: namespaces, in which it sees the system's programs and fonts, its profile
and the folder of the task's page, and has the proxy of `sandboxes.network` as its one way out.

So a page that asks for a file of the person (`file:///etc/passwd` in a frame) asks for one that is not there, and what
leaves a hole in Chromium does not leave the machine. Where namespaces can't be had, Chromium's own resolver is the only
wall (`Hosts.flags`), which is said before anything runs.
"""

import logging
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sandboxes import isolation, network
from sandboxes.errors import SandboxMissing
from sandboxes.hosts import Hosts, flags_behind

_PROGRAMS = tuple(name for name in isolation.SYSTEM if name != "/etc")
_SETTINGS = tuple(
    f"/etc/{name}"
    for name in (
        "alternatives ca-certificates chromium chromium.d chromium-browser fonts glvnd gtk-3.0 ld.so.cache ld.so.conf "
        "ld.so.conf.d localtime mime.types nsswitch.conf opt/chrome pki ssl/certs vulkan X11"
    ).split()
)
"""What Chromium needs of /etc; who has an account here is not among it."""
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ")
"""Variables; keys of the person's are in others, and any process can read its own in /proc."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Launch:
    """How Chromium is started."""

    program: Path
    flags: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = None
    """None: this process's own."""
    downloads: Path | None = None
    """Where its files go before they are kept; None: where Playwright likes."""


@dataclass(slots=True)
class Wall:
    """The wall of one Chromium after the other; `around` each, `close`."""

    hosts: Hosts
    isolated: bool | None = None
    """True: raises where there are no namespaces, also without a limit to hosts; False: none are tried; None: where
    hosts are limited, and said in the log where they can't be had."""
    readable: Sequence[Path] = ()
    """Folders whose files it may be given."""
    headed: bool = False
    """Whether it needs the display that this process has."""
    is_held: bool = field(default=False, init=False)
    """Whether namespaces hold it; settled by the first `around`."""
    _network: network.Network | None = field(default=None, init=False)
    _folder: Path | None = field(default=None, init=False)
    _page: Path | None = field(default=None, init=False)

    @property
    def refused(self) -> Mapping[str, str]:
        """Host -> why the proxy did not connect to it."""
        return {} if self._network is None else self._network.refused

    def shows(self, page: Path | None) -> bool:
        """Whether the Chromium that was started last sees this file's folder."""
        if not self.is_held or page is None:
            return True
        return self._page is not None and self._page.parent == page.parent and not page.is_symlink()

    def around(self, chromium: Path, page: Path | None) -> Launch:
        """How this Chromium is to be started for a task whose page is this file. Raises SandboxMissing without
        namespaces where they are demanded."""
        self.close()
        wanted = self.isolated or (self.isolated is None and self.hosts.patterns is not None)
        self.is_held = wanted and not self._lacks()
        if not self.is_held:
            return Launch(chromium, self.hosts.flags)
        self._page = page
        self._folder = Path(tempfile.mkdtemp(prefix="handeye-browser-"))
        self._home.mkdir()
        flags, options, command = (), [], [str(chromium)]
        if self.hosts.patterns is not None:
            self._network = self._network or network.Network(self.hosts)
            self._network.start()
            options, command = self._network.entered(command)
            flags = flags_behind(network.PROXY)
        script = self._folder / "chromium"
        script.write_text(_script([*self._places(chromium), *options], command))
        script.chmod(0o700)
        return Launch(script, flags, self._environment(), self._home / "downloads")

    def close(self) -> None:
        """The proxy ends and the folder goes; may be called twice."""
        if self._network is not None:
            self._network.close()
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _home(self) -> Path:
        assert self._folder is not None
        return self._folder / "home"

    def _lacks(self) -> bool:
        reason = network.why_not() if self.hosts.patterns is not None else isolation.why_not()
        if reason and self.isolated:
            raise SandboxMissing(f"Chromium can't be kept from files and other hosts: {reason}")
        if reason:
            _say_once(f"Chromium alone keeps its pages from hosts that are not allowed, no namespace does: {reason}")
        return bool(reason)

    def _places(self, chromium: Path) -> list[str]:
        words = isolation.alone()
        for name in (*_PROGRAMS, *_SETTINGS, "/var/cache/fontconfig"):
            words += ["--symlink", os.readlink(name), name] if os.path.islink(name) else ["--ro-bind-try", name, name]
        words += ["--proc", "/proc", "--dev", "/dev", "--dev-bind-try", "/dev/dri", "/dev/dri", "--tmpfs", "/tmp"]
        for place in self._shown(chromium):
            words += ["--ro-bind-try", str(place), str(place)]
        return [*words, "--bind", str(self._home), str(self._home), "--chdir", str(self._home)]

    def _shown(self, chromium: Path) -> Iterator[Path]:
        yield _data() / "fonts"
        if self.headed:
            yield Path("/tmp/.X11-unix")
            yield _cookie()
        program = chromium.resolve().parent
        if not any(program.is_relative_to(name) for name in _PROGRAMS):
            yield program
        yield from (place.resolve() for place in self.readable)
        if self._page is not None:
            if self._page.parent != Path("/"):
                yield self._page.parent
            yield self._page.resolve()  # It may be a link.

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        display = {"DISPLAY": os.environ.get("DISPLAY", ""), "XAUTHORITY": str(_cookie())} if self.headed else {}
        home = {"HOME": str(self._home), "XDG_DATA_HOME": str(_data())}
        return {"PATH": os.defpath, **kept, **display, **home}


def _data() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _cookie() -> Path:
    return Path(os.environ.get("XAUTHORITY") or Path.home() / ".Xauthority")


def _script(options: Sequence[str], command: Sequence[str]) -> str:
    """Playwright makes a folder for the profile and names it among the flags."""
    return (
        "#!/bin/sh\n"
        'for word; do case "$word" in --user-data-dir=*) profile="${word#*=}";; esac; done\n'
        f'exec {shlex.join(options)} --bind "$profile" "$profile" -- {shlex.join(command)} "$@"\n'
    )


@cache
def _say_once(line: str) -> None:
    log.warning(line)
