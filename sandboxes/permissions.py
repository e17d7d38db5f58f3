"""What pages may use of the machine: refused unless granted, at once, and told.

A headless Chromium shows no question, so some of them would wait for ever, and the windows that choose a screen or a
device, which nobody sees, take the next click away. Chromium tells nobody that a page asked; an init script notices it
and tells by a line of the console that begins with a word the page can't know.
"""

import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import BrowserContext, ConsoleMessage, Error

from sandboxes.notes import Notes

ALWAYS = ("clipboard-write",)
"""What browsers grant without a question: a button that copies works."""


class _Ask(NamedTuple):
    path: str
    """Of the object that has the functions, from `window` on."""
    functions: tuple[str, ...]
    about: str
    """What is asked for, in words."""
    permission: str = ""
    """What grants it; empty: nothing does, and it is refused by the script."""


_ASKS = (
    _Ask("Geolocation.prototype", ("getCurrentPosition", "watchPosition"), "your location", "geolocation"),
    _Ask("Notification", ("requestPermission",), "notifications", "notifications"),
    _Ask("MediaDevices.prototype", ("getUserMedia",), "camera or microphone", "camera microphone"),
    _Ask("Clipboard.prototype", ("read", "readText"), "what is on the clipboard", "clipboard-read"),
    _Ask("Navigator.prototype", ("requestMIDIAccess",), "MIDI devices", "midi midi-sysex"),
    _Ask("window", ("queryLocalFonts",), "the installed fonts", "local-fonts"),
    _Ask("MediaDevices.prototype", ("getDisplayMedia",), "a picture of the screen"),
    _Ask("window", ("showOpenFilePicker", "showSaveFilePicker", "showDirectoryPicker"), "files of this machine"),
    _Ask("USB.prototype", ("requestDevice",), "a USB device"),
    _Ask("HID.prototype", ("requestDevice",), "an input device"),
    _Ask("Serial.prototype", ("requestPort",), "a serial port"),
    _Ask("Bluetooth.prototype", ("requestDevice",), "a Bluetooth device"),
    _Ask("CredentialsContainer.prototype", ("get", "create"), "a passkey"),
)


class Permissions:
    """What one profile's pages may use."""

    def __init__(self, granted: Sequence[str], notes: Notes) -> None:
        self._granted = granted
        self._notes = notes
        self._word = secrets.token_hex(16)

    async def rule(self, context: BrowserContext) -> None:
        """Grant what is granted, refuse the rest, and notice who asks."""
        await context.grant_permissions([*ALWAYS, *self._granted])  # and with that, Chromium refuses all others
        context.on("console", self._heard)
        asks = [
            (ask.path, ask.functions, ask.about, not ask.permission)
            for ask in _ASKS
            if not set(ask.permission.split()) & set(self._granted)
        ]
        source = Path(__file__).with_name("permissions.js").read_text(encoding="utf-8")
        given = json.dumps({"word": self._word, "asks": asks})
        await context.add_init_script(f"(\n{source}\n)({given});")

    async def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "debug" and message.text.startswith(self._word):
            self._notes.add(f"The page asked for {message.text.removeprefix(self._word).strip()} and was refused.")
        with suppress(Error):  # What a page logs is let go of, or it would be kept as long as the page.
            for argument in message.args:
                await argument.dispose()
