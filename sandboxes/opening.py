"""What a browser may be asked to open, and in plain words why it could not."""

import re
from http.client import responses
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from perception.geometry import Size
from sandboxes.errors import AddressError

MAX_SIDE = 8192
"""Pixels; the largest side that a viewport may have."""

_REASONS = {
    "ERR_NAME_NOT_RESOLVED": "its host is unknown; check the spelling",
    "ERR_CONNECTION_REFUSED": "nothing answers at its port; start its server, or correct the port",
    "ERR_FILE_NOT_FOUND": "there is no such file; correct the path",
    "ERR_SOCKS_CONNECTION_HOST_UNREACHABLE": "its host is unknown or can't be reached; check the spelling",
    "ERR_SOCKS_CONNECTION_FAILED": "nothing answers at its port; start its server, or correct the port",
    "ERR_INTERNET_DISCONNECTED": "there is no network; connect this machine",
    "ERR_ADDRESS_UNREACHABLE": "its host can't be reached; check address and network",
    "ERR_CONNECTION_TIMED_OUT": "its host does not answer; check address and network",
    "ERR_EMPTY_RESPONSE": "its server sent nothing; look at the server",
    "ERR_CONNECTION_RESET": "its server broke the connection off; look at the server",
    "ERR_TOO_MANY_REDIRECTS": "it redirects in a circle; look at the server",
    "ERR_UNSAFE_PORT": "browsers refuse its port; serve it at another",
    "ERR_INVALID_AUTH_CREDENTIALS": (
        "it wants a name and a password in a window of its own; write them into the address, http://NAME:PASSWORD@HOST/"
    ),
    "ERR_CERT": "its certificate can't be trusted; give it one that this machine trusts, or use http",
    "Download is starting": "it is a download and no page; name a page",
    "ERR_ABORTED": "its server sent no page; name another",
    "crash": "the page crashed; try again, or another page",
}


def checked_url(url: str) -> str:
    """The address, when it is one that a browser may open. Raises AddressError."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise AddressError(f'"{url}" is no address: {error}.') from error
    if parts.scheme not in ("http", "https", "file"):
        raise AddressError(
            f'"{url}" can\'t be opened: an address begins with http://, https:// or file://{_hint(url)}.'
        )
    if parts.scheme != "file" and not host:
        raise AddressError(f'"{url}" names no host: write http://HOST/ and what follows.')
    return url


def file_of(url: str) -> Path | None:
    """The file that an address names; None for one of another kind."""
    parts = urlsplit(url)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def _hint(url: str) -> str:
    """What was probably meant by an address without a scheme."""
    if url and Path(url).is_file():
        return f"; for this file write {Path(url).resolve().as_uri()}"
    return f"; write http://{url} perhaps" if re.fullmatch(r"[\w.-]+\.\w+(:\d+)?(/\S*)?", url) else ""


def plain_url(url: str) -> str:
    """The address without a name and a password, for messages."""
    return re.sub(r"(?<=://)[^/?#]*@", "", url, count=1)


def checked_size(size: Size, scale: float = 1.0) -> Size:
    """The size, when a viewport can have it and its frame too, which is `scale` times as large. Raises AddressError."""
    if not (0 < size.width * scale <= MAX_SIDE and 0 < size.height * scale <= MAX_SIDE):
        times = "" if scale == 1 else f" at {scale:g} pixels a CSS pixel"
        raise AddressError(f"A viewport of {size} can't be shown{times}; a side has from 1 to {MAX_SIDE} pixels.")
    return size


def checked_scale(scale: float) -> float:
    """Pixels of the screen in one CSS pixel, when a screen can have them. Raises AddressError."""
    if not 0.5 <= scale <= 4:
        raise AddressError(f"A screen has from 0.5 to 4 pixels in one CSS pixel, not {scale:g} (browser.device_scale).")
    return scale


def goto_reason(text: str) -> str:
    """Why a page did not open, from what Playwright says of it."""
    return next((reason for sign, reason in _REASONS.items() if sign in text), _first_line(text))


def refusal_of(status: int) -> str:
    """Why an answer with this HTTP status is no page to begin on; empty where it may be one.

    A server that is broken or has no such page shows words that no task is about. What else is below 500 (a page that
    wants a login) can be worked on.
    """
    if status < 500 and status not in (404, 410):
        return ""
    phrase = responses.get(status, "no known status")
    what_to_do = "look at the server" if status >= 500 else "correct the address"
    return f"its server answered {status} ({phrase}); {what_to_do}"


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
