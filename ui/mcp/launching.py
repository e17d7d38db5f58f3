"""Runs that a client asks for: the console's stages, and nobody who sits at them."""

from actions.action import Action
from agent.events import Watcher
from agent.guard.person import Person
from agent.guard.question import Answer, Question
from agent.settings import Settings
from perception.observation import Frame, Observation
from ui.console.launch import launch_with
from ui.console.stage import Order
from ui.console.stages import Stages


class Elsewhere:
    """A `Person` who is not here: questions wait for an answer from another process, and a takeover ends at once."""

    async def answer(self, question: Question, frame: Frame) -> Answer | None:
        """Nothing here; being asked at all makes the question wait."""
        return None

    async def act(self, instruction: str, observation: Observation) -> Action | None:
        """Hands back."""
        return None


def stages_with(settings: Settings) -> Stages:
    """Stages whose runs have these settings and ask people elsewhere."""
    launch = launch_with(settings)

    async def start(order: Order, watcher: Watcher, person: Person) -> None:
        await launch(order, watcher, Elsewhere())

    return Stages(start)
