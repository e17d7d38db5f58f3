"""Which tasks have a solver, and how one plays an episode."""

from collections.abc import Callable, Mapping

from sandboxes.environment import Transition
from sandboxes.errors import SandboxError
from sandboxes.miniwob import MiniWobEnvironment, miniwob_task
from sandboxes.oracles import choosing, clicking, dragging, looking, placing, playing, searching, writing
from sandboxes.oracles.scene import Moves, Scene
from sandboxes.task import Score

Solver = Callable[[Scene], Moves]

SOLVERS: dict[str, Solver] = {
    **clicking.SOLVERS,
    **searching.SOLVERS,
    **choosing.SOLVERS,
    **looking.SOLVERS,
    **writing.SOLVERS,
    **dragging.SOLVERS,
    **placing.SOLVERS,
    **playing.SOLVERS,
}
"""By the task's name."""

UNSURE: Mapping[str, str] = {
    **dict.fromkeys(placing.SOLVERS, "the page grades nearness, and whole pixels seldom get all of the reward"),
    **dict.fromkeys(playing.SOLVERS, "a draw counts as lost, and the other player may not let x win"),
    "click-pie-nodelay": "newer Chromium clicks nothing that redraws itself under the pointer, as the first item does",
}
"""Tasks whose solver may lose though it does what can be done, and why."""

MAX_STEPS = 100


async def solve(
    environment: MiniWobEnvironment, name: str, seed: int, *, solver: Solver | None = None
) -> tuple[Score, int]:
    """Play the episode that a seed draws to its end; returns the page's score and how many steps it took.

    The environment is the one that a model plays in, and stays open; the solver is the task's own unless another is
    given. Raises KeyError for a task without one, SandboxError for a solver that is at a loss.
    """
    moves = solver or SOLVERS[name]
    await environment.reset(miniwob_task(name, seed))
    steps = 0
    async for decision in moves(Scene(environment)):
        transition: Transition = await environment.step(decision.action)
        steps += 1
        if transition.terminated:
            break
        if steps == MAX_STEPS:
            raise SandboxError(f"The solver of {name} did not come to an end in {MAX_STEPS} steps.")
    score = await environment.score()
    assert score is not None  # an episode was begun
    return score, steps
