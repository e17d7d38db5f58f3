"""Which questions are asked of a screen: single clicks first, requests of several steps and reading later.

Where a name stands has to be found before a request that names five things can be followed. So a kind has a weight at
the start of the `learn` stage that grows to 1 by the middle of it.
"""

import random
from collections.abc import Sequence

from agent.training.screens import Question

START = {
    "button": 1.0,
    "link": 1.0,
    "checkbox": 1.0,
    "radio": 1.0,
    "focus": 1.0,
    "shape": 1.0,
    "icon": 1.0,
    "tab": 1.0,
    "menuitem": 1.0,
    "item": 1.0,
    "enter": 0.6,
    "cell": 0.5,
    "task": 0.25,
    "read": 0.3,
}
"""Weight of a kind at the start."""
RARE = 0.3
"""Weight at the start of every kind that is not named."""
EVEN_AT = 0.5
"""Share of the stage from which every kind weighs 1."""


def weight(kind: str, share: float) -> float:
    """How much a kind counts when `share` (0 to 1) of the stage is over."""
    start = START.get(kind, RARE)
    return start + (1 - start) * min(1.0, max(0.0, share) / EVEN_AT)


def chosen(found: Sequence[Question], share: float, rng: random.Random) -> list[Question]:
    """The questions in a random order in which heavier kinds come earlier (Efraimidis and Spirakis, 2006)."""
    keyed = [(rng.random() ** (1 / weight(question.kind, share)), index) for index, question in enumerate(found)]
    return [found[index] for _, index in sorted(keyed, reverse=True)]
