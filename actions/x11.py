"""The way to an X server."""

from typing import Any

import xcffib

from actions.errors import SurfaceLost


def connected(display: str) -> tuple[Any, int]:
    """A connection to a display, such as ":0", and its root window. Raises SurfaceLost when there is no such server."""
    try:
        connection: Any = xcffib.connect(display=display)
    except xcffib.ConnectionException as error:
        raise SurfaceLost(f"The display {display} can't be reached: start its X server.") from error
    return connection, connection.get_setup().roots[0].root
