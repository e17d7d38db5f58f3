"""Our guest as a provider of OSWorld's own `desktop_env` (PyPI `desktop-env` 1.0.2).

    from sandboxes.osworld import provider
    provider.install(python="/path/to/handeye/.venv/bin/python")
    DesktopEnv(provider_name="docker", ...)

There is no plug-in hook, so the function that makes providers is replaced, and the name is one of those that it knows:
"docker" is the one whose guests have ports of their own and are clean at the beginning. Imports nothing but the
standard library: it runs in an environment of its own, which has none of ours.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_CHROMIUM, _VNC, _VLC = 9222, 8006, 8080
_END_SECONDS = 15.0


class LocalProvider:
    """Starts and stops guests, one at a time."""

    def __init__(self, python: str, size: str) -> None:
        self._python, self._size = python, size
        self._guest: subprocess.Popen[str] | None = None
        self._port = 0

    def start_emulator(self, path_to_vm: str, headless: bool, *_: Any) -> None:
        """Starts a fresh guest where none runs. Raises RuntimeError with what it said when it does not start."""
        if self._guest is not None:
            return
        root = str(Path(__file__).resolve().parents[2])
        self._guest = subprocess.Popen(
            [self._python, "-m", "sandboxes.osworld.guest", "--size", self._size],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONPATH": root},
            start_new_session=True,
        )
        assert self._guest.stdout is not None
        line = self._guest.stdout.readline()
        if not line.strip().isdigit():
            self.stop_emulator(path_to_vm)
            raise RuntimeError("The guest did not start; it said why on its standard error.")
        self._port = int(line)

    def get_ip_address(self, path_to_vm: str) -> str:
        """Address and ports as `desktop_env` reads them: host, server, Chromium, VNC, VLC."""
        return f"127.0.0.1:{self._port}:{_CHROMIUM}:{_VNC}:{_VLC}"

    def save_state(self, path_to_vm: str, snapshot_name: str) -> None:
        """Every guest begins clean; nothing is kept."""
        raise NotImplementedError("A local guest keeps no state.")

    def revert_to_snapshot(self, path_to_vm: str, snapshot_name: str) -> str:
        """Ends the guest; the next one is fresh."""
        self.stop_emulator(path_to_vm)
        return path_to_vm

    def stop_emulator(self, path_to_vm: str, *_: Any) -> None:
        """Ends it; may be called twice."""
        guest, self._guest = self._guest, None
        if guest is None:
            return
        assert guest.stdin is not None
        guest.stdin.close()
        try:
            guest.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            guest.kill()
            guest.wait()


class LocalMachines:
    """What `desktop_env` asks for the path of a machine; there is one, and it has none."""

    def get_vm_path(self, **_: Any) -> str:
        """A name in place of a path."""
        return "handeye"


def install(*, python: str = sys.executable, size: str = "1920x1080") -> None:
    """From now on `DesktopEnv(provider_name="docker")` works our guest; python: of HandEye's own environment."""
    import desktop_env.desktop_env as official  # pyright: ignore[reportMissingImports]

    def made(*_: Any, **__: Any) -> tuple[LocalMachines, LocalProvider]:
        return LocalMachines(), LocalProvider(python, size)

    official.create_vm_manager_and_provider = made


def made(*, python: str, cache: str) -> Any:
    """A `DesktopEnv` on our guest, as the tests and `handeye eval osworld` use it; cache: a folder for downloads."""
    install(python=python)
    from desktop_env.desktop_env import DesktopEnv  # pyright: ignore[reportMissingImports]

    return DesktopEnv(provider_name="docker", action_space="pyautogui", require_a11y_tree=False, cache_dir=cache)
