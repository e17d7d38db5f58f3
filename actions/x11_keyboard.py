"""A keyboard on an X server: text arrives letter by letter as it was written, in whatever alphabet.

Keys are pressed by the XTEST extension. A character that the layout has on no key is put on one of those that the
layout leaves empty, for as long as the text needs it. An empty key may only be given another character when the window
that has the focus has read what was pressed before: it is pinged (`_NET_WM_PING`, which every toolkit answers in the
order of its events), and a window that does not answer is given some time instead. The clipboard is never touched.

Left out: the levels of AltGr, whose characters are put on empty keys too.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any

import xcffib
import xcffib.xproto as xproto
import xcffib.xtest

from actions.errors import ActionUnsupported, ExecutionError, SurfaceLost
from actions.keys import x11_keysym
from actions.x11 import connected

PING_SECONDS = 2.0
"""How long a window may take to answer."""
SILENT_SECONDS = 0.15
"""What a window gets that answers no pings."""
BURST = 64
"""Characters between two pings, so that a slow window's queue stays short."""

_PRESS, _RELEASE, _BUTTON_RELEASE = 2, 3, 5
_LOCK, _GROUPS = 0x2, 13
_TYPED = {"\n": "enter", "\t": "tab"}


class X11Keyboard:
    """The keyboard of one display, for one thread at a time."""

    def __init__(self, display: str) -> None:
        """display: such as ":0". Raises SurfaceLost when there is no such server, ActionUnsupported without XTEST."""
        self._x, self._root = connected(display)
        try:
            self._test: Any = self._x(xcffib.xtest.key)
        except xcffib.XcffibException as error:
            raise ActionUnsupported(f"The display {display} has no XTEST extension: keys can't be pressed.") from error
        self._x.core.ChangeWindowAttributes(self._root, xproto.CW.EventMask, [xproto.EventMask.SubstructureNotify])
        self._numbers = count(1)
        self._held: list[int] = []
        self._layout = _Layout([], 8, 1)
        self._read_layout()

    def type(self, text: str) -> None:
        """Press what writes the text; a line's end is Enter, a tab the Tab key.

        Raises ActionUnsupported for another control character, SurfaceLost when the server is gone.
        """
        keysyms = [_keysym_of(character) for character in text]
        with _server_errors(self._release):
            self._read_layout()
            unlocked = self._unlock()
            start = 0
            while start < len(keysyms):
                start += self._burst(keysyms[start : start + BURST])
                self._settle()
            if unlocked:
                self._tap(*self._layout.place(x11_keysym("capslock")))
            self._restore()

    def press(self, keys: Sequence[str]) -> None:
        """Hold each key of a chord of canonical names while the next is pressed; let go in reverse order."""
        with _server_errors(self._release):
            self._read_layout()
            keysyms = [x11_keysym(key) for key in keys]
            self._lend([keysym for keysym in keysyms if not self._layout.owns(keysym)])
            for keysym in keysyms:
                code, shifted = self._layout.place(keysym)
                for held in (self._shift, code) if shifted else (code,):
                    self._input(_PRESS, held)
            self._release()
            self._settle()
            self._restore()

    def let_go(self) -> None:
        """Let go of every key and button that is down, whoever pressed it."""
        with _server_errors(lambda: None):
            down = self._x.core.QueryKeymap().reply().keys
            for code in (8 * byte + bit for byte, bits in enumerate(down) for bit in range(8) if bits >> bit & 1):
                self._test.FakeInput(_RELEASE, code, 0, self._root, 0, 0, 0)
            for button in (button for button in range(1, 6) if self._state() >> (7 + button) & 1):
                self._test.FakeInput(_BUTTON_RELEASE, button, 0, self._root, 0, 0, 0)
            self._x.core.GetInputFocus().reply()

    def close(self) -> None:
        """Let go of what is held, and of the server."""
        with suppress(SurfaceLost), _server_errors(lambda: None):
            self._release()
            self._restore()
        with suppress(xcffib.ConnectionException):
            self._x.disconnect()

    # Pressing
    # ----------------------------------------------------------------------------------------------------

    def _burst(self, keysyms: Sequence[int]) -> int:
        """Press as many as can be on keys at the same time; gives how many."""
        foreign: list[int] = []
        for number, keysym in enumerate(keysyms):
            if not self._layout.owns(keysym) and keysym not in foreign:
                if len(foreign) == self._layout.num_empty:
                    keysyms = keysyms[:number]
                    break
                foreign.append(keysym)
        if not keysyms:
            raise ActionUnsupported("This keyboard's layout has no empty key to put other characters on.")
        self._lend(foreign)
        for keysym in keysyms:
            self._tap(*self._layout.place(keysym))
        return len(keysyms)

    def _tap(self, code: int, shifted: bool) -> None:
        for key in (self._shift, code) if shifted else (code,):
            self._input(_PRESS, key)
        self._release()

    def _input(self, kind: int, code: int) -> None:
        self._test.FakeInput(kind, code, 0, self._root, 0, 0, 0)
        if kind == _PRESS:
            self._held.append(code)

    def _release(self) -> None:
        while self._held:
            self._test.FakeInput(_RELEASE, self._held.pop(), 0, self._root, 0, 0, 0)
        self._x.flush()

    @property
    def _shift(self) -> int:
        return self._layout.place(x11_keysym("shift"))[0]

    def _unlock(self) -> bool:
        """Lift the lock on capitals where it is on, since it would turn letters around; says whether it did."""
        if not self._state() & _LOCK or not self._layout.owns(x11_keysym("capslock")):
            return False
        self._tap(*self._layout.place(x11_keysym("capslock")))
        return True

    def _state(self) -> int:
        return self._x.core.QueryPointer(self._root).reply().mask

    # The layout
    # ----------------------------------------------------------------------------------------------------

    def _read_layout(self) -> None:
        setup = self._x.get_setup()
        number = setup.max_keycode - setup.min_keycode + 1
        found = self._x.core.GetKeyboardMapping(setup.min_keycode, number).reply()
        group = self._state() >> _GROUPS & 3
        self._layout = _Layout(list(found.keysyms), setup.min_keycode, found.keysyms_per_keycode, group)

    def _lend(self, keysyms: Sequence[int]) -> None:
        """Put these on empty keys, and see that the server has them there."""
        width = self._layout.width
        for keysym, code in self._layout.lend(keysyms).items():
            self._x.core.ChangeKeyboardMapping(1, code, width, [keysym] * width)
            found = list(self._x.core.GetKeyboardMapping(code, 1).reply().keysyms)
            if keysym not in found:
                raise ExecutionError("The X server would not put a character on an empty key: type something else.")

    def _restore(self) -> None:
        """Empty the keys that were lent."""
        for code in self._layout.lent_codes:
            self._x.core.ChangeKeyboardMapping(1, code, 1, [0])
        self._x.flush()

    # Waiting
    # ----------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Until the window that has the focus has read what was pressed."""
        self._x.core.GetInputFocus().reply()  # the server has done all that was asked
        window = self._pinged()
        if window is None:
            time.sleep(SILENT_SECONDS)
            return
        protocols, ping, number = self._atom("WM_PROTOCOLS"), self._atom("_NET_WM_PING"), next(self._numbers)
        self._drain(-1)
        data = xproto.ClientMessageData.synthetic([ping, number, window, 0, 0], "IIIII")
        event = xproto.ClientMessageEvent.synthetic(32, window, protocols, data)
        self._x.core.SendEvent(False, window, 0, event.pack())
        self._x.flush()
        deadline = time.monotonic() + PING_SECONDS
        while time.monotonic() < deadline:
            if self._drain(number):
                return
            time.sleep(0.001)

    def _drain(self, number: int) -> bool:
        """Read the events that came; whether the answer to a ping was among them, or word that the window is gone: what
        was pressed may rightly have closed it."""
        answered = False
        while True:
            try:
                event = self._x.poll_for_event()
            except xproto.WindowError:
                answered = True
                continue
            if event is None:
                return answered
            if isinstance(event, xproto.ClientMessageEvent) and event.window == self._root:
                answered |= event.data.data32[1] == number

    def _pinged(self) -> int | None:
        """The window around the focus that answers pings."""
        protocols, ping = self._atom("WM_PROTOCOLS"), self._atom("_NET_WM_PING")
        window = self._x.core.GetInputFocus().reply().focus
        while window > 1 and window != self._root:
            try:
                held = self._x.core.GetProperty(False, window, protocols, xproto.Atom.ATOM, 0, 32).reply()
                if ping in held.value.to_atoms():
                    return window
                window = self._x.core.QueryTree(window).reply().parent
            except xproto.WindowError:  # it was closed meanwhile
                return None
        return None

    def _atom(self, name: str) -> int:
        return self._x.core.InternAtom(False, len(name), name).reply().atom


class _Layout:
    """Which keysyms are on which keys, and which keys are empty."""

    def __init__(self, keysyms: Sequence[int], first: int, width: int, group: int = 0) -> None:
        """keysyms: `width` of each key from the code `first` on; group: which of several layouts is in use."""
        self.width = width
        rows = [keysyms[at : at + width] for at in range(0, len(keysyms), width)]
        self._places: dict[int, tuple[int, bool]] = {}
        self._empty: list[int] = []
        self._lent: dict[int, int] = {}
        self.lent_codes: set[int] = set()
        """Every key that was lent at some time."""
        for code, row in enumerate(rows, first):
            if not any(row):
                self._empty.append(code)
                continue
            own = row[2 * group : 2 * group + 2] if any(row[2 * group : 2 * group + 2]) else row[:2]
            for level, keysym in enumerate(own):
                if keysym:
                    self._places.setdefault(keysym, (code, level == 1))
            if own and 0x61 <= own[0] <= 0x7A and not any(own[1:]):
                self._places.setdefault(own[0] - 0x20, (code, True))  # a letter alone has its capital with shift

    @property
    def num_empty(self) -> int:
        """Keys that characters can be put on."""
        return len(self._empty)

    def owns(self, keysym: int) -> bool:
        """Whether it is on a key that was not lent."""
        return keysym in self._places

    def place(self, keysym: int) -> tuple[int, bool]:
        """The key, and whether shift has to be held. Raises ActionUnsupported when it is on none."""
        if keysym in self._lent:
            return self._lent[keysym], False
        if keysym not in self._places:
            raise ActionUnsupported("The keyboard has no such key.")
        return self._places[keysym]

    def lend(self, keysyms: Sequence[int]) -> dict[int, int]:
        """Keys for these and no others: keysym -> code of those that were not on theirs already."""
        kept = {keysym: code for keysym, code in self._lent.items() if keysym in keysyms}
        codes = [code for code in self._empty if code not in kept.values()]
        wanted = [keysym for keysym in keysyms if keysym not in kept]
        if len(wanted) > len(codes):
            raise ActionUnsupported("This keyboard's layout has too few empty keys for other characters.")
        added = dict(zip(wanted, codes, strict=False))
        self._lent = kept | added
        self.lent_codes |= set(added.values())
        return added


def _keysym_of(character: str) -> int:
    if character in _TYPED:
        return x11_keysym(_TYPED[character])
    if ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0:
        raise ActionUnsupported(f"The character {character!r} is on no keyboard: leave it out.")
    return x11_keysym(character)


class _server_errors:
    """Errors of the X server as ours, and what is held is let go of."""

    def __init__(self, release: Any) -> None:
        self._release = release

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None:
            return
        with suppress(xcffib.XcffibException):
            self._release()
        if isinstance(error, xcffib.ConnectionException):
            raise SurfaceLost("The X server is gone.") from error
        if isinstance(error, xcffib.XcffibException):
            raise ExecutionError(f"The X server refused a key: {type(error).__name__} {error}.") from error
