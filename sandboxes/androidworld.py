"""AndroidWorld's own environment on any device that adb reaches, with no emulator's gRPC.

AndroidWorld (github.com/google-research/android_world, installed by hand: docs/androidworld.md) asks for two things:
adb commands, which it sends as they are, and pictures with the elements on them. Its own way to pictures is the gRPC of
the emulator; here they come from `screencap`, and elements from `uiautomator dump`. So its tasks, checks and episode
loop run against a phone on a cable, an emulator, or the paper phone.
"""

import shutil
import subprocess
from importlib import import_module
from typing import Any

import numpy as np

from actions.adb import ACTION_SECONDS, Printed
from perception.screenshot import decode_png
from sandboxes.errors import SandboxCrashed, SandboxError, SandboxMissing

DEFAULT_SECONDS = 120.0
"""How long one adb command may take where AndroidWorld names no limit."""


def part(name: str) -> Any:
    """A module of `android_world`, or of `android_env` or `dm_env` that it brings. Raises SandboxMissing without it."""
    try:
        return import_module(name)
    except ImportError as error:
        raise SandboxMissing(
            f"AndroidWorld is not installed whole ({error}): it is not on PyPI, docs/androidworld.md says how it is had"
        ) from error


def open_world(serial: str, *, adb: str = "adb", port: int = 5037) -> Any:
    """AndroidWorld's `AsyncAndroidEnv` on the device of this serial; port: of the adb server.

    Raises SandboxMissing without AndroidWorld or adb, SandboxError when the device does not answer.
    """
    controllers = part("android_world.env.android_world_controller")
    env = AdbEnv(serial, adb=adb, port=port)
    controller = controllers.AndroidWorldController(env, a11y_method=controllers.A11yMethod.UIAUTOMATOR)
    return part("android_world.env.interface").AsyncAndroidEnv(controller)


class AdbEnv:
    """android_env's `AndroidEnvInterface`, by adb alone: it is looked at and sent commands, touches among them."""

    def __init__(self, serial: str, *, adb: str = "adb", port: int = 5037) -> None:
        self._commands = _Commands(serial, adb, port)
        self._parser = part("android_env.components.adb_call_parser").AdbCallParser(self._commands)
        self._dm_env = part("dm_env")
        self.raw_action: dict[str, Any] = {}
        self.raw_observation: dict[str, Any] = self._observed()

    def reset(self) -> Any:
        """A first time step: how the screen is."""
        self.raw_observation = self._observed()
        return self._dm_env.restart(dict(self.raw_observation))

    def step(self, action: dict[str, Any]) -> Any:
        """Look again. Raises SandboxError for a touch: what acts is sent by adb."""
        if int(action["action_type"]) == 0:
            raise SandboxError("This environment takes touches as adb commands only.")
        self.raw_action, self.raw_observation = action, self._observed()
        return self._dm_env.transition(reward=0.0, observation=dict(self.raw_observation))

    def execute_adb_call(self, call: Any) -> Any:
        """Run an `AdbRequest`; what went wrong is in the response."""
        return self._parser.parse(call)

    def action_spec(self) -> Any:
        """As android_env has it."""
        return part("android_env.components.specs").base_action_spec()

    def observation_spec(self) -> Any:
        """As android_env has it, for the size that the screen has."""
        height, width, _ = self.raw_observation["pixels"].shape
        return part("android_env.components.specs").base_observation_spec(height, width)

    def task_extras(self, latest_only: bool = True) -> dict[str, Any]:
        """Nothing: these belong to tasks of android_env's own kind."""
        return {}

    def stats(self) -> dict[str, Any]:
        """Nothing is counted."""
        return {}

    def close(self) -> None:
        """Nothing is held."""

    def _observed(self) -> dict[str, Any]:
        try:
            picture = decode_png(self._commands.execute_command(["exec-out", "screencap", "-p"]))
        except subprocess.SubprocessError as error:
            raise SandboxCrashed(f"The device can't be pictured: {error}") from error
        return {
            "pixels": picture.pixels,
            "timedelta": np.array(0, dtype=np.int64),
            "orientation": np.array([1, 0, 0, 0], dtype=np.uint8),
        }


class WorldShell:
    """A device's shell through AndroidWorld's own channel, for our executor; see `actions.android.Shell`."""

    def __init__(self, controller: Any, *, seconds: float = ACTION_SECONDS) -> None:
        self._controller, self.seconds = controller, seconds

    async def run(self, line: str, *, seconds: float | None = None) -> Printed:
        """Run a line."""
        issue = part("android_world.env.adb_utils").issue_generic_request
        response = issue(["shell", line], self._controller, timeout_sec=seconds or self.seconds)
        ok = response.status == type(response).Status.OK
        return Printed(response.generic.output.decode(errors="replace"), 0 if ok else 1)


class _Commands:
    """What android_env calls an AdbController. Its own restarts the adb server after each command that fails, and with
    it every device that is connected over TCP is lost.
    """

    def __init__(self, serial: str, adb: str, port: int) -> None:
        program = shutil.which(adb)
        if program is None:
            raise SandboxMissing(f"{adb} is not installed: sudo apt install adb")
        self._prefix = [program, "-P", str(port)]
        self._device = ["-s", serial]

    def execute_command(self, args: list[str], timeout: float | None = None, device_specific: bool = True) -> bytes:
        """What a command prints, both outputs. Raises subprocess's errors, which android_env makes responses of."""
        command = [*self._prefix, *(self._device if device_specific else []), *args]
        limit = timeout or DEFAULT_SECONDS
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit, check=True
        ).stdout
