"""The one key table: what models call a key, the name that this project keeps, and what each surface calls it.

Canonical names are short and lower-case (`ctrl`, `enter`, `pagedown`, `f5`); a key that types a character is
that character (`a`, `?`, `é`), except for the space bar, which is `space`.
"""

import sys
from collections.abc import Iterable

from actions.errors import ActionInvalid

_PLAYWRIGHT = {
    "ctrl": "Control",
    "alt": "Alt",
    "shift": "Shift",
    "meta": "Meta",
    "enter": "Enter",
    "tab": "Tab",
    "esc": "Escape",
    "space": "Space",
    "backspace": "Backspace",
    "delete": "Delete",
    "insert": "Insert",
    "home": "Home",
    "end": "End",
    "pageup": "PageUp",
    "pagedown": "PageDown",
    "up": "ArrowUp",
    "down": "ArrowDown",
    "left": "ArrowLeft",
    "right": "ArrowRight",
    "capslock": "CapsLock",
    "numlock": "NumLock",
    "scrolllock": "ScrollLock",
    "printscreen": "PrintScreen",
    "pause": "Pause",
    "menu": "ContextMenu",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
    "volumeup": "AudioVolumeUp",
    "volumedown": "AudioVolumeDown",
    "power": "Power",
    "camera": "Camera",
    "clear": "Clear",
}

_X11 = {
    "ctrl": 0xFFE3,
    "alt": 0xFFE9,
    "shift": 0xFFE1,
    "meta": 0xFFEB,
    "enter": 0xFF0D,
    "tab": 0xFF09,
    "esc": 0xFF1B,
    "space": 0x20,
    "backspace": 0xFF08,
    "delete": 0xFFFF,
    "insert": 0xFF63,
    "home": 0xFF50,
    "end": 0xFF57,
    "pageup": 0xFF55,
    "pagedown": 0xFF56,
    "up": 0xFF52,
    "down": 0xFF54,
    "left": 0xFF51,
    "right": 0xFF53,
    "capslock": 0xFFE5,
    "numlock": 0xFF7F,
    "scrolllock": 0xFF14,
    "printscreen": 0xFF61,
    "pause": 0xFF13,
    "menu": 0xFF67,
    **{f"f{number}": 0xFFBD + number for number in range(1, 13)},
    "volumeup": 0x1008FF13,
    "volumedown": 0x1008FF11,
    "power": 0x1008FF2A,
    "camera": 0x1008FF8F,
    "clear": 0xFF0B,
}
"""Keysyms, from `keysymdef.h` and `XF86keysym.h`."""

_X11_NAMES = {keysym: name for name, keysym in _X11.items()} | {
    **{0xFFE4: "ctrl", 0xFFE2: "shift", 0xFFEA: "alt", 0xFFEC: "meta", 0xFE03: "alt"},
    **{0xFF8D: "enter", 0xFE20: "tab"},
}
"""Those that are there twice are one key: right and left, keypad, a tab with shift."""

_ALIASES = {
    "ctrl": "control ctl ctrll ctrlr controll controlr controlleft controlright ctrlleft ctrlright",
    "alt": "option opt altl altr altleft altright",
    "shift": "shiftl shiftr shiftleft shiftright",
    "meta": "cmd command super superl superr win windows winleft winright winkey metaleft metaright",
    "enter": "return kpenter numpadenter newline",
    "esc": "escape",
    "space": "spacebar",
    "backspace": "back bksp",
    "delete": "del",
    "insert": "ins",
    "pageup": "pgup prior",
    "pagedown": "pgdn pgdown next",
    "up": "arrowup uparrow",
    "down": "arrowdown downarrow",
    "left": "arrowleft leftarrow",
    "right": "arrowright rightarrow",
    "printscreen": "prtsc prtscr prtscn printscr print",
    "menu": "apps contextmenu",
    "capslock": "caps",
    "pause": "break",
}

_NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
_NAMES |= {name: name for name in _PLAYWRIGHT}

_CHARACTERS = {
    " ": "space",
    "\n": "enter",
    "\r": "enter",
    "\t": "tab",
}

_WORDS = {
    "plus": "+",
    "minus": "-",
    "comma": ",",
    "period": ".",
    "dot": ".",
    "slash": "/",
    "backslash": "\\",
    "equal": "=",
    "equals": "=",
    "semicolon": ";",
    "quote": "'",
    "apostrophe": "'",
    "grave": "`",
    "backquote": "`",
    "bracketleft": "[",
    "bracketright": "]",
}

MODIFIERS = frozenset({"ctrl", "alt", "shift", "meta"})
"""The canonical names of keys that are held while others are pressed."""

MAX_KEYS = 8
"""The most keys that one chord may have."""


def canonical(name: str) -> str:
    """The canonical name of one key, from whatever a model calls it.

    Raises ActionInvalid, naming the key, when there is no such key.
    """
    if len(name) == 1:
        found = _CHARACTERS.get(name, name if name.isprintable() else "")
    else:
        plain = name.strip().lower().replace("_", "").replace("-", "").replace(" ", "")
        found = _NAMES.get(plain) or _WORDS.get(plain, plain if len(plain) == 1 else "")
    if not found:
        raise ActionInvalid(f'There is no key "{name[:40]}"; use names such as "ctrl", "enter", "pagedown", "a".')
    return found


def chord(names: Iterable[str]) -> tuple[str, ...]:
    """The canonical keys of a chord, in order; `ctrl+c` in one name counts as two keys.

    A letter beside ctrl, alt or meta is lower-case: Ctrl+C means the key, and shift has a name of its own.
    Raises ActionInvalid for an unknown key, no key, or more than `MAX_KEYS`.
    """
    keys = [canonical(part) for name in names for part in _parts(name)]
    if not keys:
        raise ActionInvalid("No key is named.")
    if len(keys) > MAX_KEYS:
        raise ActionInvalid(f"{len(keys)} keys at once are too many; the most is {MAX_KEYS}.")
    if {"ctrl", "alt", "meta"} & set(keys):
        keys = [key.lower() if len(key) == 1 and key.isascii() else key for key in keys]
    return tuple(keys)


def playwright_name(key: str) -> str:
    """What Playwright calls a canonical key; a character is its own name."""
    return _PLAYWRIGHT.get(key, key)


def x11_keysym(key: str) -> int:
    """The X11 keysym of a canonical key; of a character it is Latin-1, or Unicode above 0x01000000 (X11 protocol,
    appendix A).
    """
    if key in _X11:
        return _X11[key]
    code = ord(key)
    return code if 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xFF else 0x0100_0000 | code


def name_of_keysym(keysym: int) -> str:
    """The canonical name of the key that has this keysym; empty for one that has no name here."""
    if keysym in _X11_NAMES:
        return _X11_NAMES[keysym]
    code = keysym & 0xFF_FFFF if keysym >> 24 == 1 else keysym if keysym <= 0xFF else 0
    character = chr(code) if 0 < code <= sys.maxunicode else ""
    return character if character.isprintable() else ""


def _parts(name: str) -> list[str]:
    if len(name) == 1 or "+" not in name:
        return [name]
    if name.endswith("++"):
        return [*_parts(name[:-2]), "+"]
    return name.split("+")
