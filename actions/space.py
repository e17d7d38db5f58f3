"""What a model may do on a surface: the JSON Schema of its reply, and the `computer_use` function for its
prompt.

One table names every action's parameters; the codec reads replies by it, so what is asked for and what is
understood cannot drift apart. The kinds and parameter names are Qwen3-VL's (cookbooks,
`agent_function_call`), with one addition: `coordinate2`, the end of a drag.
"""

from typing import Any

from actions.errors import ActionUnsupported

PARAMETERS: dict[str, tuple[str, ...]] = {
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
"""Every action of the dialect and its parameters, in the order in which they are written."""

SURFACES: dict[str, tuple[str, ...]] = {
    "browser": tuple(PARAMETERS),
    "desktop": tuple(PARAMETERS),
}
"""The actions that each surface has."""

MAX_THOUGHT = 200
MAX_TEXT = 2000
MAX_PIXELS = 100_000
MAX_SECONDS = 60

_MEANINGS = {
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
}


def actions_of(surface: str) -> tuple[str, ...]:
    """The actions that a surface has. Raises ActionUnsupported for a surface that is not known."""
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
    return {"anyOf": [_reply(kind, schemas) for kind in actions_of(surface)]}


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
        "time": {"type": "integer", "minimum": 0, "maximum": MAX_SECONDS},
        "status": {"type": "string", "enum": ["success", "failure"]},
    }


def computer_use(surface: str = "browser", grid: int = 1000) -> dict[str, Any]:
    """The function that a full prompt offers to a released model, as OpenAI's function format has it.

    Raises ActionUnsupported for a surface that is not known.
    """
    kinds = actions_of(surface)
    told = {
        "coordinate": f"[x, y] on the screen, each from 0 to {grid} whatever its real size; x grows to the "
        "right, y downwards. For a drag: where it starts.",
        "coordinate2": "[x, y] where a drag ends.",
        "text": "What to type, or the answer.",
        "keys": 'Names of keys, such as ["ctrl", "a"] or ["enter"].',
        "pixels": "How far to scroll, in pixels of the screen.",
        "time": "Seconds to wait.",
        "status": "Whether the task was done.",
    }
    action = {"type": "string", "enum": list(kinds), "description": _meanings(kinds)}
    schemas = {name: {**schema, "description": told[name]} for name, schema in parameter_schemas(grid).items()}
    return {
        "type": "function",
        "function": {
            "name": "computer_use",
            "description": (
                f"Works a {surface} by mouse and keyboard. The screen counts as {grid}x{grid}. Each call is "
                "one action, and a new picture of the screen follows it. Click in the middle of what is "
                "meant. What was clicked may need a moment: wait if nothing has changed yet."
            ),
            "parameters": {
                "type": "object",
                "properties": {"action": action, **schemas},
                "required": ["action"],
            },
        },
    }


def _meanings(kinds: tuple[str, ...]) -> str:
    return "The action:\n" + "\n".join(f"* `{kind}`: {_MEANINGS[kind]}." for kind in kinds)


def _reply(kind: str, schemas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    names = PARAMETERS[kind]
    return {
        "type": "object",
        "properties": {
            "thought": schemas["thought"],
            "action": {"const": kind},
            **{name: schemas[name] for name in names},
        },
        "required": ["thought", "action", *names],
        "additionalProperties": False,
    }
