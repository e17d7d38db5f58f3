"""Fills in a form with a model that does not plan: it is asked for one field at a time, and each is looked at.

For models that take one request at a time, such as handeye-nano. The model says where on the picture a field, or what
is to be pressed, is; what is typed is the record's. A point that lies at another field's label, as pixels are read, is
not clicked; where the model finds no better one, the label itself is, which is how forms let a field be chosen. After
every field the form is read back from the screen, so a click that missed shows, and what went elsewhere is typed over.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence

from actions.action import Action, Decision, Key, LeftClick, Terminate, Type
from agent.booking.ledger import FieldSeen
from agent.booking.readback import read_back
from agent.booking.wanted import Wanted
from agent.policy import Choice, Identity, Policy, Situation
from perception.geometry import Box, Point
from perception.ocr import Recognizer

_ASKED = ("Click the {title} field", "Focus the {title} text field")
"""How a field is asked for: the first time, and in other words."""
_MOST_TRIES = 2
"""Clicks on a label, once the model has been asked in all words."""
_MOST_PRESSES = 3
_PRESS = re.compile(r"\b(?:press|click|tap|choose|hit)\b", re.IGNORECASE)


class Filling:
    """One record into one form; a `Policy`."""

    def __init__(self, model: Policy, wanted: Sequence[Wanted], eye: Recognizer, said: str) -> None:
        """said: the person's instruction, whose last "press …" says how the form is sent."""
        self._model, self._wanted, self._eye = model, wanted, eye
        self._press = pressing(said)
        self._planned: list[Decision] = []
        self._tries: Counter[str] = Counter()
        self._presses = 0

    @property
    def identity(self) -> Identity:
        """The model's own, and that it is asked for a field at a time."""
        own = self._model.identity
        return own._replace(policy=f"{own.policy}, a field at a time")

    async def decide(self, situation: Situation) -> Choice:
        """What was planned for this field; then the next one that is not right; then what sends the form."""
        if situation.steps and situation.steps[-1].error:
            return _end("It was refused", success=False)
        if self._planned:
            return Choice(self._planned.pop(0))
        typed = [step.action.text for step in situation.steps if isinstance(step.action, Type)]
        frame = situation.observation.frame
        seen = await asyncio.to_thread(read_back, frame, self._wanted, self._eye, typed=typed)
        wrong = [(one, field) for one, field in zip(self._wanted, seen, strict=True) if not field.agrees]
        if self._presses and len(wrong) > len(self._wanted) / 2:  # The form is not there any more.
            return _end("It is sent", success=True)
        for one, field in wrong:
            if (choice := await self._focus(one, field, seen, situation)) is not None:
                if field.seen:
                    self._planned.append(Decision(thought="Select what stands there", action=Key(keys=("ctrl", "a"))))
                self._planned.append(Decision(thought=f"Type the {one.title}", action=Type(text=one.text)))
                return choice
        if wrong:
            return _end(f"{wrong[0][0].title} can't be filled in", success=False)
        self._presses += 1
        sent = await self._asked(self._press, situation) if self._presses <= _MOST_PRESSES else None
        return sent or _end("Nothing sends it", success=False)

    async def _focus(
        self, one: Wanted, field: FieldSeen, seen: Sequence[FieldSeen], situation: Situation
    ) -> Choice | None:
        """A click into a field; None where all has been tried."""
        path = one.field.path
        while self._tries[path] < len(_ASKED) + _MOST_TRIES:
            self._tries[path] += 1
            if self._tries[path] > len(_ASKED):
                return None if field.label is None else _click(f"Click the label {one.title}", field.label)
            choice = await self._asked(_ASKED[self._tries[path] - 1].format(title=one.title), situation)
            if choice is not None and not _is_of_another(choice, field, seen):
                return choice
        return None

    async def _asked(self, words: str, situation: Situation) -> Choice | None:
        """Where the model would click for one request; None where it would do something else."""
        asked = Situation(
            instruction=words,
            observation=situation.observation,
            surface=situation.surface,
            seed=situation.seed + len(situation.steps),
            max_seconds=situation.max_seconds,
        )
        choice = await self._model.decide(asked)
        action: Action | None = choice.decision.action if choice.decision else None
        if not isinstance(action, LeftClick):
            return None
        return choice._replace(decision=Decision(thought=words, action=action))


def _is_of_another(choice: Choice, field: FieldSeen, seen: Sequence[FieldSeen]) -> bool:
    """Whether the label that a click lies next to, of those to the left of it or above, is another field's."""
    action = choice.decision.action if choice.decision else None
    if field.label is None or not isinstance(action, LeftClick):
        return False
    at = action.at
    labels = [one.label for one in seen if one.label and one.label.left <= at.x and one.label.top <= at.y]
    nearest = min(labels, key=lambda box: _distance(at, box), default=None)
    return nearest is not None and nearest != field.label


def _distance(at: Point, box: Box) -> float:
    return max(box.left - at.x, at.x - box.right, 0.0) + 2 * max(box.top - at.y, at.y - box.bottom, 0.0)


def _click(thought: str, box: Box) -> Choice:
    middle = Point(x=int(box.left + box.right) // 2, y=int(box.top + box.bottom) // 2)
    return Choice(Decision(thought=thought, action=LeftClick(at=middle)))


def pressing(said: str) -> str:
    """The part of an instruction that says what is to be pressed at the end; all of it where no word does."""
    found = [*_PRESS.finditer(said)]
    return said[found[-1].start() :].strip(" .\n") if found else said


def _end(thought: str, *, success: bool) -> Choice:
    return Choice(Decision(thought=thought, action=Terminate(status="success" if success else "failure")))
