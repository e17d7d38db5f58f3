"""The secrets that the settings name, fetched from where they are kept: variables of the environment, or a keyring.

[secrets.SHOP]                              handeye run "Log in as ada with secret:SHOP" --url ...
source = "env:SHOP_PASSWORD"
hosts = ["shop.example.org"]
"""

import os
from collections.abc import Mapping

from actions.placeholder import PREFIX, names_in
from agent.errors import SettingsError
from agent.settings import SecretSettings
from sandboxes.errors import SandboxError
from sandboxes.scrubbing import Scrubber
from sandboxes.vault import Secret, Vault


def open_vault(
    secrets: Mapping[str, SecretSettings], instruction: str, environ: Mapping[str, str] | None = None
) -> Vault:
    """What can be had of the secrets; environ: this process's own where it is not given.

    Raises SettingsError, one sentence that names the secret and never tells its value, where the instruction asks for
    one that is not in the settings or can't be had, and for values that can't be secrets. ImportError for a keyring
    without the package for it.
    """
    variables = os.environ if environ is None else environ
    asked = {name.lower() for name in names_in(instruction)}
    known = {name.lower() for name in secrets}
    if secrets and (unknown := sorted(asked - known)):
        raise SettingsError(
            f"the instruction asks for {PREFIX}{unknown[0]}, and the settings know {', '.join(sorted(secrets))}: "
            f"add [secrets.{unknown[0]}] with its source and hosts"
        )
    held: list[Secret] = []
    for name, one in secrets.items():
        value = _fetched(name, one.source, variables, is_asked=name.lower() in asked)
        if value is not None:
            held.append(_secret(name, value, one))
    return _vault(held)


def scrubber_of(secrets: Mapping[str, SecretSettings], environ: Mapping[str, str] | None = None) -> Scrubber:
    """What takes every secret of the settings out of what leaves the house.

    Raises SettingsError where one can't be had: what isn't known can't be found. See `open_vault` for the rest.
    """
    vault = open_vault(secrets, "", environ)
    missing = sorted({name.lower() for name in secrets} - {name.lower() for name in vault.names})
    if missing:
        raise SettingsError(
            f"the secret {missing[0]} is not there, so it can't be taken out: make its source hold it, or take it out "
            "of the settings"
        )
    return vault.scrubber


def _fetched(name: str, source: str, variables: Mapping[str, str], *, is_asked: bool) -> str | None:
    """The value; None where there is none and nobody asked for it."""
    kind, _, where = source.partition(":")
    value = variables.get(where) if kind == "env" else _from_keyring(name, where, is_asked=is_asked)
    if value or not is_asked:
        return value or None
    if kind == "env":
        raise SettingsError(f"{PREFIX}{name} is not there: set the variable {where}, or correct secrets.{name}.source")
    store, _, user = where.partition("/")
    raise SettingsError(
        f"{PREFIX}{name} is not in the keyring: keyring set {store} {user}, or correct secrets.{name}.source"
    )


def _from_keyring(name: str, where: str, *, is_asked: bool) -> str | None:
    """Raises ImportError without the package, SettingsError for a keyring that does not open."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        if is_asked:
            raise
        return None
    store, _, user = where.partition("/")
    try:
        return keyring.get_password(store, user)
    except KeyringError as error:
        if not is_asked:
            return None
        raise SettingsError(
            f"{PREFIX}{name}: the keyring can't be read ({type(error).__name__}): unlock it, or use env:VARIABLE"
        ) from None


def _secret(name: str, value: str, settings: SecretSettings) -> Secret:
    try:
        return Secret(name, value, settings.hosts)
    except SandboxError as error:
        raise SettingsError(str(error).rstrip(".")) from None


def _vault(held: list[Secret]) -> Vault:
    try:
        return Vault(held)
    except SandboxError as error:
        raise SettingsError(str(error).rstrip(".")) from None
