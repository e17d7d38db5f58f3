"""Records a desktop, in a process that has its display: `python -m sandboxes.desktop_recording FOLDER`.

    recording = DesktopRecording(Path("shown"), environment=display.environment)
    await recording.start()
    ...
    await recording.stop()

Pictures are taken ten times a second with the pointer in them, and written where something changed. Input is heard on
X servers (`actions.x11_listening`); elsewhere there is the video alone, from which steps can be inferred. Needs the
extras "desktop" and "recording".
"""

import argparse
import asyncio
import os
import select
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from perception.errors import HandEyeError, RecordingError
from perception.recording.events import Input
from perception.screen import Screen
from sandboxes.errors import SandboxError
from sandboxes.recorder import Recorder

FPS = 10.0
_ROOT = str(Path(__file__).resolve().parents[1])
_READY = b"recording\n"
_START_SECONDS = 20.0


class DesktopRecording:
    """One recording of one desktop."""

    def __init__(self, folder: Path, *, environment: Mapping[str, str] | None = None, monitor: int = 1) -> None:
        """environment: with the display, this process's own without; monitor: from 1, 0 for all as one."""
        self._folder, self._monitor = folder.absolute(), monitor
        self._environment = dict(os.environ if environment is None else environment)
        self._worker: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        """Whether it still records."""
        return self._worker is not None and self._worker.returncode is None

    async def start(self) -> None:
        """Returns when it records. Raises SandboxError with the reason when it can't."""
        self._worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "ignore", "-m", "sandboxes.desktop_recording"),
            *(str(self._folder), "--monitor", str(self._monitor)),
            env={**self._environment, "PYTHONPATH": _ROOT},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert self._worker.stdout is not None
        try:
            async with asyncio.timeout(_START_SECONDS):
                said = await self._worker.stdout.readline()
        except TimeoutError as error:
            await self._given_up()
            raise SandboxError(f"The desktop can't be recorded: nothing came in {_START_SECONDS:g} s.") from error
        if said != _READY:
            raise SandboxError(f"The desktop can't be recorded: {_last(await self._given_up())}")

    async def stop(self) -> None:
        """Ends it, when the last picture is written; may be called twice. Raises RecordingError when that failed."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        _, why = await worker.communicate(b"")  # which closes its standard input, and that is what it waits for
        if worker.returncode:
            raise RecordingError(f"The recording was not finished: {_last(why)}")

    async def _given_up(self) -> bytes:
        """Ends a worker that does not record; gives what it said."""
        worker, self._worker = self._worker, None
        assert worker is not None
        with suppress(ProcessLookupError):
            worker.terminate()
        _, why = await worker.communicate()
        return why


def _last(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the recorder ended"


def main() -> int:
    """Record until standard input is closed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--monitor", type=int, default=1)
    arguments = parser.parse_args()
    try:
        _record(arguments.folder, arguments.monitor)
    except HandEyeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _record(folder: Path, monitor: int) -> None:
    display = os.environ.get("DISPLAY") if sys.platform == "linux" else None
    screen = Screen(monitor=monitor, display=display, pointer=display is not None)
    recorder, turn = Recorder(folder), threading.Lock()

    def tell(event: Input) -> None:
        with turn:
            recorder.tell(event)

    listener = None
    try:
        recorder.show(screen.look())
        if display is not None:
            from actions.x11_listening import X11Listener

            listener = X11Listener(display, tell, lambda: recorder.seconds)
        sys.stdout.buffer.write(_READY)
        sys.stdout.buffer.flush()
        while not _is_closed(1 / FPS):
            frame = screen.look()
            with turn:
                recorder.show(frame)
    finally:
        if listener is not None:
            with suppress(HandEyeError):
                listener.close()
        with turn:
            recorder.close()


def _is_closed(seconds: float) -> bool:
    """Whether standard input ends within this time; it is waited for in any case."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([sys.stdin], [], [], left)
        if ready and not os.read(sys.stdin.fileno(), 64):
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
