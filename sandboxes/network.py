"""A network namespace with one way out: the proxy that connects to allowed hosts alone.

Inside is a loopback of its own and nothing else: no other interface, no name server, no socket of another program
(abstract ones too). So what a program opens by itself, TCP, UDP, ICMP, DNS, reaches nothing, and what asks the proxy
reaches what is allowed. Bubblewrap makes it (see `sandboxes.isolation`).
"""

import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from sandboxes import handing, isolation
from sandboxes.egress import Egress
from sandboxes.hosts import Hosts

PORT = 3128
"""Of the proxy, inside; nobody else listens there."""
PROXY = f"127.0.0.1:{PORT}"
_TRY_SECONDS = 10.0
_HANDING = Path(handing.__file__).resolve()


@cache
def why_not() -> str:
    """Why programs can't have a network of their own on this machine, with the way out; empty when they can."""
    command = [*isolation.alone(), "--unshare-net", "--ro-bind", "/", "/", "--proc", "/proc", "--", "/bin/true"]
    try:
        tried = subprocess.run(command, capture_output=True, timeout=_TRY_SECONDS, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return isolation.why_not() or f"bubblewrap does not run: {error}"
    if tried.returncode == 0:
        return ""
    said = tried.stderr.strip().partition("\n")[0]
    return isolation.why_not() or f"bubblewrap may not make a network of its own here: {said}"


class Network:
    """The networks of one sandbox, one after the other, with one proxy; `start`, `entered` for each, `close`."""

    def __init__(self, hosts: Hosts) -> None:
        self._egress = Egress(hosts)
        self._folder: Path | None = None

    @property
    def refused(self) -> dict[str, str]:
        """Host -> why it was not connected to."""
        return self._egress.refused

    def start(self) -> None:
        """The proxy runs; nothing where it does."""
        self._egress.start()

    def entered(self, command: Sequence[str]) -> tuple[list[str], list[str]]:
        """What bubblewrap must be told beside the rest, and the command to run inside it in place of this one."""
        self._forget()
        self._folder = Path(tempfile.mkdtemp(prefix="handeye-gate-"))
        gate = self._folder / "gate"
        waiting = socket.socket(socket.AF_UNIX)
        waiting.bind(str(gate))
        waiting.listen(1)
        self._egress.take_from(waiting)
        python = Path(sys.executable).resolve()
        options = ["--unshare-net"]
        for place in (gate, _HANDING, *(() if isolation.is_visible(python) else (Path(sys.base_prefix),))):
            options += ["--ro-bind", str(place), str(place)]
        return options, [str(python), "-I", "-S", str(_HANDING), str(gate), str(PORT), *command]

    @property
    def environment(self) -> dict[str, str]:
        """For programs inside: where the proxy is, in the words that most of them know."""
        web = dict.fromkeys(("http_proxy", "https_proxy", "ws_proxy", "wss_proxy"), f"http://{PROXY}")
        names = {**web, "all_proxy": f"socks5h://{PROXY}", "no_proxy": ""}
        return names | {name.upper(): value for name, value in names.items()}

    def close(self) -> None:
        """The proxy ends, and with it every way out; may be called twice."""
        self._egress.close()
        self._forget()

    def _forget(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
