"""Our side of a worker: started when it is first asked, ended when it is late, replaced when it died."""

import json
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path
from threading import RLock
from typing import Any

from perception.document.channel import Channel
from perception.errors import (
    DocumentCrashed,
    DocumentError,
    DocumentInvalid,
    DocumentLocked,
    DocumentTimeout,
    DocumentTooLarge,
)

log = logging.getLogger(__name__)

START_SECONDS = 60.0
"""A machine may be busy; nothing untrusted happens in this time."""
_ROOT = Path(__file__).resolve().parents[2]
_KINDS: dict[str, type[DocumentError]] = {
    "invalid": DocumentInvalid,
    "locked": DocumentLocked,
    "large": DocumentTooLarge,
}


class WornOut(DocumentTooLarge):
    """The memory of a process that had read other files before was spent: a new one may have enough."""


class WorkerProcess:
    """One process that answers one question at a time; may be asked from several threads."""

    def __init__(self, module: str, memory_bytes: int) -> None:
        """module: what `python -m` runs; memory_bytes: the most address space it may have."""
        self._module, self._memory_bytes = module, memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self.lock = RLock()
        """To be held over questions that belong together."""
        self.generation = 0
        """Grows with every process that is started: what an earlier one knew is gone."""
        self.holder: object = None
        """Who asked last to have something opened; the asker's to set."""
        self.num_opened = 0
        """Times that this process was asked to open something; the asker's to count."""

    @property
    def pid(self) -> int | None:
        """Of the process, where one runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process if none runs. Raises ImportError where a package is missing, DocumentCrashed else."""
        with self.lock:
            if self._process is None:
                self._launch()

    def ask(self, question: dict[str, Any], descriptors: list[int] | None = None, *, seconds: float) -> dict[str, Any]:
        """The answer to a question, as plain data.

        Raises a DocumentError: of the kind that the worker named, DocumentTimeout, or DocumentCrashed. A process whose
        memory is spent is ended, whichever file spent it; WornOut says that it had read others.
        """
        with self.lock:
            answer = json.loads(self.ask_raw(question, descriptors, seconds=seconds))
            if answer.get("spent"):
                is_worn = self.num_opened > 1
                self.end()
                if is_worn:
                    raise WornOut(str(answer["message"]))
        if "refused" in answer:
            raise _KINDS.get(answer["refused"], DocumentError)(str(answer["message"]))
        return answer

    def ask_raw(self, question: dict[str, Any], descriptors: list[int] | None = None, *, seconds: float) -> bytes:
        """The text of the answer as it came: for long ones, which are read but once."""
        with self.lock:
            self.start()
            assert self._channel is not None
            try:
                self._channel.settimeout(seconds)
                self._channel.send(question, descriptors)
                return self._channel.receive()[0]
            except TimeoutError as error:
                self.end()
                raise DocumentTimeout(f"it took longer than {seconds:g} s") from error
            except (EOFError, OSError, ValueError) as error:
                code = self.end()
                raise DocumentCrashed(f"the process that read it died ({_reason(code)})") from error
            except BaseException:  # such as Ctrl-C: the answer that is still to come must not meet the next question
                self.end()
                raise

    def end(self) -> int | None:
        """End the process; returns its exit code. The next question starts another."""
        with self.lock:
            process, self._process = self._process, None
            self.holder, self.num_opened = None, 0
            if self._channel is not None:
                self._channel.close()
                self._channel = None
            if process is None:
                return None
            try:
                return process.wait(0.05)  # one that died by itself says how
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                return None

    def _launch(self) -> None:
        ours, theirs = socket.socketpair()
        path = os.pathsep.join([str(_ROOT), *filter(None, sys.path)])
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", self._module, str(theirs.fileno()), str(self._memory_bytes)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=os.environ | threads | {"PYTHONPATH": path},
                start_new_session=True,
            )
        finally:
            theirs.close()
        self._channel = Channel(ours)
        self.generation += 1
        self._channel.settimeout(START_SECONDS)
        try:
            hello = json.loads(self._channel.receive()[0])
        except (EOFError, OSError, ValueError) as error:
            code = self.end()
            raise DocumentCrashed(f"the process that reads documents could not start ({_reason(code)})") from error
        if "missing" in hello:
            self.end()
            raise ModuleNotFoundError(f"No module named {hello['missing']!r}", name=hello["missing"])
        if hello["unconfined"]:
            log.warning("documents are read without a wall around the process: %s", hello["unconfined"])


def _reason(code: int | None) -> str:
    if code is None:
        return "it did not answer as it should"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
