"""Which program's window has the focus on an X server, by what the window manager and the program say (EWMH, ICCCM).

For guards and logs; never for a model.
"""

from typing import NamedTuple

import xcffib
import xcffib.xproto as xproto

from actions.errors import SurfaceLost
from actions.x11 import connected


class Window(NamedTuple):
    """A program's window."""

    app: str = ""
    """The class of the program, in lower case, such as "mousepad"."""
    title: str = ""


class X11Windows:
    """Asks one display."""

    def __init__(self, display: str) -> None:
        """Raises SurfaceLost when there is no such server."""
        self._x, self._root = connected(display)
        names = ("_NET_ACTIVE_WINDOW", "_NET_WM_NAME", "UTF8_STRING")
        self._active, self._name, self._utf8 = (
            self._x.core.InternAtom(False, len(name), name).reply().atom for name in names
        )

    def focused(self) -> Window:
        """The window that has the focus; an empty one where there is none, or no window manager says so."""
        try:
            held = self._x.core.GetProperty(False, self._root, self._active, xproto.Atom.WINDOW, 0, 1).reply()
            windows = held.value.to_atoms()
            if not windows or not windows[0]:
                return Window()
            kind = self._text(windows[0], xproto.Atom.WM_CLASS, xproto.Atom.STRING).split("\0")
            title = self._text(windows[0], self._name, self._utf8)
            title = title or self._text(windows[0], xproto.Atom.WM_NAME, xproto.Atom.STRING)
            return Window((kind[1] if len(kind) > 1 else kind[0]).lower(), title)
        except xcffib.ConnectionException as error:
            raise SurfaceLost("The X server is gone.") from error
        except xcffib.XcffibException:  # it was closed meanwhile
            return Window()

    def _text(self, window: int, name: int, kind: int) -> str:
        held = self._x.core.GetProperty(False, window, name, kind, 0, 1024).reply()
        return bytes(held.value.buf()).decode(errors="replace")
