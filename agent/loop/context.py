"""The live handles that nodes work with. They are never stored: a resumed run gets new ones."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from agent.effects import Effects, Intent
from agent.events import Event, Watcher
from agent.guard.guard import Guard
from agent.guard.holding import Holding
from agent.guard.person import Person
from agent.guard.question import Questions
from agent.policy import Policy
from agent.recorder import Recorder
from agent.settings import RunSettings
from perception.observation import Observation
from sandboxes.environment import Environment

Settle = Callable[[Intent, Observation], Awaitable[bool | None]]
"""Asks whoever can tell whether an action of a run that was cut has happened: yes, no, or None for nobody knows."""
PERSON_SECONDS = 600.0
"""How long somebody who sits at the run may think."""


@dataclass(slots=True, kw_only=True)
class Context:
    """One process's hold on a run."""

    environment: Environment
    policy: Policy
    recorder: Recorder
    effects: Effects
    settings: RunSettings
    watcher: Watcher
    guard: Guard
    questions: Questions
    person: Person | None = None
    """Who sits at the run; None when answers can only come from elsewhere."""
    settle: Settle | None = None
    holding: Holding | None = None
    """Who looks at the screen before something lasting is done; nobody without."""
    clock: Callable[[], float] = monotonic
    """Seconds; only differences count."""
    seconds_before: float = 0.0
    """What the run had used when this process took it up."""
    view: Observation | None = None
    """What the environment showed last; None when this process has not looked yet."""
    fresh: bool = False
    """Whether the world was made anew since the last recorded step, so that earlier steps are not true of
    it.
    """
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def run_id(self) -> str:
        """The run's name."""
        return self.recorder.run.id

    def seconds(self) -> float:
        """What the run has used so far, in this process and before."""
        return self.seconds_before + self.clock() - self.started

    @property
    def patience(self) -> float:
        """Seconds that a question is good for."""
        given = self.guard.rules.questions.seconds
        return given if given is not None else PERSON_SECONDS if self.person is not None else 0.0

    def without(self, seconds: float) -> None:
        """These seconds are not the run's: a person thought."""
        self.seconds_before -= seconds

    def emit(self, event: Event) -> None:
        """Tell the watcher."""
        self.watcher(event)

    async def look(self) -> Observation:
        """The view; where there is none yet, look at the environment."""
        if self.view is None:
            self.view = await self.environment.observe()
        return self.view
