"""Runs the console's server on loopback until it is interrupted."""

import asyncio
from collections.abc import Callable

import uvicorn

from perception.server.address import listen
from ui.console.app import build_app
from ui.console.documents.library import Library
from ui.console.places import Places
from ui.console.stages import Stages
from ui.console.tidying import settle


async def serve(
    stages: Stages, places: Places, *, port: int, model: str, announce: Callable[[str], None], library: Library
) -> None:
    """Serve until the task is cancelled or a signal ends it; `announce` is given the one-time link.

    Runs that are under way are stopped, and can be resumed.
    """
    bound = listen(port)
    door = build_app(stages, places, port=bound.getsockname()[1], model=model, library=library)
    config = uvicorn.Config(
        door,
        # A page that is still open when the server ends would be a traceback at the level of errors.
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    settle()
    announce(door.link)
    try:
        await server.serve(sockets=[bound])
    finally:
        bound.close()
        await asyncio.to_thread(stages.close)
        await asyncio.to_thread(library.close)
