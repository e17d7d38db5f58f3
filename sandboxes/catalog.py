"""Environments by name. A name means "module:Class", which is imported when it is asked for.

Other packages add theirs by an entry point of the group `handeye.environments`.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from sandboxes.environment import Environment
from sandboxes.errors import SandboxError

GROUP = "handeye.environments"

ENVIRONMENTS: Mapping[str, str] = MappingProxyType(
    {
        "android": "sandboxes.android:AndroidEnvironment",
        "browser": "sandboxes.browser:BrowserEnvironment",
        "demo": "sandboxes.demos.signup:DemoEnvironment",
        "desktop": "sandboxes.desktop:DesktopEnvironment",
        "erp": "sandboxes.demos.erp.environment:ErpEnvironment",
        "miniwob": "sandboxes.miniwob:MiniWobEnvironment",
        "osworld": "sandboxes.osworld.environment:OSWorldEnvironment",
        "parcel": "sandboxes.demos.parcel:ParcelEnvironment",
        "painted": "sandboxes.painted:PaintedEnvironment",
        "paper_phone": "sandboxes.demos.paper_phone.environment:PaperPhoneEnvironment",
    }
)
"""The environments of this package."""


def names() -> list[str]:
    """Every name that `environment` knows, sorted."""
    return sorted({*ENVIRONMENTS, *(point.name for point in entry_points(group=GROUP))})


def environment(name: str, **options: Any) -> Environment:
    """A new environment of this name; `options` are its constructor's own.

    Raises SandboxError for an unknown name, or one whose code can't be loaded.
    """
    try:
        return _load(name)(**options)
    except ImportError as error:
        raise SandboxError(f'The environment "{name}" can\'t be loaded: {error}.') from error


def _load(name: str) -> Any:
    if target := ENVIRONMENTS.get(name):
        module, _, attribute = target.partition(":")
        return getattr(import_module(module), attribute)
    for point in entry_points(group=GROUP):
        if point.name == name:
            return point.load()
    raise SandboxError(f'There is no environment "{name}"; known are {", ".join(names())}.')
