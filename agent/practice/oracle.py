"""A scripted solver as a policy: it shows how a task is done, in runs that look like any other.

The solver may read the page; what the run records of it is what a model would have seen and said, pixels and replies.
"""

from actions.action import Decision, Terminate
from actions.codec.codec import codec
from agent import history
from agent.evaluation.benchmark import Episode
from agent.policy import Choice, Identity, Situation
from agent.trajectory import Reply
from sandboxes.errors import SandboxError
from sandboxes.miniwob import MiniWobEnvironment
from sandboxes.oracles.oracle import SOLVERS
from sandboxes.oracles.scene import Moves, Scene

GIVING_UP = Decision(thought="Give up", action=Terminate(status="failure"))


class OraclePolicy:
    """Plays each episode by the solver of its task."""

    def __init__(self, environment: MiniWobEnvironment) -> None:
        """environment: the one that the episodes happen in."""
        self._environment = environment
        self._codec = codec("qwen3vl")
        self._moves: Moves | None = None

    @property
    def identity(self) -> Identity:
        """Replies are nano's, in dialect and style."""
        return Identity(policy="oracle", model="oracle", codec=self._codec.name, prompt="compact")

    async def begin(self, episode: Episode) -> None:
        """Have the solver of the episode's task. Raises SandboxError for a task without one."""
        if episode.name not in SOLVERS:
            raise SandboxError(f"{episode.name} has no solver; there are {', '.join(sorted(SOLVERS))}")
        self._moves = SOLVERS[episode.name](Scene(self._environment))

    async def decide(self, situation: Situation) -> Choice:
        """The solver's next move; it gives up where the solver is at its end, or at a loss."""
        assert self._moves is not None  # an episode was begun
        try:
            decision = await anext(self._moves, GIVING_UP)
        except SandboxError as error:
            decision = Decision(thought=history.line(str(error)), action=GIVING_UP.action)
        text = self._codec.encode(decision, situation.observation.frame.size, situation.surface)
        return Choice(decision, (Reply(text=text, finish="stop"),), history.compact(situation.steps))
