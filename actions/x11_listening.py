"""What is done with mouse and keyboard on an X server, heard by its RECORD extension, for recordings.

Everything is heard, whichever window has the focus, passwords too: X knows no password fields. So this is for who
records a desktop on purpose, and for nothing else.
"""

import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

import xcffib
import xcffib.record
import xcffib.xproto

from actions.errors import ActionUnsupported, SurfaceLost
from actions.keys import name_of_keysym
from actions.space import WHEEL_PIXELS
from actions.x11 import connected
from perception.geometry import Point
from perception.recording.events import Input

_KEY_PRESS, _BUTTON_PRESS, _BUTTON_RELEASE, _MOTION = 2, 4, 5, 6
_SHIFT, _LOCK, _CONTROL, _ALT, _SUPER = 0x1, 0x2, 0x4, 0x8, 0x40
_HELD = ((_CONTROL, "ctrl"), (_ALT, "alt"), (_SUPER, "meta"))
_BUTTONS: dict[int, Literal["left", "middle", "right"]] = {1: "left", 2: "middle", 3: "right"}
_WHEELS = {4: (0, -1), 5: (0, 1), 6: (-1, 0), 7: (1, 0)}
_FROM_SERVER = 0
"""Category of data that is events (RECORD protocol, section 4)."""
_MOVE_SECONDS = 0.03


class X11Listener:
    """Hears one display until it is closed; `tell` is called from a thread of its own."""

    def __init__(
        self, display: str, tell: Callable[[Input], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """clock: gives the time of an event. Raises SurfaceLost without a server, ActionUnsupported without RECORD."""
        self._tell, self._clock = tell, clock
        self._control, _ = connected(display)
        self._data, _ = connected(display)
        try:
            self._record: Any = self._control(xcffib.record.key)
            heard: Any = self._data(xcffib.record.key)
        except xcffib.XcffibException as error:
            raise ActionUnsupported(f"The display {display} has no RECORD extension: input can't be heard.") from error
        byte, word = xcffib.record.Range8.synthetic, xcffib.record.Range16.synthetic
        nothing = xcffib.record.ExtRange.synthetic(byte(0, 0), word(0, 0))
        input_events = byte(_KEY_PRESS, _MOTION)
        wanted = xcffib.record.Range.synthetic(
            byte(0, 0), byte(0, 0), nothing, nothing, byte(0, 0), input_events, byte(0, 0), False, False
        )
        self._context = self._control.generate_id()
        everyone = [xcffib.record.CS.AllClients]
        self._record.CreateContext(self._context, 0, 1, 1, everyone, [wanted], is_checked=True).check()
        self._cookie = heard.EnableContext(self._context)
        self._data.flush()
        self._last_move = 0.0
        self._thread = threading.Thread(target=self._listen, name="x11-listening", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hears nothing any more."""
        try:
            self._record.DisableContext(self._context, is_checked=True).check()
            self._thread.join(2.0)
            self._control.disconnect()
        except xcffib.XcffibException as error:
            raise SurfaceLost("The X server is gone.") from error

    def _listen(self) -> None:
        try:
            while True:
                reply = self._cookie.reply()
                if reply.category != _FROM_SERVER:
                    if reply.category == 5:  # the end
                        return
                    continue
                raw = bytes(reply.data.buf())
                for start in range(0, len(raw) - 31, 32):
                    for event in self._events(raw[start : start + 32]):
                        self._tell(event)
        except xcffib.XcffibException:
            return  # The server is gone, or nobody listens any more.

    def _events(self, raw: bytes) -> Iterator[Input]:
        kind, detail, x, y, state = struct.unpack("=BB18xhh4xH2x", raw)
        now, at = self._clock(), Point(x=max(0, x), y=max(0, y))
        if kind == _MOTION and now - self._last_move >= _MOVE_SECONDS:
            self._last_move = now
            yield Input(time=now, kind="move", at=at)
        elif kind == _BUTTON_PRESS and detail in _WHEELS:
            dx, dy = (turn * WHEEL_PIXELS for turn in _WHEELS[detail])
            yield Input(time=now, kind="wheel", at=at, dx=dx, dy=dy)
        elif kind in (_BUTTON_PRESS, _BUTTON_RELEASE) and detail in _BUTTONS:
            which = "press" if kind == _BUTTON_PRESS else "release"
            yield Input(time=now, kind=which, at=at, button=_BUTTONS[detail])
        elif kind == _KEY_PRESS:
            yield from self._key(now, detail, state)

    def _key(self, now: float, code: int, state: int) -> Iterator[Input]:
        # The layout is read with each key: a key may be lent to a character for a moment.
        levels = self._control.core.GetKeyboardMapping(code, 1).reply().keysyms
        upper = len(levels) > 1 and levels[1]
        capital = bool(state & _LOCK) and name_of_keysym(levels[0]).isalpha() and len(name_of_keysym(levels[0])) == 1
        shifted = bool(state & _SHIFT) != capital
        name = name_of_keysym(levels[1] if shifted and upper else levels[0])
        held = tuple(key for mask, key in _HELD if state & mask)
        if not name or name in ("ctrl", "alt", "meta", "shift", "capslock", "numlock"):
            return
        if not held and (len(name) == 1 or name == "space"):
            yield Input(time=now, kind="text", text=" " if name == "space" else name)
        else:
            shift = ("shift",) if state & _SHIFT else ()
            yield Input(time=now, kind="key", keys=(*held, *shift, name_of_keysym(levels[0])))
