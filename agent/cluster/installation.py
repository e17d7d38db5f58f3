"""A server's own Python environment: SGLang and vLLM pin their own torch, so they never live beside ours.

What goes in is pinned in one place, the extras of this package; the environment is made at the first use, and once.
"""

import asyncio
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from agent.cluster.process import Progress
from agent.errors import ServingError

FOLDER = Path.home() / ".cache" / "handeye"
_READY = "handeye-ready"


def requirements(extra: str) -> list[str]:
    """What an extra of this package asks for, as pip takes it, the server itself first.

    Raises ServingError for one that there is not.
    """
    try:
        lines = requires("handeye") or []
    except PackageNotFoundError as error:
        raise ServingError("HandEye is not installed as a package: pip install -e . in its folder") from error
    marked = (line.partition(";") for line in lines)
    found = [line.strip() for line, _, mark in marked if mark.replace("'", '"').strip() == f'extra == "{extra}"']
    if not found:
        raise ServingError(f"HandEye has no extra {extra!r}: install it anew (pip install -e .)")
    return sorted(found, key=lambda line: not line.startswith(f"{extra}=="))


class Installation:
    """The environment of one kind of server."""

    def __init__(self, extra: str, folder: Path | None = None) -> None:
        """extra: sglang or vllm; folder: one that somebody made and keeps, else the variable HANDEYE_SGLANG or
        HANDEYE_VLLM, else our own below ~/.cache/handeye."""
        given = folder or os.environ.get(f"HANDEYE_{extra.upper()}")
        self.extra, self._given = extra, given is not None
        self.folder = Path(given) if given else FOLDER / "-".join(requirements(extra)[0].split("=="))

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / "bin" / "python"

    @property
    def ready(self) -> bool:
        """Whether it can be used as it is."""
        return self.python.exists() and (self._given or (self.folder / _READY).exists())

    async def make(self, progress: Progress, log: Path) -> None:
        """Make it where it is not there; `log` gets pip's words. Raises ServingError when that fails; what is left of
        it is finished the next time."""
        if self.ready:
            return
        if self._given:
            raise ServingError(f"{self.python} is not there: HANDEYE_{self.extra.upper()} names no Python environment")
        wanted = requirements(self.extra)
        progress(f"installing {' '.join(wanted)} into {self.folder} (some GB, once)")
        self.folder.mkdir(parents=True, exist_ok=True)
        log.parent.mkdir(parents=True, exist_ok=True)
        with _alone(self.folder / "handeye-lock"):
            if self.ready:
                return
            await _call([sys.executable, "-m", "venv", str(self.folder)], log)
            await _call([str(self.python), "-m", "pip", "install", *wanted], log)
            (self.folder / _READY).touch()


async def _call(command: list[str], log: Path) -> None:
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(*command, stdout=output, stderr=asyncio.subprocess.STDOUT)
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
    if code:
        raise ServingError(f"`{' '.join(command[:5])} …` ended with {code}: see {log}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other process is in here with the same path; two starts at once make one environment."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ServingError(f"another process makes {path.parent} just now: wait for it") from error
        yield
