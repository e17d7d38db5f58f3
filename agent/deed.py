"""What a person does by hand, in a few words: the thought of a step that nobody thought aloud.

A model learns from such a step, and is told of it later, in the words that it has for its own: what is pressed is named
as the place itself names it, where it can tell.
"""

from actions.action import (
    Action,
    Answer,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    Open,
    Scroll,
    SystemButton,
    Terminate,
    TripleClick,
    Type,
)
from actions.risk import Under

LONGEST_NAME = 40
"""Characters; what says more is a text and no name."""
LONGEST_TEXT = 200

_VERBS = {
    "double_click": "Double-click",
    "right_click": "Right-click",
    "middle_click": "Middle-click",
    "mouse_move": "Hover",
    "long_press": "Long-press",
    "swipe": "Swipe",
    "wait": "Wait",
}


def words_for(action: Action, under: Under | None = None) -> str:
    """An imperative for an action; under: what it meets, where somebody can tell."""
    name = _name(under)
    match action:
        case LeftClick():
            verb = "Focus" if under is not None and under.role in ("field", "password") else "Click"
            return f"{verb} {name or 'here'}"
        case TripleClick():
            return f"Select the text {'in ' + name if name else 'here'}"
        case Type():
            return f'Type "{action.text}"' if len(action.text) <= LONGEST_TEXT else "Type a long text"
        case Key():
            return f"Press {'+'.join(action.keys)}"
        case Scroll():
            return f"Scroll {'up' if action.pixels > 0 else 'down'}"
        case HScroll():
            return f"Scroll {'left' if action.pixels > 0 else 'right'}"
        case LeftClickDrag():
            return f"Drag to {name or 'here'}"
        case SystemButton():
            return f"Press {action.button}"
        case Open():
            return f'Open "{action.app}"'
        case Terminate():
            return "Finished" if action.status == "success" else "Give up"
        case Answer():
            return "Answer"
        case _:
            verb = _VERBS[action.kind]
            return f"{verb} {name or 'here'}" if hasattr(action, "at") else verb


def _name(under: Under | None) -> str:
    """In quotes; empty where it has none. What is mere text, such as the page's ground, names nothing."""
    if under is None or under.role == "text":
        return ""
    texts = (" ".join(text.split()) for text in under.texts)
    return next((f'"{text}"' for text in texts if 0 < len(text) <= LONGEST_NAME), "")
