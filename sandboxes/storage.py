"""What a browser keeps between visits: cookies, local storage and databases, read from a file and written to one.

It holds what a person is signed in with: files are for their owner alone, and nothing of it goes into a message.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from playwright.async_api import BrowserContext, StorageState

from perception.files import replace_file
from sandboxes.errors import SandboxError

State = str | Path | Mapping[str, Any]
"""A file that `write_state` wrote, or what is in it."""


def read_state(given: State | None) -> StorageState | None:
    """What a new profile begins with. Raises SandboxError for a file that holds no such thing."""
    if given is None:
        return None
    name = f"{given}" if isinstance(given, str | Path) else "the given storage state"
    if isinstance(given, str | Path):
        try:
            given = json.loads(Path(given).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no JSON"
            raise SandboxError(f"{name} can't be read: {reason}; save it anew, or name another file.") from error
    if not isinstance(given, Mapping) or not all(isinstance(given.get(key), list) for key in ("cookies", "origins")):
        raise SandboxError(f'{name} is no storage state: it needs lists of "cookies" and "origins".')
    return cast(StorageState, dict(given))


async def write_state(context: BrowserContext, path: Path) -> None:
    """Write what a profile keeps, whole or not at all. Raises SandboxError when the file can't be written."""
    state = await context.storage_state(indexed_db=True)
    try:
        replace_file(path, json.dumps(state, indent=1).encode(), private=True)
    except OSError as error:
        raise SandboxError(f"{path} can't be written: {error.strerror}; name another file.") from error
