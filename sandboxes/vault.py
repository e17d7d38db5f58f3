"""Secrets that are held for typing: what each is called, and where it may be typed into.

A value shows in no `repr`, can't be pickled or written as JSON, and is handed out in one place: to who types it.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NoReturn
from urllib.parse import urlsplit

from actions.errors import SecretRefused
from actions.placeholder import NAME, PLACEHOLDER, PREFIX
from sandboxes.errors import SandboxError
from sandboxes.hosts import Hosts
from sandboxes.scrubbing import Scrubber

MIN_LENGTH = 4
"""Characters; what is shorter would be found, and blacked out, all over a screen."""
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


class Secret:
    """One value and the places that it may be typed into.

    A place is a host as for `Hosts` (`shop.example.org`, `*.example.org`), which is reached by https alone unless it is
    this machine; or a pattern with a scheme: `http://intranet`, `desktop://keepassxc`, `android://com.example.shop`,
    `file:///home/ada/*`.

    Raises SandboxError for a name, a value or a place that can't be; it never tells the value.
    """

    __slots__ = ("_value", "name", "places")

    def __init__(self, name: str, value: str, places: Iterable[str]) -> None:
        if not NAME.fullmatch(name):
            raise SandboxError(f'"{name}" is no name of a secret: write letters, digits, _ and -, a letter first.')
        if len("".join(value.split())) < MIN_LENGTH:
            raise SandboxError(
                f"{PREFIX}{name} has fewer than {MIN_LENGTH} characters, which would be found everywhere: take another."
            )
        if not value.isprintable():
            raise SandboxError(f"{PREFIX}{name} holds line ends, tabs or other control characters: take them out.")
        self.name = name
        self.places = checked_places(places)
        self._value = value

    def __repr__(self) -> str:
        return f"<{PREFIX}{self.name}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{PREFIX}{self.name} can't be written down")

    def reveal(self) -> str:
        """The value, for who types it."""
        return self._value

    def may_go_to(self, url: str) -> bool:
        """Whether it may be typed into what has this address."""
        return any(_matches(url, place) for place in self.places)


class Vault:
    """The secrets of a run, by name in either case."""

    __slots__ = ("_secrets", "scrubber")

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        """Raises SandboxError for two of one name."""
        self._secrets: dict[str, Secret] = {}
        for secret in secrets:
            if secret.name.lower() in self._secrets:
                raise SandboxError(f"There are two secrets {PREFIX}{secret.name}: upper and lower case are the same.")
            self._secrets[secret.name.lower()] = secret
        self.scrubber = Scrubber({secret.name: secret.reveal() for secret in self._secrets.values()})
        """Finds them in texts."""

    def __repr__(self) -> str:
        return f"<Vault of {', '.join(self.names) or 'nothing'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("secrets can't be written down")

    def __len__(self) -> int:
        return len(self._secrets)

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called."""
        return tuple(secret.name for secret in self._secrets.values())

    @property
    def told(self) -> str:
        """One line that tells a model which placeholders there are; empty without any."""
        listed = [f"{PREFIX}{one.name} ({', '.join(one.places)})" for one in self._secrets.values()]
        if not listed:
            return ""
        return (
            f"Secrets that you may type by these placeholders, alone and where they belong: {'; '.join(listed)}. "
            "Each is filled in as it is typed, and shown black."
        )

    def filled(self, text: str, url: str) -> str:
        """The text with values for placeholders, to be typed into what has this address.

        Raises SecretRefused when there is no such secret, it does not belong there, or the text holds Tab or Enter,
        after which the rest would go elsewhere.
        """
        if any(sign in text for sign in "\t\n\r"):
            raise SecretRefused("A secret is typed without Tab or Enter: press those keys in steps of their own.")
        return PLACEHOLDER.sub(lambda found: self._allowed(found["name"], url).reveal(), text)

    def _allowed(self, name: str, url: str) -> Secret:
        secret = self._secrets.get(name.lower())
        if secret is None:
            known = ", ".join(f"{PREFIX}{known}" for known in self.names)
            raise SecretRefused(f"There is no {PREFIX}{name}; known are {known}.")
        if not secret.may_go_to(url):
            raise SecretRefused(
                f"{PREFIX}{secret.name} was not typed: it belongs to {', '.join(secret.places) or 'no place'}, and the "
                f"keyboard's focus is in {_shown(url)}."
            )
        return secret


def vault(secrets: Mapping[str, tuple[str, Iterable[str]]]) -> Vault:
    """A vault for scripts: name -> (value, places)."""
    return Vault(Secret(name, value, places) for name, (value, places) in secrets.items())


def checked_places(places: Iterable[str]) -> tuple[str, ...]:
    """Places as they are matched. Raises SandboxError for one that is none, or is everywhere."""
    return tuple(_checked(place) for place in places)


def _checked(place: str) -> str:
    plain = place.strip().lower()
    scheme, separator, rest = plain.partition("://")
    if not plain.strip("*.") or (separator and (not scheme.isalpha() or not rest.strip("*."))):
        raise SandboxError(f'No secret can be bound to "{place}": name hosts, or apps as desktop://NAME.')
    if separator:
        return plain
    patterns = Hosts([plain]).patterns
    assert patterns is not None
    return patterns[0]


def _matches(url: str, place: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if "://" not in place:
        is_private = parts.scheme == "https" or (parts.scheme == "http" and host in _OWN_MACHINE)
        return is_private and fnmatchcase(host, place)
    if parts.scheme == "file":
        return fnmatchcase(f"file://{parts.path}".lower(), place)
    shown = f"[{host}]" if ":" in host else host
    whole = [f"{parts.scheme}://{shown}", *([f"{parts.scheme}://{shown}:{port}"] if port else [])]
    return any(fnmatchcase(one, place) for one in whole)


def _shown(url: str) -> str:
    """Scheme and host of an address; the rest can hold secrets."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "another place"
    return f"{parts.scheme}://{parts.hostname or ''}" if parts.scheme else "a place without an address"
