"""Programs that a guest runs as it is told: to their end, until something is seen, or left running."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandboxes.osworld.windows import Windows

EXECUTE_SECONDS = 120.0
OPEN_SECONDS = 120.0
_PAUSE = 0.1
_OFFICE = (".xlsx", ".xls", ".ods", ".csv", ".docx", ".doc", ".odt", ".rtf", ".pptx", ".ppt", ".odp")

Command = str | Sequence[str]


def execute(command: Command, *, shell: bool = False, seconds: float = EXECUTE_SECONDS) -> dict[str, Any]:
    """Runs it to its end. Answers in the protocol's words: status, output, error, returncode."""
    try:
        ended = subprocess.run(
            _words(command, shell),
            shell=shell,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            cwd=Path.home(),
        )
    except subprocess.TimeoutExpired:
        return failed(f"The command did not end within {seconds:g} s.")
    except OSError as error:
        return failed(str(error))
    return {"status": "success", "output": ended.stdout, "error": ended.stderr, "returncode": ended.returncode}


def execute_verified(
    command: Command, *, shell: bool, verification: dict[str, Any], seconds: float, pause: float
) -> dict[str, Any]:
    """Runs it, then looks until the window that is named exists and the command that is named succeeds."""
    answer = execute(command, shell=shell)
    deadline = time.monotonic() + seconds
    while answer["status"] == "success" and not _is_so(verification):
        if time.monotonic() > deadline:
            return {**answer, "status": "error", "message": f"Not seen within {seconds:g} s: {verification}."}
        time.sleep(pause)
    return answer


def launch(command: Command, *, shell: bool = False) -> None:
    """Starts it and leaves it running. Raises OSError for what can't be started."""
    quiet = subprocess.DEVNULL
    words = _words(command, shell)
    subprocess.Popen(  # it is left alone on purpose, and ends with the guest
        words, shell=shell, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, cwd=Path.home()
    )


def run_python(code: str) -> dict[str, Any]:
    """Runs a script by the guest's Python."""
    answer = execute([sys.executable, "-c", code])
    return answer if answer["returncode"] == 0 else {**answer, "status": "error", "message": answer["error"]}


def run_bash(script: str, *, seconds: float, folder: str | None) -> dict[str, Any]:
    """Runs a script by bash."""
    entered = f"cd {shlex.quote(folder)} || exit 1\n" if folder else ""
    return execute(["bash", "-c", entered + script], seconds=seconds)


def open_file(path: Path, windows: Windows) -> bool:
    """Opens a file with the program for its kind; whether a window with its name came up in time."""
    command = ["soffice", "--norestore"] if path.suffix.lower() in _OFFICE else ["xdg-open"]
    launch([*command, str(path)])
    deadline = time.monotonic() + OPEN_SECONDS
    while time.monotonic() < deadline:
        if windows.find(path.name) is not None:
            return True
        time.sleep(_PAUSE)
    return False


def failed(reason: str) -> dict[str, Any]:
    """What is answered about a command that did not run to its end."""
    return {"status": "error", "message": reason, "output": "", "error": reason, "returncode": -1}


def _words(command: Command, shell: bool) -> Command:
    if shell:
        return command if isinstance(command, str) else shlex.join(command)
    words = shlex.split(command) if isinstance(command, str) else list(command)
    return [os.path.expanduser(word) if word.startswith("~/") else word for word in words]


def _is_so(verification: dict[str, Any]) -> bool:
    name, command = verification.get("window_exists"), verification.get("command_success")
    if name and Windows().find(name) is None:
        return False
    return not command or execute(command, shell=isinstance(command, str)).get("returncode") == 0
