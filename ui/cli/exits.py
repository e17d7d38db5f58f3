"""What a command's exit code says, and the one line that goes with an error.

0    the task is done
1    the task failed
2    the command was used wrongly (flags, settings)
3    a part is missing; the line says how to install it
4    something outside broke: a page, a disk, a server, a model's files
130  interrupted by a person; the line says how to go on
"""

import errno
import re

DONE = 0
FAILED = 1
USAGE = 2
MISSING = 3
BROKEN = 4
INTERRUPTED = 130

OURS = ("perception", "actions", "sandboxes", "agent", "ui")
"""Our top-level packages."""

EXTRAS = {
    "av": "recording",
    "keyring": "keyring",
    "mcp": "mcp",
    "miniwob": "miniwob",
    "mss": "desktop",
    "onnxruntime": "documents",
    "peft": "lora",
    "pikepdf": "documents",
    "psycopg": "postgres",
    "pyarrow": "data",
    "pyautogui": "desktop",
    "pypdfium2": "documents",
    "rapidocr": "documents",
    "ray": "scale",
}
"""Which extra brings a module that the plain installation does not have."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class UsageError(Exception):
    """A flag or a setting can't be used; the message is one sentence for a person."""


class PartMissing(Exception):
    """Something that has to be installed is not; the message holds the line that installs it."""


class Broken(Exception):
    """Something outside broke; the message is one sentence for a person."""


def plain(text: object, limit: int = 0) -> str:
    """Foreign text on one line: control characters become spaces, so that it can't steer a terminal.

    A limit above 0 cuts longer text and ends it in an ellipsis.
    """
    line = _CONTROL.sub(" ", str(text).encode(errors="replace").decode()).strip()
    if limit and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line


def code_of(error: BaseException) -> int:
    """The exit code that an error ends the command with."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, UsageError):
        return USAGE
    if _missing_part(error) or isinstance(error, PartMissing) or _named(error, "SandboxMissing"):
        return MISSING
    if any(_named(error, name) for name in ("SettingsError", "ModelUnknown", "AddressError")):
        return USAGE
    return BROKEN


def is_expected(error: BaseException) -> bool:
    """Whether an error is one that a person can act on; anything else is a defect of ours and keeps its
    traceback."""
    kinds = (KeyboardInterrupt, UsageError, PartMissing, Broken, ImportError, OSError)
    return isinstance(error, kinds) or _named(error, "HandEyeError")


def line_of(error: BaseException) -> str:
    """The one line for a person, without the leading `handeye: `."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    missing = _missing_part(error)
    if missing is not None:
        return _missing_module(missing)
    if isinstance(error, OSError) and not isinstance(error, Broken):
        return _disk_or_network(error)
    return plain(error) or type(error).__name__


def install_line(module: str) -> str:
    """The pip line that brings a module."""
    extra = EXTRAS.get(module)
    return f'pip install "handeye[{extra}]"' if extra else "pip install handeye"


def _named(error: BaseException, name: str) -> bool:
    """By name, so that telling errors apart never has to import the floor that raised them."""
    return any(kind.__name__ == name for kind in type(error).__mro__)


def _missing_part(error: BaseException) -> ImportError | None:
    """The failed import that an error is, or was made of by the floor that raised it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ImportError):
            return cause
        cause = cause.__cause__
    return None


def _missing_module(error: ImportError) -> str:
    module = (error.name or "").partition(".")[0]
    if not module:
        return plain(error)
    if module in OURS:
        return f"the package {module!r} that Python finds is not HandEye's ({plain(error)}); see: handeye doctor"
    if not isinstance(error, ModuleNotFoundError):
        return f"{module} can't be imported ({plain(error)}); try: pip install --force-reinstall {module}"
    return f"the package {module} is missing; install it: {install_line(module)}"


def _disk_or_network(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"{where}the disk is full; free some space and call again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{where}no right to write or read there; choose another folder or change its rights"
    return plain(f"{where}{error.strerror or error}")
