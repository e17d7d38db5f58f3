"""The run that is measured: what the model is shown at each of its steps, the same for every side.

The full style of `agent.prompts` with every turn shown, whose history grows at the end: step n+1 goes on behind what
was asked at step n, so there is a prefix to use again. The compact style has a new image in front of all its words and
nothing to use again. The system message is left out: nano's small vocabulary writes the function down in four times the
tokens of the released one, which would flatter whoever keeps them. Replies of earlier steps are given, not the model's
own, or no two sides would be shown the same.
"""

import random
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from agent.prompts import Turn, computer_use
from agent.training.screens import make_screen
from perception.clients.client import Message
from perception.observation import Frame

LAST = 10
"""Steps of a run."""
ALL = 1_000
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "thought": {"type": "string", "maxLength": 24},
        "action": {"const": "left_click"},
        "coordinate": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 999},
            "minItems": 2,
            "maxItems": 2,
        },
    },
    "required": ["thought", "action", "coordinate"],
    "additionalProperties": False,
}
"""Of replies: a click, with a thought that is short even when a model knows nothing."""
ENDLESS = r"(?s:.{2000,})"
"""A regular expression for replies that only a number of tokens ends."""
_SEED = 1_000_001
_INSTRUCTION = "Fill in form {run}: type 'Ada' into Name, tick Terms, then press Save"


class Question(NamedTuple):
    """A step of a run."""

    size: tuple[int, int]
    """Of the screen, in pixels."""
    run: int
    step: int
    """From 1."""
    variant: int = 0
    """Other ones have another last reply and another current frame, so that nobody has seen them before."""
    num_recent: int = ALL
    """How many earlier turns are shown; those before them are told in words, as the policy does."""


def messages(question: Question) -> list[Message]:
    """What the model is shown."""
    size, run, step, variant, num_recent = question
    first = max(1, step - num_recent)
    turns = [
        Turn(_frame(size, run, number, 0), reply(run, number, variant if number == step - 1 else 0))
        for number in range(first, step)
    ]
    asked = computer_use(
        _INSTRUCTION.format(run=run),
        lines=[_thought(run, number, 0) for number in range(1, first)],
        turns=turns,
        frame=_frame(size, run, step, variant),
    )
    return asked[1:]


def reply(run: int, step: int, variant: int = 0) -> str:
    """What was answered at an earlier step."""
    x, y = random.Random(f"{run}:{step}:{variant}").sample(range(1000), 2)
    return f'{{"thought": "{_thought(run, step, variant)}", "action": "left_click", "coordinate": [{x}, {y}]}}'


def _thought(run: int, step: int, variant: int) -> str:
    # The variant comes first: prompts of two variants have nothing in common behind the step before.
    return f"{variant} Click field {run} {step}"


@lru_cache(maxsize=32)
def _frame(size: tuple[int, int], run: int, step: int, variant: int) -> Frame:
    """A drawn form, of held-out words."""
    rng = random.Random(f"{_SEED}:{run}:{step}:{variant}")
    return Frame(np.ascontiguousarray(make_screen(rng, heldout=True, size=size, genre="form").image))
