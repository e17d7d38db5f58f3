"""OSWorld's protocol, asked from outside: any guest that speaks it, in a virtual machine, a container, or ours."""

from typing import Any

import httpx

from perception.errors import ImageError
from perception.observation import Frame
from perception.screenshot import decode_png
from sandboxes.errors import SandboxCrashed, SandboxError

REQUEST_SECONDS = 150.0
"""A guest gives a command 120 s."""
_PREFIX = "import pyautogui; import time; pyautogui.FAILSAFE = False; "
_SETUPS = {
    "execute": "execute",
    "command": "execute",
    "launch": "launch",
    "open": "open_file",
    "activate_window": "activate_window",
    "close_window": "close_window",
    "change_wallpaper": "change_wallpaper",
}
SHOWING = frozenset({"launch", "open"})
"""Setups after which something is to be seen."""


class GuestClient:
    """One guest at an address such as http://127.0.0.1:5000."""

    def __init__(self, url: str) -> None:
        """Asks nothing yet."""
        self.url = url.rstrip("/")
        self._http = httpx.AsyncClient(base_url=self.url, timeout=REQUEST_SECONDS, trust_env=False)

    async def screenshot(self, *, time: float = 0.0) -> Frame:
        """The screen with the pointer. time: for the frame, in seconds. Raises SandboxCrashed."""
        answer = await self._asked("GET", "/screenshot")
        try:
            return decode_png(answer.content, time=time)
        except ImageError as error:
            raise SandboxCrashed(f"The guest at {self.url} sent no picture: {error}") from error

    async def execute(self, command: str | list[str], *, shell: bool = False) -> dict[str, Any]:
        """Runs a command there, to its end: status, output, error, returncode. Raises SandboxCrashed."""
        return (await self._asked("POST", "/execute", json={"command": command, "shell": shell})).json()

    async def act(self, code: str) -> str:
        """Runs pyautogui code; gives what went wrong there, or nothing. Raises SandboxCrashed."""
        answer = await self.execute(["python", "-c", _PREFIX + code])
        if answer.get("returncode", 0) == 0:
            return ""
        said = str(answer.get("error") or "").strip()
        return said.splitlines()[-1] if said else f"it ended with {answer['returncode']}"

    async def file(self, path: str) -> bytes | None:
        """What a file there holds; None where there is none. Raises SandboxCrashed."""
        answer = await self._sent("POST", "/file", data={"file_path": path})
        return None if answer.status_code == 404 else self._checked(answer, "/file").content

    async def upload(self, path: str, content: bytes) -> None:
        """Writes a file there. Raises SandboxCrashed."""
        name = path.rpartition("/")[2]
        await self._asked("POST", "/setup/upload", data={"file_path": path}, files={"file_data": (name, content)})

    async def set_up(self, kind: str, parameters: dict[str, Any]) -> None:
        """One step of a task's setup. Raises SandboxError for one that only OSWorld's own `desktop_env` does."""
        if kind not in _SETUPS:
            known = ", ".join(_SETUPS)
            raise SandboxError(f'The setup "{kind}" is done by desktop_env alone; known here are {known}.')
        await self._asked("POST", f"/setup/{_SETUPS[kind]}", json=parameters)

    async def close(self) -> None:
        """May be called twice."""
        await self._http.aclose()

    async def _asked(self, method: str, path: str, **sent: Any) -> httpx.Response:
        return self._checked(await self._sent(method, path, **sent), path)

    async def _sent(self, method: str, path: str, **sent: Any) -> httpx.Response:
        try:
            return await self._http.request(method, path, **sent)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise SandboxCrashed(f"The guest at {self.url} does not answer {path}: {reason}.") from error

    def _checked(self, answer: httpx.Response, path: str) -> httpx.Response:
        if answer.status_code != 200:
            said = answer.text[:200]
            raise SandboxCrashed(f"The guest at {self.url} answered {path} with {answer.status_code}: {said}")
        return answer
