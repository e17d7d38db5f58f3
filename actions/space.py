"""What a model may do on a surface: the JSON Schema of its reply, and the function for its prompt.

Two functions, `computer_use` for browsers and desktops and `mobile_use` for phones, with the words and parameters of
Qwen3-VL (cookbooks, `agent_function_call`) and one addition: `coordinate2`, the end of a drag. One table a function
names every word's parameters; the codec reads replies by it, so what is asked for and what is understood cannot drift
apart.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from actions.errors import ActionUnsupported

Function = Literal["computer_use", "mobile_use"]

COMPUTER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "left_click": ("coordinate",),
        "type": ("text",),
        "key": ("keys",),
        "scroll": ("coordinate", "pixels"),
        "mouse_move": ("coordinate",),
        "right_click": ("coordinate",),
        "middle_click": ("coordinate",),
        "double_click": ("coordinate",),
        "triple_click": ("coordinate",),
        "left_click_drag": ("coordinate", "coordinate2"),
        "hscroll": ("coordinate", "pixels"),
        "wait": ("time",),
        "terminate": ("status",),
        "answer": ("text",),
    }
)
"""Every word of `computer_use` and its parameters, in the order in which they are written."""

MOBILE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "click": ("coordinate",),
        "type": ("text",),
        "swipe": ("coordinate", "coordinate2"),
        "long_press": ("coordinate", "time"),
        "key": ("text",),
        "system_button": ("button",),
        "open": ("text",),
        "wait": ("time",),
        "terminate": ("status",),
        "answer": ("text",),
    }
)
"""The same of `mobile_use`."""

WORDS: Mapping[Function, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"computer_use": COMPUTER, "mobile_use": MOBILE}
)

SURFACES: Mapping[str, Function] = MappingProxyType(
    {"browser": "computer_use", "desktop": "computer_use", "android": "mobile_use"}
)
"""Which function each surface is worked by."""

MAX_THOUGHT = 200
MAX_TEXT = 2000
MAX_PIXELS = 100_000
MAX_SECONDS = 60
WHEEL_PIXELS = 100
"""What one click of a wheel counts as; about what programs make of it."""

_MEANINGS: Mapping[Function, Mapping[str, str]] = MappingProxyType(
    {
        "computer_use": {
            "left_click": "click with the left button at `coordinate`",
            "type": "type `text` where the keyboard's focus is",
            "key": "press `keys` together as a chord and let them go in reverse order",
            "scroll": "turn the wheel by `pixels` at `coordinate`; positive is up, negative is down",
            "mouse_move": "move the pointer to `coordinate`",
            "right_click": "click with the right button at `coordinate`",
            "middle_click": "click with the middle button at `coordinate`",
            "double_click": "click twice with the left button at `coordinate`",
            "triple_click": "click three times with the left button at `coordinate`",
            "left_click_drag": "hold the left button from `coordinate` to `coordinate2`",
            "hscroll": "turn the wheel sideways by `pixels` at `coordinate`; positive is left, negative is right",
            "wait": "let `time` seconds pass while the screen changes",
            "terminate": "end the task and report its `status`",
            "answer": "answer the question in `text`",
        },
        "mobile_use": {
            "click": "tap `coordinate`",
            "type": "type `text` into the field that has the focus",
            "swipe": "move a finger from `coordinate` to `coordinate2`; what is under it goes along",
            "long_press": "press `coordinate` and hold it for `time` seconds",
            "key": "press the key that `text` names, such as volume_up, power or enter",
            "system_button": "press `button` of the phone",
            "open": "open the app that `text` names",
            "wait": "let `time` seconds pass while the screen changes",
            "terminate": "end the task and report its `status`",
            "answer": "answer the question in `text`",
        },
    }
)

_PARAMETERS: Mapping[Function, Mapping[str, str]] = MappingProxyType(
    {
        "computer_use": {
            "coordinate": "[x, y] on the screen, each from 0 to {grid} whatever its real size; x grows to the right, y "
            "downwards. For a drag: where it starts.",
            "coordinate2": "[x, y] where a drag ends.",
            "text": "What to type, or the answer.",
            "keys": 'Names of keys, such as ["ctrl", "a"] or ["enter"].',
            "pixels": "How far to scroll, in pixels of the screen.",
            "time": "Seconds to wait.",
            "status": "Whether the task was done.",
        },
        "mobile_use": {
            "coordinate": "[x, y] on the screen, each from 0 to {grid} whatever its real size; x grows to the right, y "
            "downwards. For a swipe: where it starts.",
            "coordinate2": "[x, y] where a swipe ends.",
            "text": "What to type, a key, an app's name, or the answer.",
            "button": "The button to press.",
            "time": "Seconds to wait, or to hold.",
            "status": "Whether the task was done.",
        },
    }
)

_ABOUT: Mapping[Function, str] = MappingProxyType(
    {
        "computer_use": "Works a {surface} by mouse and keyboard. The screen counts as {grid}x{grid}. Each call is one "
        "action, and a new picture of the screen follows it. Click in the middle of what is meant. What was clicked "
        "may need a moment: wait if nothing has changed yet.",
        "mobile_use": "Works a phone by its touch screen. The screen counts as {grid}x{grid}. Each call is one action, "
        "and a new picture of the screen follows it. Tap in the middle of what is meant. What was tapped may need a "
        "moment: wait if nothing has changed yet.",
    }
)


def function_of(surface: str) -> Function:
    """The function that a surface is worked by. Raises ActionUnsupported for a surface that is not known."""
    try:
        return SURFACES[surface]
    except KeyError:
        known = ", ".join(SURFACES)
        raise ActionUnsupported(f'There is no surface "{surface}"; known are {known}.') from None


def reply_schema(surface: str, grid: int = 1000) -> dict[str, Any]:
    """The JSON Schema of one reply: a thought, an action and that action's parameters, in this order.

    `grid` is the largest coordinate. The schema is plain enough for llguidance, xgrammar and OpenAI-compatible servers.
    Raises ActionUnsupported for a surface that is not known.
    """
    schemas = parameter_schemas(grid) | {"thought": {"type": "string", "maxLength": MAX_THOUGHT}}
    return {"anyOf": [_reply(word, names, schemas) for word, names in WORDS[function_of(surface)].items()]}


def parameter_schemas(grid: int = 1000) -> dict[str, dict[str, Any]]:
    """The JSON Schema of each parameter by name; `grid` is the largest coordinate."""
    coordinate = {
        "type": "array",
        "items": {"type": "integer", "minimum": 0, "maximum": grid},
        "minItems": 2,
        "maxItems": 2,
    }
    key = {"type": "string", "minLength": 1, "maxLength": 20}
    return {
        "coordinate": coordinate,
        "coordinate2": coordinate,
        "text": {"type": "string", "maxLength": MAX_TEXT},
        "keys": {"type": "array", "items": key, "minItems": 1, "maxItems": 4},
        "pixels": {"type": "integer", "minimum": -MAX_PIXELS, "maximum": MAX_PIXELS},
        "button": {"type": "string", "enum": ["Back", "Home", "Menu", "Enter"]},
        "time": {"type": "integer", "minimum": 0, "maximum": MAX_SECONDS},
        "status": {"type": "string", "enum": ["success", "failure"]},
    }


def function_spec(surface: str = "browser", grid: int = 1000) -> dict[str, Any]:
    """The function that a full prompt offers to a released model, as OpenAI's function format has it.

    Raises ActionUnsupported for a surface that is not known.
    """
    function = function_of(surface)
    words, told = WORDS[function], _PARAMETERS[function]
    meanings = "\n".join(f"* `{word}`: {_MEANINGS[function][word]}." for word in words)
    action = {"type": "string", "enum": list(words), "description": f"The action:\n{meanings}"}
    schemas = parameter_schemas(grid)
    parameters = {name: {**schemas[name], "description": told[name].format(grid=grid)} for name in told}
    return {
        "type": "function",
        "function": {
            "name": function,
            "description": _ABOUT[function].format(surface=surface, grid=grid),
            "parameters": {
                "type": "object",
                "properties": {"action": action, **parameters},
                "required": ["action"],
            },
        },
    }


def _reply(word: str, names: tuple[str, ...], schemas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "thought": schemas["thought"],
            "action": {"const": word},
            **{name: schemas[name] for name in names},
        },
        "required": ["thought", "action", *names],
        "additionalProperties": False,
    }
