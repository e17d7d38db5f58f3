"""The paper phone as an environment that needs nothing but Chromium and adb: phone, adb server and connection in one.

Every episode begins with the world of its task's seed. What is set up and checked goes through `phone`; what an agent
does goes through the real adb, as on any other device.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from actions.action import Action
from actions.adb import DeviceShell
from actions.risk import Under
from perception.geometry import Size
from perception.observation import Observation
from perception.server.address import free_port
from sandboxes.android import AndroidEnvironment
from sandboxes.demos.paper_phone.phone import PaperPhone
from sandboxes.demos.paper_phone.screen import DEFAULT_SIZE
from sandboxes.environment import Transition
from sandboxes.errors import SandboxError
from sandboxes.session import Opening
from sandboxes.task import Score, Task


class PaperPhoneEnvironment:
    """One paper phone. size: pixels of its screen; chromium, adb: paths, found when not given; checker: reads from the
    phone whether the task is done.
    """

    surface = "android"

    def __init__(
        self,
        *,
        size: Size = DEFAULT_SIZE,
        chromium: str | Path | None = None,
        adb: str | Path | None = None,
        checker: Callable[[PaperPhone], Awaitable[Score]] | None = None,
    ) -> None:
        self._size, self._chromium, self._adb, self._checker = size, chromium, adb, checker
        self._phone: PaperPhone | None = None
        self._android: AndroidEnvironment | None = None

    @property
    def phone(self) -> PaperPhone:
        """The phone, for tasks' set-up and checkers. Raises SandboxError before the first reset."""
        if self._phone is None:
            raise SandboxError("The paper phone has not been reset.")
        return self._phone

    @property
    def shell(self) -> DeviceShell:
        """The phone's shell, through the real adb. Raises SandboxError before the first reset."""
        return self._open().shell

    async def reset(self, task: Task) -> Observation:
        """Begin with the world of the task's seed; see `AndroidEnvironment.reset` for the rest."""
        try:
            if self._phone is not None:
                await self._phone.reset(task.seed)
        except SandboxError:  # Its Chromium is gone.
            await self.close()
        if self._phone is None or self._android is None:
            self._phone = PaperPhone(size=self._size, seed=task.seed, chromium=self._chromium)
            await self._phone.start()
            self._android = AndroidEnvironment(serial=self._phone.address, port=free_port(), adb=self._adb)
        return await self._android.reset(task)

    async def observe(self) -> Observation:
        """Look once, at rest or not."""
        return await self._open().observe()

    async def step(self, action: Action) -> Transition:
        """Act, wait until the screen is at rest, look."""
        return await self._open().step(action)

    async def under(self, action: Action) -> Under:
        """What the action would meet."""
        return await self._open().under(action)

    async def score(self) -> Score | None:
        """What the checker reads from the phone; None without one."""
        return None if self._checker is None or self._phone is None else await self._checker(self._phone)

    async def close(self) -> None:
        """End phone, connection and adb server."""
        android, self._android = self._android, None
        phone, self._phone = self._phone, None
        if android is not None:
            await android.close()
        if phone is not None:
            await phone.close()

    def _open(self) -> AndroidEnvironment:
        if self._android is None:
            raise SandboxError("The paper phone has not been reset.")
        return self._android


def open(*, app: str = "", seed: int = 0, size: Size = DEFAULT_SIZE) -> Opening:
    """A paper phone for a script, see `sandboxes.session`; app: what is opened at first; seed: of its world."""
    task = Task(id="script", instruction="", environment="paper_phone", url=app, seed=seed)
    return Opening(lambda: PaperPhoneEnvironment(size=size), task)
