"""Any guest of OSWorld as an environment: pictures from it, actions to it as pyautogui code.

A task says in its settings how its world begins, in OSWorld's own words: `config`, a list of `type` and `parameters`.
Without an address each task gets a fresh guest of ours; a guest with an address is taken as it is, and whoever gave it
puts it back. Scores are for OSWorld's own evaluators (`docs/osworld.md`), unless a checker is given.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actions.action import Action
from actions.errors import ActionInvalid, ExecutionError
from perception.geometry import Size
from perception.observation import Frame, Observation
from sandboxes.environment import Transition, step_info
from sandboxes.errors import SandboxError
from sandboxes.osworld.client import SHOWING, GuestClient
from sandboxes.osworld.code import DONE, FAIL, code_of
from sandboxes.osworld.guest import DEFAULT_SIZE, Guest
from sandboxes.task import Score, Task

REST_SECONDS = 1.5
SHOW_SECONDS = 15.0
"""How long what a setup starts may take to be seen."""
_PAUSE = 0.05


class _Setup(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    parameters: dict[str, Any] = Field(default_factory=dict)


class TaskSettings(BaseModel):
    """What the settings of a task may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    config: tuple[_Setup, ...] = ()


class OSWorldEnvironment:
    """One guest at a time.

    url: of a guest that is there, such as http://127.0.0.1:5000; size: of our own guest's screen where a task names
    none; checker: reads from the guest whether the task is done.
    """

    surface = "desktop"

    def __init__(
        self,
        *,
        url: str = "",
        size: Size = DEFAULT_SIZE,
        checker: Callable[[GuestClient], Awaitable[Score]] | None = None,
    ) -> None:
        self._url, self._size, self._checker = url, size, checker
        self._guest: Guest | None = None
        self._client: GuestClient | None = None
        self._frame: Frame | None = None
        self._began = 0.0

    async def reset(self, task: Task) -> Observation:
        """Begin the task in a guest that is fresh (ours) or taken as it is. Raises SandboxError."""
        settings = _settings(task)
        await self.close()
        self._began = time.monotonic()
        if not self._url:
            self._guest = Guest(task.viewport or self._size)
            await self._guest.start()
        self._client = GuestClient(self._url or self._open_guest().url)
        try:
            await self._set_up(settings)
            frame, _ = await self._rest()
        except BaseException:
            await self.close()
            raise
        return self._observation(frame)

    async def observe(self) -> Observation:
        """Look again without acting."""
        return self._observation(await self._look())

    async def step(self, action: Action) -> Transition:
        """Act, wait until the screen is at rest, look. Raises ActionError, SandboxError."""
        frame = self._frame or await self._look()
        for name in ("at", "start", "end"):
            point = getattr(action, name, None)
            if point is not None and not frame.size.contains(point):
                raise ActionInvalid(f"{point} is off the screen, which is {frame.size}.")
        code, began = code_of(action, frame.size), perf_counter()
        wrong = "" if code in (DONE, FAIL) else await self._open().act(code)
        if wrong:
            raise ExecutionError(f"{action.kind}: {wrong}")
        acted = perf_counter()
        frame, at_rest = await self._rest()
        return Transition(self._observation(frame), info=step_info(began, acted, at_rest=at_rest))

    async def score(self) -> Score | None:
        """What the checker reads; None without one."""
        return None if self._checker is None else await self._checker(self._open())

    async def close(self) -> None:
        """Leave nothing of ours running; may be called twice."""
        client, self._client, self._frame = self._client, None, None
        guest, self._guest = self._guest, None
        if client is not None:
            await client.close()
        if guest is not None:
            await guest.stop()

    async def _set_up(self, settings: TaskSettings) -> None:
        client, empty = self._open(), await self._look()
        for setup in settings.config:
            if setup.type == "sleep":
                await asyncio.sleep(float(setup.parameters.get("seconds", 0)))
            else:
                await client.set_up(setup.type, setup.parameters)
        if not any(setup.type in SHOWING for setup in settings.config):
            return
        deadline = time.monotonic() + SHOW_SECONDS
        while (await self._look()).digest == empty.digest:
            if time.monotonic() > deadline:
                raise SandboxError(f"Nothing was to be seen within {SHOW_SECONDS:g} s of the task's setup.")
            await asyncio.sleep(_PAUSE)

    async def _rest(self) -> tuple[Frame, bool]:
        """The picture once two looks show the same, and whether it came to that."""
        deadline, frame = time.monotonic() + REST_SECONDS, await self._look()
        while time.monotonic() < deadline:
            await asyncio.sleep(_PAUSE)
            before, frame = frame, await self._look()
            if frame.digest == before.digest:
                return frame, True
        return frame, False

    async def _look(self) -> Frame:
        self._frame = await self._open().screenshot(time=time.monotonic() - self._began)
        return self._frame

    def _observation(self, frame: Frame) -> Observation:
        return Observation(frame=frame, url=f"osworld://{self._open().url.partition('://')[2]}")

    def _open(self) -> GuestClient:
        if self._client is None:
            raise SandboxError("The guest has not been reset.")
        return self._client

    def _open_guest(self) -> Guest:
        assert self._guest is not None
        return self._guest


def _settings(task: Task) -> TaskSettings:
    try:
        return TaskSettings.model_validate(task.settings)
    except ValidationError as error:
        first: Any = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise SandboxError(f"The task's settings.{place}: {first['msg']}.") from error
