"""The windows on a guest's screen, by what its window manager says (EWMH): listed, raised, closed."""

import os
import struct
from typing import Any, NamedTuple

import xcffib
import xcffib.xproto as xproto

from actions.x11 import connected


class Window(NamedTuple):
    """One window that the window manager looks after."""

    id: int
    title: str
    classes: tuple[str, ...]
    """The program's instance and class."""
    box: tuple[int, int, int, int]
    """Left, top, width and height in pixels."""


class Windows:
    """The windows of one display; a connection for each question, so that threads share none."""

    def __init__(self, display: str | None = None) -> None:
        """display: the environment's own without."""
        self._display = display or os.environ["DISPLAY"]

    def listed(self) -> list[Window]:
        """All of them, the oldest first. Raises SurfaceLost when the X server is gone."""
        x, root = connected(self._display)
        try:
            held = _property(x, root, "_NET_CLIENT_LIST", xproto.Atom.WINDOW)
            found = []
            for number in held.value.to_atoms():
                try:
                    found.append(_window(x, root, number))
                except xcffib.XcffibException:  # it was closed meanwhile
                    continue
            return found
        finally:
            x.disconnect()

    def find(self, name: str, *, strict: bool = False, by_class: bool = False) -> Window | None:
        """The first whose title (or class) contains the name, or is it where that is asked for strictly."""
        for window in self.listed():
            names = window.classes if by_class else (_plain(window.title),)
            if any(_plain(name) == one if strict else _plain(name).lower() in one.lower() for one in names):
                return window
        return None

    def activate(self, window: Window) -> None:
        """Raise it and give it the focus."""
        self._tell(window, "_NET_ACTIVE_WINDOW", 2)

    def close(self, window: Window) -> None:
        """Ask its program to close it."""
        self._tell(window, "_NET_CLOSE_WINDOW", 0)

    def _tell(self, window: Window, message: str, first: int) -> None:
        x, root = connected(self._display)
        try:
            kind = x.core.InternAtom(False, len(message), message).reply().atom
            event = struct.pack("BBHII5I", 33, 32, 0, window.id, kind, first, 0, 0, 0, 0)
            masks = xproto.EventMask
            x.core.SendEvent(False, root, masks.SubstructureRedirect | masks.SubstructureNotify, event)
            x.core.GetInputFocus().reply()
        finally:
            x.disconnect()


def _plain(title: str) -> str:
    """Newer programs write a dash where OSWorld's tasks name a hyphen."""
    return title.replace("\u2014", "-").replace("\u2013", "-")


def _window(x: Any, root: int, number: int) -> Window:
    title = _text(x, number, "_NET_WM_NAME", "UTF8_STRING") or _text(x, number, "WM_NAME", "STRING")
    classes = tuple(part for part in _text(x, number, "WM_CLASS", "STRING").split("\0") if part)
    size = x.core.GetGeometry(number).reply()
    place = x.core.TranslateCoordinates(number, root, 0, 0).reply()
    return Window(number, title, classes, (place.dst_x, place.dst_y, size.width, size.height))


def _text(x: Any, window: int, name: str, kind: str) -> str:
    atom = x.core.InternAtom(False, len(kind), kind).reply().atom
    return bytes(_property(x, window, name, atom).value.buf()).decode(errors="replace")


def _property(x: Any, window: int, name: str, kind: int) -> Any:
    atom = x.core.InternAtom(False, len(name), name).reply().atom
    return x.core.GetProperty(False, window, atom, kind, 0, 4096).reply()
