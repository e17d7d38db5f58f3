"""What Android calls a key, and its number (android.view.KeyEvent)."""

from collections.abc import Mapping
from types import MappingProxyType

from actions.errors import ActionUnsupported

CODES: Mapping[str, int] = MappingProxyType(
    {
        "KEYCODE_HOME": 3,
        "KEYCODE_BACK": 4,
        "KEYCODE_ENDCALL": 6,
        **{f"KEYCODE_{digit}": 7 + digit for digit in range(10)},
        "KEYCODE_STAR": 17,
        "KEYCODE_POUND": 18,
        "KEYCODE_DPAD_UP": 19,
        "KEYCODE_DPAD_DOWN": 20,
        "KEYCODE_DPAD_LEFT": 21,
        "KEYCODE_DPAD_RIGHT": 22,
        "KEYCODE_DPAD_CENTER": 23,
        "KEYCODE_VOLUME_UP": 24,
        "KEYCODE_VOLUME_DOWN": 25,
        "KEYCODE_POWER": 26,
        "KEYCODE_CAMERA": 27,
        "KEYCODE_CLEAR": 28,
        **{f"KEYCODE_{letter}": 29 + place for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")},
        "KEYCODE_COMMA": 55,
        "KEYCODE_PERIOD": 56,
        "KEYCODE_ALT_LEFT": 57,
        "KEYCODE_ALT_RIGHT": 58,
        "KEYCODE_SHIFT_LEFT": 59,
        "KEYCODE_SHIFT_RIGHT": 60,
        "KEYCODE_TAB": 61,
        "KEYCODE_SPACE": 62,
        "KEYCODE_ENTER": 66,
        "KEYCODE_DEL": 67,
        "KEYCODE_GRAVE": 68,
        "KEYCODE_MINUS": 69,
        "KEYCODE_EQUALS": 70,
        "KEYCODE_LEFT_BRACKET": 71,
        "KEYCODE_RIGHT_BRACKET": 72,
        "KEYCODE_BACKSLASH": 73,
        "KEYCODE_SEMICOLON": 74,
        "KEYCODE_APOSTROPHE": 75,
        "KEYCODE_SLASH": 76,
        "KEYCODE_AT": 77,
        "KEYCODE_PLUS": 81,
        "KEYCODE_MENU": 82,
        "KEYCODE_SEARCH": 84,
        "KEYCODE_PAGE_UP": 92,
        "KEYCODE_PAGE_DOWN": 93,
        "KEYCODE_ESCAPE": 111,
        "KEYCODE_FORWARD_DEL": 112,
        "KEYCODE_CTRL_LEFT": 113,
        "KEYCODE_CTRL_RIGHT": 114,
        "KEYCODE_CAPS_LOCK": 115,
        "KEYCODE_SCROLL_LOCK": 116,
        "KEYCODE_META_LEFT": 117,
        "KEYCODE_META_RIGHT": 118,
        "KEYCODE_SYSRQ": 120,
        "KEYCODE_BREAK": 121,
        "KEYCODE_MOVE_HOME": 122,
        "KEYCODE_MOVE_END": 123,
        "KEYCODE_INSERT": 124,
        **{f"KEYCODE_F{number}": 130 + number for number in range(1, 13)},
        "KEYCODE_NUM_LOCK": 143,
        "KEYCODE_NUMPAD_ENTER": 160,
        "KEYCODE_APP_SWITCH": 187,
        "KEYCODE_SLEEP": 223,
        "KEYCODE_WAKEUP": 224,
    }
)
"""Names and numbers of the keys that this project speaks of."""

KEYCODES: Mapping[str, str] = MappingProxyType(
    {
        "ctrl": "KEYCODE_CTRL_LEFT",
        "alt": "KEYCODE_ALT_LEFT",
        "shift": "KEYCODE_SHIFT_LEFT",
        "meta": "KEYCODE_META_LEFT",
        "enter": "KEYCODE_ENTER",
        "tab": "KEYCODE_TAB",
        "esc": "KEYCODE_ESCAPE",
        "space": "KEYCODE_SPACE",
        "backspace": "KEYCODE_DEL",
        "delete": "KEYCODE_FORWARD_DEL",
        "insert": "KEYCODE_INSERT",
        "home": "KEYCODE_MOVE_HOME",
        "end": "KEYCODE_MOVE_END",
        "pageup": "KEYCODE_PAGE_UP",
        "pagedown": "KEYCODE_PAGE_DOWN",
        "up": "KEYCODE_DPAD_UP",
        "down": "KEYCODE_DPAD_DOWN",
        "left": "KEYCODE_DPAD_LEFT",
        "right": "KEYCODE_DPAD_RIGHT",
        "capslock": "KEYCODE_CAPS_LOCK",
        "numlock": "KEYCODE_NUM_LOCK",
        "scrolllock": "KEYCODE_SCROLL_LOCK",
        "printscreen": "KEYCODE_SYSRQ",
        "pause": "KEYCODE_BREAK",
        "menu": "KEYCODE_MENU",
        "volumeup": "KEYCODE_VOLUME_UP",
        "volumedown": "KEYCODE_VOLUME_DOWN",
        "power": "KEYCODE_POWER",
        "camera": "KEYCODE_CAMERA",
        "clear": "KEYCODE_CLEAR",
        **{f"f{number}": f"KEYCODE_F{number}" for number in range(1, 13)},
        **{letter.lower(): f"KEYCODE_{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
        **{str(digit): f"KEYCODE_{digit}" for digit in range(10)},
        ",": "KEYCODE_COMMA",
        ".": "KEYCODE_PERIOD",
        "`": "KEYCODE_GRAVE",
        "-": "KEYCODE_MINUS",
        "=": "KEYCODE_EQUALS",
        "[": "KEYCODE_LEFT_BRACKET",
        "]": "KEYCODE_RIGHT_BRACKET",
        "\\": "KEYCODE_BACKSLASH",
        ";": "KEYCODE_SEMICOLON",
        "'": "KEYCODE_APOSTROPHE",
        "/": "KEYCODE_SLASH",
        "@": "KEYCODE_AT",
        "+": "KEYCODE_PLUS",
        "*": "KEYCODE_STAR",
        "#": "KEYCODE_POUND",
    }
)
"""Canonical name (see `actions.keys`) to Android's. Characters that need Shift have no key and are typed instead."""


def keycode(key: str, *, alone: bool = True) -> str:
    """What Android calls a canonical key.

    Home alone is the phone's button, as adb's `keyevent HOME` is, whose names the function `mobile_use` takes; in a
    chord it is the key that goes to the beginning of a line. Raises ActionUnsupported for a character without a key.
    """
    if key == "home" and alone:
        return "KEYCODE_HOME"
    name = KEYCODES.get(key if alone else key.lower())
    if name is None:
        what_to_do = "type the character instead" if len(key) == 1 else "use another"
        raise ActionUnsupported(f'A phone has no key "{key}"; {what_to_do}.')
    return name
