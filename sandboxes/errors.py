"""What can go wrong on the floor where things happen.

SandboxError
├── PageError           a page can't be opened, never loads, or has no visible area
├── SandboxMissing      a program that the sandbox needs is not installed
└── SandboxCrashed      the environment broke and must be made anew
"""

from perception.errors import HandEyeError


class SandboxError(HandEyeError):
    """Something is wrong with an environment."""


class PageError(SandboxError):
    """A page can't be opened, never loads, or has no visible area."""


class SandboxMissing(SandboxError):
    """A program that the sandbox needs is not installed; the message says how to install it."""


class SandboxCrashed(SandboxError):
    """The environment broke and must be made anew."""
