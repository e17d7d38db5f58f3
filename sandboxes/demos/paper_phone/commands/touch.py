"""`input`: fingers, keys and text, as Android's own command has them (frameworks/base, InputShellCommand.java)."""

from collections.abc import Mapping

from actions.android_keys import CODES, KEYCODES
from actions.keys import playwright_name
from perception.geometry import Point
from sandboxes.demos.paper_phone.command import Answer, Call, Command, Device, failed

SOURCES = ("touchscreen", "keyboard", "dpad", "mouse", "touchpad", "stylus", "trackball", "gamepad", "joystick")
"""What may be named before the command."""

SYSTEM_KEYS = frozenset(
    "BACK HOME APP_SWITCH MENU POWER WAKEUP SLEEP VOLUME_UP VOLUME_DOWN CAMERA CLEAR SEARCH".split()
)
"""The phone's own keys; the others go to the field that has the focus."""

KEYCOMBINATION_SDK = 31
"""The first Android that has `input keycombination`."""

SWIPE_MILLISECONDS = 300
"""How long a swipe takes that names no time."""

_NAMES = {number: name for name, number in CODES.items()}
_CANONICAL = {name.removeprefix("KEYCODE_"): key for key, name in KEYCODES.items()}
_CANONICAL |= {"DPAD_CENTER": "enter", "NUMPAD_ENTER": "enter", "FORWARD_DEL": "delete", "DEL": "backspace"}
_RIGHT = {"CTRL_RIGHT": "ctrl", "ALT_RIGHT": "alt", "SHIFT_RIGHT": "shift", "META_RIGHT": "meta"}


class _Usage(Exception):
    """What is wrong with the words, for the error output."""


async def _input(call: Call) -> Answer:
    words = call.words[1:] if call.words and call.words[0] in SOURCES else call.words
    if words[:1] == ["-d"]:
        words = words[2:]
    kinds = {
        "tap": _tap,
        "swipe": _swipe,
        "draganddrop": _swipe,
        "text": _text,
        "keyevent": _keyevent,
        "press": _press,
        "motionevent": _ignored,
    }
    if call.device.sdk >= KEYCOMBINATION_SDK:
        kinds["keycombination"] = _keycombination
    if not words or words[0] not in kinds:
        wrong = f"Error: Unknown command: {words[0]}\n" if words else ""
        return failed(f"{wrong}Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]", 255)
    try:
        await kinds[words[0]](call.device, words[1:])
    except _Usage as wrong:
        return failed(f"Error: {wrong}", 255)
    except (IndexError, ValueError):
        return failed(f"Error: Invalid arguments for command: {words[0]}", 255)
    return Answer()


async def _tap(device: Device, words: list[str]) -> None:
    x, y = words
    await device.screen.tap(Point(x=int(float(x)), y=int(float(y))))


async def _swipe(device: Device, words: list[str]) -> None:
    x1, y1, x2, y2 = (int(float(word)) for word in words[:4])
    milliseconds = int(words[4]) if len(words) > 4 else SWIPE_MILLISECONDS
    await device.screen.swipe(Point(x=x1, y=y1), Point(x=x2, y=y2), milliseconds)


async def _press(device: Device, words: list[str]) -> None:
    middle = Point(x=device.screen.size.width // 2, y=device.screen.size.height // 2)
    await device.screen.tap(middle)


async def _ignored(device: Device, words: list[str]) -> None:
    """Single touch events are not told apart on this phone."""


async def _text(device: Device, words: list[str]) -> None:
    """Type what a keyboard has keys for. `%s` is a space, and what no key types fails as on every phone."""
    text = words[0].replace("%s", " ")
    if not all(" " <= character <= "~" for character in text):
        raise _Usage(
            "Exception occurred while executing 'text':\n"
            "java.lang.NullPointerException: Attempt to get length of null array"
        )
    await device.screen.write(text)


async def _keyevent(device: Device, words: list[str]) -> None:
    names = [key_name(word) for word in words if not word.startswith("--")]
    if not names:
        raise IndexError
    for name in names:
        await press_key(device, name)


async def _keycombination(device: Device, words: list[str]) -> None:
    names = [key_name(word) for word in (words[2:] if words[:1] == ["-t"] else words)]
    if len(names) < 2:
        raise IndexError
    await device.screen.press([_key(name) for name in names])


async def press_key(device: Device, name: str) -> None:
    """Press one key by its name without KEYCODE_; one that this phone has no use for does nothing."""
    if name in SYSTEM_KEYS:
        await device.screen.ask("key", name)
    elif _key(name):
        await device.screen.press([_key(name)])


def key_name(word: str) -> str:
    """A key's name from its name or number. Raises _Usage for one that Android does not know."""
    name = _NAMES.get(int(word), "") if word.isdigit() else f"KEYCODE_{word.upper().removeprefix('KEYCODE_')}"
    if word.isdigit() and 0 <= int(word) < 320:
        return name.removeprefix("KEYCODE_")
    if name not in CODES:
        raise _Usage(f"Invalid keycode: {word}")
    return name.removeprefix("KEYCODE_")


def _key(name: str) -> str:
    """What Playwright calls a key that types or edits; empty for others."""
    canonical = _RIGHT.get(name) or _CANONICAL.get(name, "")
    return playwright_name(canonical) if canonical else ""


COMMANDS: Mapping[str, Command] = {"input": _input}
