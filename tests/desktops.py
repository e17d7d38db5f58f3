"""What tests of desktops share: a look whether programs are there, and a window that notes what reaches it."""

import os
import shutil
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
import xcffib
import xcffib.xproto as xproto

ROUNDS = int(os.environ.get("DESKTOP_ROUNDS", "25"))
"""How often what is random is tried; 500 shows all of it."""


def needs(*programs: str) -> None:
    """Skips a test where a program is not installed."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed: make setup-desktop")


class Event(NamedTuple):
    """A button that went down or up, a pointer that moved, a key that went down or up."""

    kind: str
    detail: int
    x: int
    y: int


_KINDS = {2: "key down", 3: "key up", 4: "down", 5: "up", 6: "moved"}


class NotingWindow:
    """A window over the whole screen, on a connection of its own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        before = os.environ.get("XAUTHORITY")
        os.environ["XAUTHORITY"] = environment["XAUTHORITY"]
        try:
            self._x: Any = xcffib.connect(display=environment["DISPLAY"])
        finally:
            if before is None:
                del os.environ["XAUTHORITY"]
            else:
                os.environ["XAUTHORITY"] = before
        screen = self._x.get_setup().roots[0]
        window, masks = self._x.generate_id(), xproto.EventMask
        wanted = masks.ButtonPress | masks.ButtonRelease | masks.PointerMotion | masks.KeyPress | masks.KeyRelease
        self._x.core.CreateWindow(
            *(screen.root_depth, window, screen.root, 0, 0, screen.width_in_pixels, screen.height_in_pixels, 0),
            *(xproto.WindowClass.InputOutput, screen.root_visual),
            xproto.CW.BackPixel | xproto.CW.OverrideRedirect | xproto.CW.EventMask,
            [screen.white_pixel, 1, wanted],
        )
        self._x.core.MapWindow(window)
        self._x.core.SetInputFocus(xproto.InputFocus.PointerRoot, window, 0)
        self._x.core.GetInputFocus().reply()

    def events(self, *, least: int = 0, seconds: float = 2.0) -> list[Event]:
        """What came since the last time; waits until it is `least` many."""
        found: list[Event] = []
        deadline = time.monotonic() + seconds
        while True:
            while (event := self._x.poll_for_event()) is not None:
                if kind := _KINDS.get(event.response_type & 0x7F):
                    found.append(Event(kind, event.detail, event.root_x, event.root_y))
            if len(found) >= least or time.monotonic() > deadline:
                return found
            time.sleep(0.002)

    def close(self) -> None:
        """The window goes with its connection."""
        self._x.disconnect()
