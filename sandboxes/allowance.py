"""What pages are allowed to do to the world outside of them, in one frozen object."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from sandboxes.errors import SandboxError
from sandboxes.hosts import Hosts

Answer = Literal["dismiss", "twice", "accept"]
"""dismiss: never agree; twice: agree when the very next action brings the same box again, which the note says; accept:
always agree (a prompt gets what the page suggests)."""

PERMISSIONS = (
    "camera",
    "clipboard-read",
    "geolocation",
    "local-fonts",
    "local-network-access",
    "microphone",
    "midi",
    "midi-sysex",
    "notifications",
    "storage-access",
)
"""What can be granted; names as Playwright and the Permissions specification have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Nothing by default but to reach any host. Raises SandboxError for what can't be allowed."""

    dialogs: Answer = "dismiss"
    """How boxes are answered."""
    downloads: Path | None = None
    """Where the folders of downloads are made; None: downloads are refused."""
    uploads: Path | None = None
    """The folder whose files may be given to pages; None: none may."""
    permissions: Sequence[str] = ()
    """Granted permissions, of `PERMISSIONS`."""
    hosts: Hosts = field(default_factory=lambda: Hosts(None))
    """Which hosts may be reached."""

    def __post_init__(self) -> None:
        if self.dialogs not in get_args(Answer):
            raise SandboxError(f'Boxes can\'t be answered by "{self.dialogs}": write {", ".join(get_args(Answer))}.')
        if unknown := sorted(set(self.permissions) - set(PERMISSIONS)):
            raise SandboxError(f'There is no permission "{unknown[0]}"; known are {", ".join(PERMISSIONS)}.')
        if self.uploads is not None and not self.uploads.is_dir():
            raise SandboxError(f"{self.uploads} is no folder: make it, or name another for uploads (browser.uploads).")
