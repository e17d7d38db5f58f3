"""The rules of a guard, as a person writes them down (TOML); every key is typed, unknown ones are refused.

[allow]
hosts = ["shop.example.org"]      # nowhere else without a person
[deny]
actions = ["open"]
paths = ["/admin/*"]
[ask]
buying = "deny"                   # allow | unless_named | ask | deny
[limits]
steps = 50
[questions]
seconds = 600
"""

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from actions.action import ACTION
from actions.risk import Risk
from agent.errors import SettingsError
from sandboxes.errors import SandboxError
from sandboxes.hosts import Hosts

Mode = Literal["allow", "unless_named", "ask", "deny"]
"""What becomes of an effect: done, done where the instruction names it and asked about otherwise, asked about, refused.
"""

KINDS = tuple(sorted(ACTION.json_schema()["discriminator"]["mapping"]))
"""Every kind of action."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Places(_Section):
    """What is allowed or denied; unset allows all, and denies none."""

    hosts: tuple[str, ...] | None = None
    """Patterns such as `*.example.org`."""
    apps: tuple[str, ...] | None = None
    """Programs of desktops and phones, as patterns."""
    paths: tuple[str, ...] | None = None
    """Paths of addresses and of files that are open, as patterns such as `/admin/*`."""
    actions: tuple[str, ...] | None = None
    """Kinds of action."""

    @field_validator("hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        try:
            Hosts(value)
        except SandboxError as error:
            raise ValueError(str(error).rstrip(".")) from error
        return value

    @field_validator("actions")
    @classmethod
    def _are_kinds(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if unknown := sorted(set(value or ()) - set(KINDS)):
            raise ValueError(f"there is no action {unknown[0]}; known are {', '.join(KINDS)}")
        return value

    def has_app(self, name: str) -> bool:
        """Whether a program is among the apps."""
        return any(fnmatchcase(name, pattern.lower()) for pattern in self.apps or ())

    def has_path(self, path: str) -> bool:
        """Whether a path is among the paths."""
        return any(fnmatchcase(path, pattern) for pattern in self.paths or ())

    def has_host(self, url: str) -> bool:
        """Whether an address's host is among the hosts; one without a host is not."""
        return self.hosts is not None and bool(url) and Hosts(self.hosts).allows(url)


class Asks(_Section):
    """What becomes of each kind of effect that leaves the machine or can't be undone."""

    sending: Mode = "unless_named"
    buying: Mode = "ask"
    deleting: Mode = "ask"
    publishing: Mode = "ask"
    credentials: Mode = "unless_named"
    running: Mode = "ask"
    leaving: Mode = "unless_named"
    secret: Mode = "unless_named"


class Limits(_Section):
    """Budgets that no setting of a run exceeds; unset leaves them to the run's settings."""

    steps: int | None = Field(default=None, ge=1)
    seconds: float | None = Field(default=None, gt=0)
    tokens: int | None = Field(default=None, ge=1)


class Waiting(_Section):
    """How questions wait for a person."""

    seconds: float | None = Field(default=None, ge=0)
    """How long one is good; then it counts as refused. Unset: 600 where somebody sits at the run, else 0, so that a run
    without a person goes on at once; with a time, answers from elsewhere are waited for."""
    screen: Literal["whole", "target"] = "whole"
    """What must still look the same when an answer comes: all of the screen, or what the action would hit. Something
    else is asked about anew."""


class Rules(_Section):
    """A policy file."""

    allow: Places = Places()
    deny: Places = Places()
    ask: Asks = Asks()
    limits: Limits = Limits()
    questions: Waiting = Waiting()

    @classmethod
    def load(cls, path: Path) -> "Rules":
        """Reads a file. Raises SettingsError naming the key."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise SettingsError(f"{path} can't be read: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is not TOML: {error}") from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(map(str, first["loc"]))
            known = f"; known are {', '.join(_keys(first['loc'][:-1]))}" if first["type"] == "extra_forbidden" else ""
            said = "there is no such key" if known else str(first["msg"]).removeprefix("Value error, ")
            raise SettingsError(f"{path}: {key}: {said}{known}") from error

    def mode(self, risk: Risk) -> Mode:
        """What becomes of an effect of this kind."""
        return getattr(self.ask, risk)


OPEN = Rules(ask=Asks.model_validate(dict.fromkeys(get_args(Risk), "allow")))
"""Rules that hold nothing back: for benchmarks, whose world is made to be acted in."""


def _keys(section: tuple[str | int, ...]) -> list[str]:
    kind: type[BaseModel] = Rules
    for name in section:
        inner = kind.model_fields[str(name)].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        kind = inner
    return list(kind.model_fields)
