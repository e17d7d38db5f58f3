"""`secret:NAME` in a text that is typed: stands for a value that only who carries the action out knows.

Everything that decides, records or watches handles the placeholder; see `sandboxes.veil`, which fills it in.
"""

import re

from actions.action import Action, Type

PREFIX = "secret:"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
"""What a secret may be called; upper and lower case are the same name."""
PLACEHOLDER = re.compile(rf"(?<![A-Za-z0-9_-]){PREFIX}(?P<name>{NAME.pattern})")


def names_in(text: str) -> tuple[str, ...]:
    """The names after `secret:` in a text, each once, in the order in which they come."""
    return tuple(dict.fromkeys(found["name"] for found in PLACEHOLDER.finditer(text)))


def secrets_in(action: Action) -> tuple[str, ...]:
    """The names of the secrets that an action would type; empty for every other action."""
    return names_in(action.text) if isinstance(action, Type) else ()
