"""What a guest's home folder holds before a task: what OSWorld's tasks take for granted of their virtual machine."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sandboxes import isolation

HOME = Path("/home/user")
"""Where the tasks look for everything, inside."""
PASSWORD = "password"
"""What tasks say to sudo."""

_SHIMS = {
    "python": 'exec "{python}" "$@"',
    "python3": 'exec "{python}" "$@"',
    # Nobody is root inside; what the tasks do by sudo (folders, files of their own) is allowed without.
    "sudo": """while [ $# -gt 0 ]; do
  case "$1" in
    -u | -p | -g) shift 2 ;;
    -S) read -r _ignored || true; shift ;;
    -*) shift ;;
    *) break ;;
  esac
done
[ $# -eq 0 ] || exec "$@"
""",
    "google-chrome": 'exec chromium --no-sandbox --no-first-run --password-store=basic "$@"',
    "update-desktop-database": "exit 0",
}
_PROFILE = ".config/libreoffice/4/user/registrymodifications.xcu"
_ITEM = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)
_OFFICE = (
    ("Office.Common/Misc", "ShowTipOfTheDay", "false"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Office.Common/Save/Document", "WarnAlienFormat", "false"),
    ("Office.Common/Security/Scripting", "CheckDocumentEvents", "false"),
    ("Office.Recovery/AutoSave", "Enabled", "false"),
    ("Setup/Product", "ooSetupLastVersion", "99.9"),
)
"""Without the tip of the day, the warning about foreign formats and the notes on what is new."""


def furnish(home: Path) -> None:
    """Write it; home: the folder as it is seen from outside."""
    for name in ("Desktop", "Documents", "Downloads", "Pictures", "Music", "Videos"):
        (home / name).mkdir(exist_ok=True)
    folder = shims(home)
    folder.mkdir(parents=True)
    for name, script in _SHIMS.items():
        path = folder / name
        path.write_text("#!/bin/sh\n" + script.replace("{python}", str(python())) + "\n")
        path.chmod(0o755)
    profile = home / _PROFILE
    profile.parent.mkdir(parents=True)
    items = "".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _OFFICE)
    profile.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{items}</oor:items>\n"
    )


def python() -> Path:
    """This Python, by a path that leads there inside as well: links to its folder are followed, those in it are not, or
    it would not know its packages."""
    return Path(sys.prefix).resolve() / "bin" / Path(sys.executable).name


def shims(home: Path) -> Path:
    """The folder of programs that stand in for those of OSWorld's virtual machine."""
    return home / ".local/handeye"


def moved(folder: Path) -> Sequence[str]:
    """What bubblewrap must be told so that the home folder is where tasks look, and belongs to somebody by name."""
    accounts = {"passwd": f"user:x:{{0}}:{{0}}:user:{HOME}:/bin/bash\n", "group": "user:x:{0}:\n"}
    words = ["--bind", str(folder / "home"), str(HOME)]
    for name, line in accounts.items():
        path = folder / name
        path.write_text(line.format(_user()) + Path("/etc", name).read_text())  # the first one counts
        words += ["--ro-bind", str(path), f"/etc/{name}"]
    return words


def _user() -> int:
    """Who programs are inside; see `isolation.alone`."""
    return isolation.USER if os.geteuid() == 0 else os.geteuid()
