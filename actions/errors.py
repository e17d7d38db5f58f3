"""What can go wrong on the floor that acts.

ActionError
├── ActionInvalid       the model's text is not an action (what is wrong is told back to the model)
├── ActionUnsupported   this surface or dialect has no such action
├── SecretRefused       a secret may not be typed here, or not like this
└── ExecutionError      the surface refused or broke while the action was carried out
    └── SurfaceLost     the browser, display or device is gone
"""

from perception.errors import HandEyeError


class ActionError(HandEyeError):
    """Something is wrong with an action."""


class ActionInvalid(ActionError):
    """The model's text is not an action; the message says what is wrong, for the model to read."""


class ActionUnsupported(ActionError):
    """This surface or dialect has no such action."""


class SecretRefused(ActionError):
    """A secret may not be typed here, or not like this; the message names the placeholder, never its value."""


class ExecutionError(ActionError):
    """The surface refused or broke while the action was carried out."""


class SurfaceLost(ExecutionError):
    """The browser, display or device is gone."""
