"""The seam to every surface: something that carries out an action."""

from typing import Protocol

from actions.action import Action


class Executor(Protocol):
    """Carries out actions on one surface. Terminate and Answer change nothing and are accepted."""

    async def execute(self, action: Action) -> None:
        """Do exactly what the action says.

        Raises ActionUnsupported when the surface has no such action, ExecutionError when it broke,
        SurfaceLost when the surface is gone. Held keys and buttons are released whatever happens.
        """
        ...
