"""Which questions are asked of a screen: single clicks first, requests of several steps and reading later.

Where a name stands has to be found before a request that names five things can be followed. So a kind has a weight at
the start of the `learn` stage and another from the middle of it on.
"""

import random
from collections.abc import Sequence

from agent.training.screens import Question

WEIGHTS = {
    "button": (1.0, 0.6),
    "icon": (1.0, 0.6),
    "shape": (1.0, 0.6),
    "link": (1.0, 1.0),
    "tab": (1.0, 1.2),
    "menuitem": (1.0, 1.2),
    "item": (1.0, 1.2),
    "checkbox": (1.0, 1.2),
    "radio": (1.0, 1.5),
    "focus": (1.0, 1.5),
    "enter": (0.6, 1.5),
    "task": (0.4, 3.0),
    "cell": (0.3, 0.6),
    "locate": (1.0, 0.8),
    "locate_none": (0.2, 0.5),
    "read": (0.4, 2.0),
    "read_value": (0.4, 2.0),
    "what_at": (0.3, 1.0),
    "count": (0.2, 0.5),
    "state": (0.3, 0.6),
}
"""Weight of a kind at the start and from EVEN_AT on: what is learned first makes room for what is learned last."""
RARE = (0.3, 0.6)
"""The same for every kind that is not named."""
EVEN_AT = 0.5
"""Share of the stage from which weights no longer change."""


def weight(kind: str, share: float) -> float:
    """How much a kind counts when `share` (0 to 1) of the stage is over."""
    start, end = WEIGHTS.get(kind, RARE)
    return start + (end - start) * min(1.0, max(0.0, share) / EVEN_AT)


def chosen(found: Sequence[Question], share: float, rng: random.Random) -> list[Question]:
    """The questions in a random order in which heavier kinds come earlier (Efraimidis and Spirakis, 2006)."""
    keyed = [(rng.random() ** (1 / weight(question.kind, share)), index) for index, question in enumerate(found)]
    return [found[index] for _, index in sorted(keyed, reverse=True)]
