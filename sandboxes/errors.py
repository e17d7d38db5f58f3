"""What can go wrong on the floor where things happen.

SandboxError
├── PageError           a page can't be opened, never loads, or has no visible area
│   └── AddressError    what was given is no address that a browser may open, or no viewport
├── SandboxMissing      a program that the sandbox needs is not installed
└── SandboxCrashed      the environment broke and must be made anew
"""

from perception.errors import HandEyeError


class SandboxError(HandEyeError):
    """Something is wrong with an environment."""


class PageError(SandboxError):
    """A page can't be opened, never loads, or has no visible area."""


class AddressError(PageError):
    """What was given is no address that a browser may open, or a viewport that no page can have."""


class SandboxMissing(SandboxError):
    """A program that the sandbox needs is not installed; the message says how to install it."""


class SandboxCrashed(SandboxError):
    """The environment broke and must be made anew."""
