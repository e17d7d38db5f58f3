"""A PostgreSQL server in a temporary folder, for tests: it listens on a socket in that folder alone."""

import glob
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Self


class Database:
    """The server; a context. It does not run as root, so root starts it as nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            self._prefix = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]

    @property
    def url(self) -> str:
        """Of its one database."""
        return f"postgresql://tester@/postgres?host={self.folder}"

    def __enter__(self) -> Self:
        self._call("initdb", "--auth=trust", "--username=tester", "--no-sync", "--encoding=UTF8", "--locale=C")
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder}"
        self._call("pg_ctl", "start", "--wait", "--timeout=120", f"--log={self.folder}/log", f"--options={options}")

    def stop(self) -> None:
        """End it at once."""
        self._call("pg_ctl", "stop", "--wait", "--mode=immediate")

    def _call(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, _find(program), f"--pgdata={self.folder}/data", *arguments]
        result = subprocess.run(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, f"{program}: {result.stderr or result.stdout}"


def _find(program: str) -> str:
    """Debian keeps the server's programs out of PATH."""
    places = [shutil.which(program), *sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{program}"), reverse=True)]
    found = next(filter(None, places), None)
    assert found is not None, f"{program} is missing: make setup-desktop installs it"
    return found
