"""Text into the field that has the focus on an Android device.

`input text` types what a keyboard has keys for: printable ASCII. For everything else an input method that takes text
from a broadcast is switched to for the moment (ADBKeyBoard, github.com/senzhk/ADBKeyBoard), as there is no way of
Android's own. Line ends are the ENTER key and tabs the TAB key, in both ways.
"""

import asyncio
import base64
import re
import shlex
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from actions.errors import ActionUnsupported, ExecutionError

ADB_KEYBOARD = "com.android.adbkeyboard/.AdbIME"

MOST_TYPED = 200
"""Characters that one `input text` is given: each key takes its time, and a command has to fit one ADB message."""

MOST_BROADCAST = 400
"""The same of one broadcast."""

SHOWN_SECONDS = 2.0
"""How long the input method may take to be ready after it was switched to."""

Run = Callable[[str], Awaitable[str]]
"""Runs a command line on the device and returns what it printed, complaints too; raises as `DeviceShell` does."""

_CURRENT = "settings get secure default_input_method"
_MARK = "--next--"
_KEYS = {"\n": "KEYCODE_ENTER", "\t": "KEYCODE_TAB"}
_REFUSALS = re.compile(r"^(Error|Exception|usage:|Killed)|Exception|Unknown command", re.IGNORECASE | re.MULTILINE)


async def write_text(run: Run, text: str) -> None:
    """Type the text, exactly.

    Raises ActionUnsupported when it holds what no key types and the device has no ADB keyboard, ExecutionError when the
    device refuses.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    pieces = [piece for piece in re.split(r"([\n\t])", text) if piece]
    if all(_has_keys(piece) for piece in pieces if piece not in _KEYS):
        for piece in pieces:
            await _type(run, piece)
        return
    async with _adb_keyboard(run):
        for piece in pieces:
            await (_type(run, piece) if piece in _KEYS else _broadcast(run, piece))


async def send_input(run: Run, words: str) -> None:
    """Run `input` with these words. Raises ExecutionError for whatever it complains of: it prints nothing otherwise."""
    printed = await run(f"input {words} || echo Error: status $?")
    if _REFUSALS.search(printed):
        raise ExecutionError(f"the phone refused `input {words.split()[0]}`: {printed.strip().splitlines()[0][:200]}")


def typed_words(text: str) -> list[str]:
    """The arguments for `input text` that together type the text, quoted for the device's shell.

    `input` reads `%s` as a space and has no way to say a real one, so `%` and `s` never go in one argument.
    """
    parts = [part for piece in re.split(r"(?<=%)(?=s)", text) for part in _cut(piece, MOST_TYPED)]
    return [shlex.quote(part.replace(" ", "%s")) for part in parts]


async def _type(run: Run, piece: str) -> None:
    if key := _KEYS.get(piece):
        await send_input(run, f"keyevent {key}")
        return
    for word in typed_words(piece):
        await send_input(run, f"text {word}")


async def _broadcast(run: Run, piece: str) -> None:
    for part in _cut(piece, MOST_BROADCAST):
        message = base64.b64encode(part.encode()).decode("ascii")
        printed = await run(f"am broadcast -a ADB_INPUT_B64 --es msg {message}")
        if "Broadcast completed" not in printed:
            raise ExecutionError(f"the ADB keyboard took no text: {printed.strip()[:200] or 'it said nothing'}")


@asynccontextmanager
async def _adb_keyboard(run: Run) -> AsyncIterator[None]:
    """Have the ADB keyboard as the input method, and afterwards what was there before."""
    known, enabled, before = await _input_methods(run)
    if ADB_KEYBOARD not in known:
        raise ActionUnsupported(
            "This phone types only printable ASCII: for other text install the app com.android.adbkeyboard "
            "(`adb install ADBKeyboard.apk`, from github.com/senzhk/ADBKeyBoard)."
        )
    try:
        said = await run(f"ime enable {ADB_KEYBOARD}; ime set {ADB_KEYBOARD}; {_CURRENT}")
        if said.split()[-1:] != [ADB_KEYBOARD]:
            raise ExecutionError(f"the phone did not switch to the ADB keyboard: {said.strip()[:200]}")
        await _shown(run)
        yield
    finally:
        back = f"ime set {before}" if before != ADB_KEYBOARD and re.fullmatch(r"[\w.$]+/[\w.$]+", before) else "true"
        await run(back if ADB_KEYBOARD in enabled else f"{back}; ime disable {ADB_KEYBOARD}")


async def _input_methods(run: Run) -> tuple[list[str], list[str], str]:
    """The input methods that are installed, those that are enabled, and the one that is used."""
    told = await run(f"ime list -a -s; echo {_MARK}; ime list -s; echo {_MARK}; {_CURRENT}")
    known, enabled, current = (
        (part.split() for part in told.split(_MARK, 2)) if told.count(_MARK) >= 2 else ([], [], [])
    )
    return known, enabled, current[0] if current else ""


async def _shown(run: Run) -> None:
    """Wait until the input method stands ready. Some devices never say so, and are tried all the same."""
    deadline = time.monotonic() + SHOWN_SECONDS
    while time.monotonic() < deadline:
        said = await run("dumpsys input_method | grep -E 'mCurMethodId=|mInputShown='")
        if "adbkeyboard" in said and "mInputShown=true" in said:
            return
        await asyncio.sleep(0.1)


def _has_keys(text: str) -> bool:
    return all(" " <= character <= "~" for character in text)


def _cut(text: str, most: int) -> list[str]:
    return [text[at : at + most] for at in range(0, len(text), most)]
