"""Actions as the Python that OSWorld's guests run: one line of pyautogui, or the words WAIT, DONE and FAIL.

A guest puts `import pyautogui; import time; pyautogui.FAILSAFE = False; ` before it, so the first line is a simple
statement. Text goes by PyAutoGUI where that types it exactly; all else by XTEST over keys that are remapped meanwhile
(python-xlib, which PyAutoGUI needs on Linux anyway), because PyAutoGUI types ">" for "<" and drops what is no ASCII.
"""

from actions.action import Action, Answer, Decision, HScroll, LongPress, Scroll, Terminate, Type, Wait
from actions.codec.pyautogui_code import PyAutoGUICode
from actions.space import WHEEL_PIXELS
from perception.geometry import Size

DONE, FAIL = "DONE", "FAIL"
_EXACT = frozenset(chr(code) for code in range(32, 127)) - {"<"}
_REMAPPED = (
    "exec({code!r}, {{'text': {text!r}}})",
    """
import time
from Xlib import X, XK
from Xlib.display import Display
from Xlib.ext import xtest
display = Display()
first, last = display.display.info.min_keycode, display.display.info.max_keycode
table = display.get_keyboard_mapping(first, last - first + 1)
free = [first + place for place, symbols in enumerate(table) if not any(symbols)][:32]
names = {"\\n": XK.XK_Return, "\\t": XK.XK_Tab}
symbols = [names.get(letter, ord(letter) if ord(letter) < 256 else 0x1000000 + ord(letter)) for letter in text]
width = len(table[0])
while symbols:
    batch, rest = [], list(symbols)
    while rest and (rest[0] in batch or len(batch) < len(free)):
        if rest[0] not in batch:
            batch.append(rest[0])
        rest.pop(0)
    now = symbols[: len(symbols) - len(rest)]
    for key, symbol in zip(free, batch):
        display.change_keyboard_mapping(key, [(symbol,) * width])
    display.sync()
    time.sleep(0.3)
    for symbol in now:
        key = free[batch.index(symbol)]
        xtest.fake_input(display, X.KeyPress, key)
        xtest.fake_input(display, X.KeyRelease, key)
        display.sync()
        time.sleep(0.01)
    time.sleep(0.3)
    symbols = rest
for key in free:
    display.change_keyboard_mapping(key, [(0,) * width])
display.sync()
""",
)


def code_of(action: Action, size: Size) -> str:
    """What carries the action out on a guest whose screen has this size; DONE and FAIL end the task.

    Raises ActionUnsupported for what a desktop can't do.
    """
    match action:
        case Terminate(status="failure"):
            return FAIL
        case Terminate() | Answer():
            return DONE
        case Wait(seconds=seconds):
            # Not the word WAIT, whose time is the runner's own.
            return f"time.sleep({seconds!r})"
        case Type(text=text) if not _EXACT.issuperset(text):
            wrapped, code = _REMAPPED
            return wrapped.format(code=code, text=text)
        case LongPress(at=at, seconds=seconds):
            place = f"x={at.x}, y={at.y}"
            return f"pyautogui.mouseDown({place}); time.sleep({seconds!r}); pyautogui.mouseUp({place})"
        case Scroll() | HScroll():
            # A wheel turns by whole clicks: what is asked is rounded to them, and turns it by one at least.
            clicks = round(abs(action.pixels) / WHEEL_PIXELS) or min(1, abs(action.pixels))
            sign = 1 if action.pixels > 0 else -1
            action = action.model_copy(update={"pixels": sign * clicks * WHEEL_PIXELS})
    return PyAutoGUICode().encode(Decision(action=action), size, "desktop")
