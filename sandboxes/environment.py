"""The seam to every place where a task can happen, in Gymnasium's words."""

from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol, runtime_checkable

from actions.action import Action
from perception.observation import Observation
from sandboxes.task import Score, Task


@dataclass(frozen=True, slots=True, eq=False)
class Transition:
    """What one step led to (Gymnasium: observation, reward, terminated, truncated, info)."""

    observation: Observation
    reward: float = 0.0
    terminated: bool = False
    """The task's world says that it is over."""
    truncated: bool = False
    """The environment cut it short (its own limit)."""
    info: dict[str, Any] = field(default_factory=dict)
    """Plain data for the log."""


def step_info(began: float, acted: float, *, at_rest: bool) -> dict[str, Any]:
    """What every surface logs of a step: ms of acting and of coming to rest, and whether it did.

    began, acted: `perf_counter` before and after the action.
    """
    rest = perf_counter() - acted
    return {"act_ms": round((acted - began) * 1000, 1), "rest_ms": round(rest * 1000, 1), "at_rest": at_rest}


class Environment(Protocol):
    """A place where one task at a time happens."""

    @property
    def surface(self) -> str:
        """browser, desktop or android: which actions make sense."""
        ...

    async def reset(self, task: Task) -> Observation:
        """Begin the task afresh. Raises SandboxError when it can't."""
        ...

    async def observe(self) -> Observation:
        """Look again without acting."""
        ...

    async def step(self, action: Action) -> Transition:
        """Act, wait until the surface is at rest, look.

        Raises ActionError when the action is refused, SandboxError when the place broke.
        """
        ...

    async def score(self) -> Score | None:
        """What an outsider reads from the world; None when this task has no checker."""
        ...

    async def close(self) -> None:
        """Leave nothing running; may be called twice."""
        ...


@runtime_checkable
class Resumable(Protocol):
    """An environment whose world can outlive the process that drove it; a resumed run asks for it."""

    async def reattach(self, task: Task) -> Observation | None:
        """Find the task's world as it was left, instead of `reset`; None when it is gone."""
        ...


@runtime_checkable
class Posing(Protocol):
    """An environment that words the task itself, once it is reset: a benchmark that draws goal and page together.

    A task with an empty instruction takes it from here.
    """

    @property
    def instruction(self) -> str:
        """What is asked in the episode that was begun last."""
        ...
