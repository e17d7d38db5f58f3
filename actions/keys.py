"""The one key table: what models call a key, the name that this project keeps, and what Playwright calls it.

Canonical names are short and lower-case (`ctrl`, `enter`, `pagedown`, `f5`); a key that types a character is
that character (`a`, `?`, `é`), except for the space bar, which is `space`.
"""

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
}

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


def _parts(name: str) -> list[str]:
    if len(name) == 1 or "+" not in name:
        return [name]
    if name.endswith("++"):
        return [*_parts(name[:-2]), "+"]
    return name.split("+")
