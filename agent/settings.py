"""Everything that can be set, in one frozen object: a TOML file, then HANDEYE_ variables, then flags; the
later wins.

    handeye.toml               variable                        flag's key
    [run]                      HANDEYE_RUN__MAX_STEPS=20       run.max_steps
    max_steps = 20

It is built once, by the command line; lower code receives its section only. A key that nobody knows is an
error that names where it stands, since a setting that is silently dropped is worse than none. That holds for
variables too: HANDEYE_RUN_MAX_STEPS (one underline) and HANDEYE_CHROMUIM are refused, and other HANDEYE_ variables
without a double underline are left to whoever set them.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from actions.placeholder import NAME
from agent.errors import SettingsError
from agent.guard.rules import Rules
from perception.clients.catalog import Format
from perception.geometry import Size
from sandboxes.allowance import PERMISSIONS, Answer
from sandboxes.errors import SandboxError
from sandboxes.hosts import Hosts
from sandboxes.vault import checked_places

PREFIX = "HANDEYE_"
FILE_VARIABLE = "HANDEYE_SETTINGS"
"""Names the settings file; without it `handeye.toml` in the working folder is read when it is there."""
OTHER_VARIABLES = (
    FILE_VARIABLE,
    *("HANDEYE_CHROMIUM", "HANDEYE_FONTS", "HANDEYE_ICONS", "HANDEYE_API_KEY", "HANDEYE_SGLANG", "HANDEYE_VLLM"),
)
"""Variables that are no setting, and are read where they are needed."""
DEFAULT_FILE = Path("handeye.toml")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelSettings(_Section):
    """Which model decides."""

    name: str = "nano"
    """A name of `perception.clients.catalog`, or the URL of an OpenAI-compatible server."""
    served_name: str = ""
    """What the server calls the model; empty: the first that it lists."""
    api_key: SecretStr = SecretStr("")
    timeout_seconds: float = Field(default=120.0, gt=0)
    codec: str = ""
    """Empty: what suits the model."""
    prompt: str = ""
    """compact or computer_use; empty: what suits the model."""
    constrained: bool = True
    """Send a server the JSON Schema of replies; false for one that can't constrain them."""
    sampling: str = ""
    """How replies are drawn: a name of `perception.qwen3vl.presets`, or auto for what suits the model's name; empty:
    the likeliest token each time."""

    dtype: Format = ""
    """Number format of a model in this process; empty: float32 or bfloat16, whichever is fast here; auto: int8 too."""

    @field_validator("sampling")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value:
            from perception.qwen3vl.presets import preset

            preset(value)
        return value


class RunSettings(_Section):
    """One run of the loop."""

    folder: Path = Path("runs")
    """Where the folders of runs are made."""
    max_steps: int = Field(default=30, ge=1)
    max_seconds: float = Field(default=600.0, gt=0)
    max_tokens: int = Field(default=1_000_000, ge=1)
    """Of all prompts and replies together."""
    stuck_after: int = Field(default=6, ge=1)
    """Steps in a row without headway after which the run stops."""
    num_recent: int = Field(default=4, ge=0)
    """Earlier turns that the full style shows as image and reply."""
    checkpoints: SecretStr = Field(default=SecretStr(""), exclude=True)
    """Where the graph's checkpoints are: a database that several machines share (postgresql://NAME:PASSWORD@HOST/NAME);
    empty: a file in the run's folder. It is in no record, since it holds a password."""

    @field_validator("checkpoints")
    @classmethod
    def _is_address(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "postgres://")) and value.get_secret_value():
            raise ValueError("a database is named as postgresql://HOST/NAME")
        return value


class BrowserSettings(_Section):
    """The browser that tasks happen in."""

    executable: str = ""
    """Empty: the first Chromium that is found."""
    viewport: Size = Size(width=352, height=288)
    """The page's visible size; also written `1280x720`."""
    device_scale: float = Field(default=1.0, ge=0.5, le=4)
    """Pixels of the frame in one CSS pixel, each way."""
    headed: bool = False
    load_seconds: float = Field(default=20.0, gt=0)
    draws_popups: bool = True
    """Lists, calendars and colours are drawn into the page, where they can be clicked; false: Chromium's own open."""
    storage_state: Path | None = None
    """A file with what to be signed in with: cookies and stores, as `save_storage_state` writes them."""
    dialogs: Answer = "dismiss"
    """How a page's questions are answered: dismiss: Cancel, and a page with something unsaved is not left; twice: OK
    when the next action brings the same question; accept: OK."""
    downloads: Path | None = None
    """Where downloads are kept, each run in a folder of its own; empty: they are refused."""
    uploads: Path | None = None
    """The folder whose files may be given to pages; empty: none may."""
    permissions: tuple[str, ...] = ()
    """What pages may use, such as geolocation, clipboard-read; also written with commas. All else is refused."""
    allowed_hosts: tuple[str, ...] | None = None
    """Patterns such as *.example.org, also written with commas; nothing else is reached. Not set: all is."""
    isolated: bool | None = None
    """Hold Chromium to these hosts and the task's files by namespaces: true refuses to start where they can't be had,
    false does not try. Not set: where hosts are limited and it can be had."""

    @field_validator("permissions", "allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("storage_state", "downloads", "uploads", mode="before")
    @classmethod
    def _none_when_empty(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("allowed_hosts")
    @classmethod
    def _are_patterns(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return _checked_patterns(value)

    @field_validator("permissions")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(value) - set(PERMISSIONS)):
            raise ValueError(f"there is no permission {unknown[0]}; known are {', '.join(PERMISSIONS)}")
        return value

    @field_validator("viewport", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", value)
        if match is None:
            raise ValueError(f"{value} is no size: write width and height in pixels, such as 1280x720")
        if not int(match[1]) or not int(match[2]):
            raise ValueError(f"a page of {value} can't be seen: both sides must be at least 1")
        return {"width": int(match[1]), "height": int(match[2])}


class DesktopSettings(_Section):
    """The virtual desktop that tasks happen on."""

    readable: tuple[Path, ...] = ()
    """Folders that its programs may read besides the system's own; also written with commas."""
    isolated: bool | None = None
    """Keep programs from everything else of yours: true refuses to start where that can't be had, false does not try.
    Not set: where it can be had."""
    allowed_hosts: tuple[str, ...] | None = None
    """Patterns such as *.example.org, also written with commas: what its programs reach, by a proxy; empty: no network.
    Not set: all that you reach."""

    @field_validator("readable", "allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("allowed_hosts")
    @classmethod
    def _are_patterns(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return _checked_patterns(value)


def _checked_patterns(value: tuple[str, ...] | None) -> tuple[str, ...] | None:
    try:
        Hosts(value)
    except SandboxError as error:
        raise ValueError(str(error).rstrip(".")) from error
    return value


class SecretSettings(_Section):
    """One secret: where its value is, never the value itself, and where it may be typed."""

    source: str
    """env:VARIABLE, or keyring:SERVICE/USER."""
    hosts: tuple[str, ...]
    """Patterns such as shop.example.org, *.example.org, desktop://mousepad, android://com.example.shop; see
    `sandboxes.vault.Secret`. Also written with commas."""

    @field_validator("source")
    @classmethod
    def _is_a_source(cls, value: str) -> str:
        if not re.fullmatch(r"env:[A-Za-z_]\w*|keyring:[^/]+/.+", value):
            raise ValueError("write env:VARIABLE or keyring:SERVICE/USER; a value itself never stands in settings")
        return value

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("hosts")
    @classmethod
    def _are_places(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return checked_places(value)
        except SandboxError as error:
            raise ValueError(str(error).rstrip(".")) from error


class EvaluationSettings(_Section):
    """Benchmarks."""

    folder: Path = Path("evaluations")
    """Where the folders of evaluations are made."""
    seed: int = 1_000_001
    episodes: int = Field(default=20, ge=1)
    """Of each task."""
    max_steps: int = Field(default=0, ge=0)
    """Actions of an episode; 0: what is usual for the benchmark."""
    max_seconds: float = Field(default=120.0, gt=0)


class Settings(BaseSettings):
    """All sections."""

    # What was given is left out of messages: somebody may have written a value where its source belongs.
    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    model: ModelSettings = ModelSettings()
    run: RunSettings = RunSettings()
    browser: BrowserSettings = BrowserSettings()
    desktop: DesktopSettings = DesktopSettings()
    guard: Rules = Rules()
    """What is done, asked about and refused; also a file of its own, `--guard FILE`."""
    evaluation: EvaluationSettings = EvaluationSettings()
    secrets: dict[str, SecretSettings] = Field(default_factory=dict)
    """By name: `[secrets.SHOP]` is typed as `secret:SHOP`."""

    @field_validator("secrets")
    @classmethod
    def _are_names(cls, value: dict[str, SecretSettings]) -> dict[str, SecretSettings]:
        if wrong := [name for name in value if not NAME.fullmatch(name)]:
            raise ValueError(f"{wrong[0]} is no name of a secret: write letters, digits, _ and -, a letter first")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` gives: it merges the sources itself, to be able to say where a wrong key
        stands.
        """
        return (init_settings,)


def load(
    file: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Read file and variables, lay flags (`{"run.max_steps": 5}`) over them, and check the whole.

    Raises SettingsError, one sentence that names file, variable or flag and the key.
    """
    variables = os.environ if environ is None else environ
    path = _file(file, variables)
    origins: dict[tuple[str, ...], str] = {}
    merged: dict[str, Any] = {}
    sources = (
        (_from_file(path) if path else (), str(path)),
        (_from_variables(variables), "the environment"),
        (((tuple(key.split(".")), value) for key, value in (flags or {}).items()), "the command line"),
    )
    for entries, origin in sources:
        for keys, value in entries:
            _put(merged, keys, value)
            origins[keys] = origin
    try:
        return Settings(**merged)
    except ValidationError as error:
        raise SettingsError(_sentence(error, origins)) from error


def _file(file: Path | None, variables: Mapping[str, str]) -> Path | None:
    named = file or (Path(variables[FILE_VARIABLE]) if variables.get(FILE_VARIABLE) else None)
    if named is not None and not named.is_file():
        raise SettingsError(f"the settings file {named} {'is no file' if named.exists() else 'does not exist'}")
    return named or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)


def _from_file(path: Path) -> Iterator[tuple[tuple[str, ...], Any]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"the settings file {path} can't be read: {error}") from error
    return _leaves(content, ())


def _leaves(content: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in content.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def _from_variables(variables: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """HANDEYE_SECTION__KEY. Raises SettingsError for a name without `__` that can only be a slip."""
    for name, value in variables.items():
        if name.startswith(PREFIX) and "__" in name:
            yield tuple(name.removeprefix(PREFIX).lower().split("__")), value
        elif name.startswith(PREFIX) and (meant := _meant(name)):
            raise SettingsError(f"the environment: there is no variable {name}; write {meant}")


def _meant(name: str) -> str:
    """What a variable without `__` was probably meant to be; empty for one that is known or is not ours."""
    if name in OTHER_VARIABLES:
        return ""
    section, _, key = name.removeprefix(PREFIX).partition("_")
    if section.lower() in Settings.model_fields:
        return f"{PREFIX}{section}__{key or 'KEY'}"
    return next(iter(get_close_matches(name, OTHER_VARIABLES, n=1, cutoff=0.85)), "")


def _put(merged: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    *sections, last = keys
    for section in sections:
        inner = merged.setdefault(section, {})
        if not isinstance(inner, dict):
            inner = merged[section] = {}
        merged = inner
    merged[last] = value


def _sentence(error: ValidationError, origins: Mapping[tuple[str, ...], str]) -> str:
    first = error.errors(include_url=False)[0]
    where = tuple(str(part) for part in first["loc"])
    origin = next((origins[keys] for keys in origins if keys[: len(where)] == where), "the settings")
    key = ".".join(where)
    if first["type"] == "extra_forbidden":
        return f"{origin}: there is no setting {key}; known are {', '.join(_known(where))}"
    return f"{origin}: {key}: {first['msg'].removeprefix('Value error, ')}"


def _known(where: tuple[str, ...]) -> list[str]:
    """The keys that could have stood in that place."""
    kind: type[BaseModel] = Settings
    for part in where[:-1]:
        inner = kind.model_fields[part].annotation if part in kind.model_fields else None
        if part == "secrets":
            return list(SecretSettings.model_fields)
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        kind = inner
    return list(kind.model_fields)
