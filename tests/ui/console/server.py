"""A console on a free port of loopback, in a thread of its own, with runs on a given environment and script."""

import asyncio
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from perception.server.address import listen
from ui.console.app import build_app
from ui.console.documents.library import Library
from ui.console.door import Door
from ui.console.places import Places
from ui.console.stage import Launch
from ui.console.stages import Stages


class ConsoleServer:
    """A context manager; `link` is the one-time link."""

    def __init__(
        self, launch: Launch, runs: Path, places: Places | None = None, library: Library | None = None
    ) -> None:
        """places: where it looks; without them beside the runs, where nothing is; library: its documents."""
        self.stages = Stages(launch)
        self.link = ""
        self.door: Door | None = None
        self._library = library
        names = ("evaluations", "training", "models/current", "datasets")
        self._places = places or Places(runs, *(runs.parent / name for name in names))
        self._socket = listen(0)
        self.port: int = self._socket.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    @property
    def url(self) -> str:
        """The server's root, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(60), "the console did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stages.close()
        if self._library is not None:
            self._library.close()
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    async def _serve(self) -> None:
        """Gradio is built inside the loop that it is used in, as the command does."""
        door = build_app(self.stages, self._places, port=self.port, library=self._library)
        config = uvicorn.Config(door, log_level="critical", access_log=False, ws="none", timeout_graceful_shutdown=1)
        self._server, self.link, self.door = uvicorn.Server(config), door.link, door
        self._ready.set()
        await self._server.serve(sockets=[self._socket])
