"""Which earlier steps the model is told of, and in which words.

The compact style tells what counted: a click that did nothing is left out, so the model is asked again from
the picture. Without that, a missed click would read as a step that is behind it. But where the model insists,
and the same thought has come to nothing several times, it is told once: some actions (a click into the field
that has the focus already) rightly change nothing, and the model must be able to go on. The full style tells
every step and what came of it.
"""

from collections.abc import Sequence
from itertools import groupby

from agent.trajectory import Step
from perception.clients.wording import plain_line

INSISTED = 3
"""From so many fruitless tries of the same thought in a row on, the compact style tells it."""

_TRIES = frozenset({"left_click", "right_click", "middle_click", "double_click", "triple_click", "long_press", "type"})
_ONLY_IF_CHANGED = _TRIES | {"wait", "mouse_move"}


def counted(step: Step) -> bool:
    """Whether a step did something that the compact style tells of. What may have happened counts as done."""
    if step.info.get("settled") in ("happened", "stands", "unknown"):
        return True
    if step.action is None or step.error:
        return False
    changed = step.verdict is not None and step.verdict.changed
    return changed or step.action.kind not in _ONLY_IF_CHANGED


def compact(steps: Sequence[Step]) -> tuple[str, ...]:
    """The thoughts of the steps that counted, a line each."""
    told: list[str] = []
    for (thought, counts), run in groupby(steps, key=lambda step: (step.thought, counted(step))):
        tries = sum(1 for step in run if counts or _came_to_nothing(step))
        if counts:
            told += [line(thought)] * tries
        elif tries >= INSISTED:
            told.append(line(thought))
    return tuple(told)


def full(steps: Sequence[Step]) -> tuple[str, ...]:
    """Every step, with what went wrong where something did."""
    return tuple(line(step.thought or "(no thought)") + remark(step) for step in steps)


def remark(step: Step) -> str:
    """What the model should know about how a step went; empty when it went as meant."""
    if step.error:
        return f" (it failed: {plain_line(step.error)})"
    if step.verdict is not None and not step.verdict.expected:
        return f" ({step.verdict.reason or 'the screen did not change'})"
    return ""


def line(text: str) -> str:
    """Text on one line, so that it can't pass for another step."""
    return " ".join(text.split())


def _came_to_nothing(step: Step) -> bool:
    return step.action is not None and step.action.kind in _TRIES and not step.error
