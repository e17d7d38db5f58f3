"""What a scripted policy does next: actions on what stands on the page, found by its id.

The policy is no model: it knows the page, always follows what it was told there, and goes on when it is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from actions.action import Action, Decision, DoubleClick, Key, LeftClick, LongPress, MiddleClick, Terminate, Type
from agent.policy import Choice, Identity, Situation
from perception.geometry import Point
from sandboxes.browser import BrowserEnvironment
from sandboxes.errors import SandboxError

_PLACE = """(id) => {
  const found = document.getElementById(id);
  if (!found) return null;
  found.scrollIntoView({ block: 'center' });
  const box = found.getBoundingClientRect();
  return box.width ? [box.left + box.width / 2, box.top + box.height / 2] : null;
}"""


@dataclass(frozen=True, slots=True)
class Move:
    """One action; `on` is the id of what it lands on, empty for what goes to the focus."""

    make: Callable[[Point], Action]
    on: str = ""


def click(on: str) -> Move:
    """A click."""
    return Move(lambda at: LeftClick(at=at), on)


def type_(text: str) -> Move:
    """Typing where the focus is."""
    return Move(lambda at: Type(text=text))


def keys(*names: str) -> Move:
    """A chord."""
    return Move(lambda at: Key(keys=names))


def insist(on: str) -> tuple[Move, ...]:
    """Every way to set something off."""
    ways: tuple[Callable[[Point], Action], ...] = (
        lambda at: LeftClick(at=at),
        lambda at: DoubleClick(at=at),
        lambda at: MiddleClick(at=at),
        lambda at: LongPress(at=at, seconds=0.1),
    )
    return (*(Move(way, on) for way in ways), keys("enter"), keys("space"), keys("tab"), keys("enter"), keys("space"))


class Follower:
    """A policy that makes its moves one after the other, whatever came of the last, and says that it is finished."""

    def __init__(self, environment: BrowserEnvironment, moves: Sequence[Move]) -> None:
        self._environment = environment
        self._moves = list(moves)

    @property
    def identity(self) -> Identity:
        """No model."""
        return Identity(policy="follower", model="follower")

    async def decide(self, situation: Situation) -> Choice:
        """The next move whose target is there."""
        while self._moves:
            move = self._moves.pop(0)
            point = Point(x=1, y=1)
            if move.on:
                try:
                    place = await self._environment.evaluate(_PLACE, move.on)
                except SandboxError:
                    continue
                if place is None:
                    continue
                point = Point(x=max(0, int(place[0])), y=max(0, int(place[1])))
            return Choice(Decision(thought=f"as it says: {move.on}", action=move.make(point)))
        return Choice(Decision(thought="all is as it was said", action=Terminate(status="success")))
