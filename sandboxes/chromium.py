"""Where Chromium is, and how it is started."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sandboxes.errors import SandboxMissing

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")

FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # A wheel's turn is over with the next frame instead of a glide of a quarter second.
    "--disable-smooth-scrolling",
)
"""Nothing leaves the machine but what pages ask for, and nothing moves that no page moves."""

_ADVICE = (
    "install it with `sudo apt install chromium` (or `python -m playwright install chromium`), "
    "or name it in HANDEYE_CHROMIUM"
)


def find_chromium(given: str | Path | None = None) -> Path:
    """The Chromium to use: the one given, else HANDEYE_CHROMIUM's, the system's, or one that Playwright downloaded.

    Raises SandboxMissing, saying how to install it.
    """
    given = given or os.environ.get("HANDEYE_CHROMIUM")
    if given:
        path = Path(given).expanduser()
        if not (path.is_file() and os.access(path, os.X_OK)):
            raise SandboxMissing(f"{path} is not a program; {_ADVICE}.")
        return path
    for name in NAMES:
        if (found := shutil.which(name)) and not is_snap(Path(found)):
            return Path(found)
    for path in _downloaded():
        return path
    raise SandboxMissing(f"Chromium was not found; {_ADVICE}.")


def is_snap(path: Path) -> bool:
    """Whether a program is a snap, or Ubuntu's script that starts one.

    A snap can't reach the profile folder that is made for each run, so it is passed over, as set-up does.
    """
    if "snap" in path.resolve().parts:
        return True
    try:
        with path.open("rb") as file:
            return b"/snap/" in file.read(4096)
    except OSError:
        return False


def _downloaded() -> Iterator[Path]:
    """Playwright's own, the newest first."""
    root = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    yield from sorted(root.glob("chromium-*/chrome-linux*/chrome"), reverse=True)
