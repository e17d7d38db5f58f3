"""The seat at a run of the console: whoever sits in it pauses, speaks, lets one action happen, or acts by hand.

The run asks from its own thread and the pages answer from theirs. What a page wants is bound to a number that the page
was shown: the number of the decision that is held, or of the turn that is theirs. A second click, and a page that shows
something older, name a number that has passed, and nothing comes of them.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from actions.action import Action
from agent.guard.question import Answer, Question
from agent.guard.steering import Turn
from perception.observation import Frame, Observation

LOOK_SECONDS = 0.03
"""How often the run looks for what the pages said."""
LONGEST_WORD = 2000
"""Characters that can be told at once."""


class Passed(Exception):
    """What a page wants was about something that has passed; the words are for the person."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """How the seat and the run stand to each other."""

    paused: bool = False
    """Whether every action waits to be let go."""
    held: int = 0
    """Number of the decision that waits; 0 where none does."""
    turn: int = 0
    """Number of the action that the person is to do by hand; 0 where it is not theirs."""
    by_hand: bool = False
    """Whether the person has the run: in their turns, and while what they did is carried out."""
    wanted: bool = False
    """Whether the run is to be handed over as soon as it can be."""
    told: tuple[str, ...] = ()
    """What the model was told in the middle of the run, the oldest first."""


NOBODY = Sitting()
"""Nobody has said anything, and nothing waits."""


class Seat:
    """One run's seat: a `Person` who leaves questions to the page of questions, and steers. All but `answer`, `act` and
    `steer`, which the run awaits, may be called from any thread."""

    def __init__(self, changed: Callable[[Sitting], None]) -> None:
        """changed: is told of every new sitting, under the seat's lock."""
        self._changed = changed
        self._lock = threading.Lock()
        self._sitting = NOBODY
        self._number = 0
        self._let_go = 0
        self._said: tuple[str, ...] = ()
        self._by_hand: tuple[Action | None] | None = None

    @property
    def sitting(self) -> Sitting:
        """How it stands now."""
        return self._sitting

    def pause(self) -> None:
        """Hold every action from now on."""
        self._set(paused=True)

    def go_on(self) -> None:
        """Hold no action any more."""
        self._set(paused=False)

    def step_once(self, held: int) -> None:
        """Let the decision of this number happen, and hold the next. Raises Passed."""
        with self._lock:
            if not held or self._sitting.held != held or self._let_go == held:
                raise Passed("that action has passed: look at the one that waits now")
            self._let_go = held

    def say(self, words: str) -> None:
        """Tell the model something. Raises ValueError for nothing, and for a book."""
        words = " ".join(words.split())
        if not words:
            raise ValueError("write what you want to tell it")
        if len(words) > LONGEST_WORD:
            raise ValueError(f"that is too long: {len(words)} characters of at most {LONGEST_WORD}")
        with self._lock:
            self._said = (*self._said, words)
            self._put(told=(*self._sitting.told, words))

    def take_over(self) -> None:
        """Ask for the run, which is handed over before the next action."""
        with self._lock:
            if not self._sitting.turn:
                self._put(wanted=True)

    def do(self, turn: int, action: Action | None) -> None:
        """Act by hand in the turn of this number; None hands back. Raises Passed."""
        with self._lock:
            if not turn or self._sitting.turn != turn or self._by_hand is not None:
                raise Passed("the screen has changed since: look again, then do it")
            self._by_hand = (action,)
            self._put(turn=0)

    async def answer(self, question: Question, frame: Frame) -> Answer | None:
        """Nothing here: whoever answers does it among the questions, where all are."""
        return None

    async def act(self, instruction: str, observation: Observation) -> Action | None:
        """What the person does in their turn, from the pages."""
        with self._lock:
            self._by_hand = None
            self._put(turn=self._next(), by_hand=True, wanted=False)
        action = None
        try:
            action = await self._hand()
            return action
        finally:
            self._set(turn=0, by_hand=action is not None)

    async def steer(self) -> Turn:
        """Let a decision go, or not."""
        waited = False
        with self._lock:
            number = self._next()
        try:
            while (turn := self._turn(number)) is None:
                waited = True
                await asyncio.sleep(LOOK_SECONDS)
            return turn._replace(waited=waited)
        finally:
            if waited:
                self._set(held=0)

    async def _hand(self) -> Action | None:
        while True:
            if (given := self._by_hand) is not None:
                return given[0]
            await asyncio.sleep(LOOK_SECONDS)

    def _turn(self, number: int) -> Turn | None:
        """What is to come of the decision; None while it waits."""
        with self._lock:
            if self._sitting.wanted:
                return Turn("take_over")
            if self._said:
                said, self._said = self._said, ()
                return Turn("think_again", said)
            if not self._sitting.paused or self._let_go == number:
                return Turn()
            if self._sitting.held != number:
                self._put(held=number)
            return None

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _set(self, **changes: object) -> None:
        with self._lock:
            self._put(**changes)

    def _put(self, **changes: object) -> None:
        sitting = replace(self._sitting, **changes)  # type: ignore[arg-type]
        if sitting != self._sitting:
            self._sitting = sitting
            self._changed(sitting)
