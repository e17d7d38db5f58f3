"""What a browser may be asked to open, and in plain words why it could not."""

from urllib.parse import urlsplit

from perception.geometry import Size
from sandboxes.errors import PageError

MAX_SIDE = 8192
"""Pixels; the largest side that a viewport may have."""

_REASONS = {
    "ERR_NAME_NOT_RESOLVED": "its host is unknown",
    "ERR_CONNECTION_REFUSED": "nothing answers at its port",
    "ERR_FILE_NOT_FOUND": "there is no such file",
    "ERR_INTERNET_DISCONNECTED": "there is no network",
    "ERR_ADDRESS_UNREACHABLE": "its host can't be reached",
    "ERR_CONNECTION_TIMED_OUT": "its host does not answer",
    "ERR_EMPTY_RESPONSE": "its server sent nothing",
    "ERR_CONNECTION_RESET": "its server broke the connection off",
    "ERR_TOO_MANY_REDIRECTS": "it redirects in a circle",
    "ERR_UNSAFE_PORT": "browsers refuse its port",
    "ERR_CERT": "its certificate can't be trusted",
    "Download is starting": "it is a download and no page",
    "crash": "the page crashed",
}


def checked_url(url: str) -> str:
    """The address, when it is one that a browser may open. Raises PageError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "file"):
        raise PageError(f'"{url}" can\'t be opened: an address begins with http://, https:// or file://.')
    if parts.scheme != "file" and not parts.hostname:
        raise PageError(f'"{url}" names no host.')
    return url


def checked_size(size: Size) -> Size:
    """The size, when a viewport can have it. Raises PageError."""
    if not (0 < size.width <= MAX_SIDE and 0 < size.height <= MAX_SIDE):
        raise PageError(f"A viewport of {size} can't be shown; a side has from 1 to {MAX_SIDE} pixels.")
    return size


def goto_reason(text: str) -> str:
    """Why a page did not open, from what Playwright says of it."""
    return next((reason for sign, reason in _REASONS.items() if sign in text), _first_line(text))


def launch_reason(text: str) -> str:
    """Why Chromium did not start, from what Playwright says of it."""
    if "Missing X server" in text or "$DISPLAY" in text:
        return "a window needs a display (DISPLAY is not set); run it headless"
    signs = ("ERROR", "error while")
    lines = [line for line in text.splitlines() if any(sign in line for sign in signs)]
    return lines[-1].split("] ")[-1].strip().rstrip(".") if lines else _first_line(text)


def _first_line(text: str) -> str:
    lines = text.strip().splitlines() or ["unknown reason"]
    return lines[0].strip().rstrip(".")
