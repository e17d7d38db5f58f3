"""What an evaluation was, so that it can be gone on with, repeated, and told from another.

`settings` and `flags` say how to play it again; the rest pins what was found when it began: weights, prompts, versions.
No secret is in it.
"""

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actions.codec.codec import CODECS
from agent import prompts
from agent.errors import RecordError
from agent.evaluation.benchmark import Episode
from agent.evaluation.playing import Programme
from agent.evaluation.results import MANIFEST
from agent.settings import Settings
from perception.clients.catalog import folder_of
from perception.errors import ModelUnknown
from perception.files import replace_file
from perception.observation import Frame
from sandboxes.chromium import find_chromium
from sandboxes.errors import SandboxMissing

SECTIONS = ("model", "run", "browser", "desktop", "evaluation")
"""Of the settings, what an evaluation goes by."""
PACKAGES = (
    "handeye",
    "torch",
    "numpy",
    "pillow",
    "tokenizers",
    "llguidance",
    "playwright",
    "langgraph",
    "miniwob",
    "ray",
)
_SERVED = ("http://", "https://")


class Manifest(BaseModel):
    """`manifest.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    started: str
    """ISO 8601 in UTC."""
    suite: str
    seed: int
    repeats: int = Field(ge=1)
    retries: int = Field(ge=0)
    keep: bool = False
    """Whether the runs are kept."""
    flags: dict[str, Any]
    """Of the command line: what this suite was asked for."""
    settings: dict[str, Any]
    """The sections of SECTIONS; without secrets."""
    model: str
    """The name that the client gives."""
    server: str = ""
    """Its address; empty for a model in this process."""
    weights: dict[str, str] = Field(default_factory=dict)
    """File -> SHA-256, of a model in this process."""
    codec: str
    prompt: str
    prompt_hash: str
    """SHA-256 of what a fixed question looks like to the model."""
    tasks: dict[str, int]
    """Row of the report -> episodes of one repeat."""
    episodes_hash: str
    """SHA-256 of all tasks with their seeds, in their order."""
    versions: dict[str, str]
    machine: str


def manifest_of(
    programme: Programme,
    settings: Settings,
    flags: dict[str, Any],
    *,
    started: str,
    seed: int,
    repeats: int,
    retries: int,
    keep: bool,
) -> Manifest:
    """Pin what is there now."""
    identity = programme.identity
    name = settings.model.name
    names = [episode.name for episode in programme.episodes]
    return Manifest(
        started=started,
        suite=programme.suite,
        seed=seed,
        repeats=repeats,
        retries=retries,
        keep=keep,
        flags=flags,
        settings=plain_settings(settings),
        model=identity.model,
        server=name if name.startswith(_SERVED) else "",
        weights=weights_of(name),
        codec=identity.codec,
        prompt=identity.prompt,
        prompt_hash=prompt_hash(identity.codec, identity.prompt),
        tasks={row: names.count(row) for row in dict.fromkeys(names)},
        episodes_hash=episodes_hash(programme.episodes),
        versions=versions(settings.browser.executable or None),
        machine=f"{platform.system()} {platform.machine()}, {num_cores()} cores",
    )


def save(manifest: Manifest, folder: Path) -> None:
    """Write it, whole or not at all."""
    replace_file(folder / MANIFEST, manifest.model_dump_json(indent=2).encode() + b"\n")


def read_manifest(place: Path) -> Manifest:
    """Of a folder, or the file itself. Raises RecordError when there is none or it is not one."""
    path = place / MANIFEST if place.is_dir() else place
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RecordError(f"{path} can't be read ({error.strerror}): name the folder of an evaluation") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise RecordError(f"{path} is no manifest of an evaluation: {where}: {first['msg']}") from error


def differences(old: Manifest, new: Manifest) -> list[str]:
    """What is not as it was, a line each; when it began and what it is told of again are left out."""
    left_out = {"schema_version", "started", "keep", "flags"}
    before, now = (flat(manifest.model_dump(mode="json", exclude=left_out)) for manifest in (old, new))
    keys = dict.fromkeys([*before, *now])
    return [
        f"{key}: {before.get(key, 'absent')} -> {now.get(key, 'absent')}"
        for key in keys
        if before.get(key) != now.get(key)
    ]


def plain_settings(settings: Settings) -> dict[str, Any]:
    """The sections that count, as plain data; secrets left out."""
    dumped = settings.model_dump(mode="json", include=set(SECTIONS))
    dumped["model"].pop("api_key", None)
    return dumped


def settings_from(manifest: Manifest, now: Settings) -> Settings:
    """The manifest's sections over today's settings, which still hold the secrets. Raises RecordError."""
    try:
        update = {
            name: type(getattr(now, name)).model_validate(
                {**getattr(now, name).model_dump(), **manifest.settings.get(name, {})}
            )
            for name in SECTIONS
        }
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RecordError(f"{MANIFEST}: settings.{first['loc']}: {first['msg']}") from error
    update["run"] = update["run"].model_copy(update={"checkpoints": now.run.checkpoints})
    return now.model_copy(update=update)


def episodes_hash(episodes: Iterable[Episode]) -> str:
    """SHA-256 of rows, tasks and seeds."""
    found = sha256()
    for episode in episodes:
        found.update(f"{episode.name}\n{episode.task.id}\n{episode.task.seed}\n".encode())
    return found.hexdigest()


def prompt_hash(codec: str, style: str) -> str:
    """SHA-256 of a fixed question as the model would see it."""
    frame = Frame(np.zeros((32, 32, 3), np.uint8))
    if style == "compact":
        messages = prompts.compact("Do it.", ("First",), frame)
    else:
        spoken = CODECS[codec]() if codec in CODECS else None
        messages = prompts.computer_use("Do it.", lines=("First",), turns=(), frame=frame, codec=spoken)
    texts = [f"{message.role}: {getattr(part, 'text', '[image]')}" for message in messages for part in message.parts]
    return sha256("\n".join(texts).encode()).hexdigest()


def weights_of(name: str) -> dict[str, str]:
    """SHA-256 of every file that makes the model what it is; empty for a model elsewhere."""
    if name.startswith(_SERVED):
        return {}
    if name.startswith("scripted:"):
        return _hashes([Path(name.removeprefix("scripted:"))])
    with suppress(ModelUnknown):
        folder = folder_of(name)
        return _hashes(sorted([*folder.glob("*.safetensors"), *folder.glob("*.json")]))
    return {}


def versions(chromium: str | None = None) -> dict[str, str]:
    """Of Python, the packages that matter and Chromium, where they are installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    with suppress(SandboxMissing, OSError, subprocess.SubprocessError):
        program = str(find_chromium(chromium))
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True)
        found["chromium"] = said.stdout.strip()
    return found


def num_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _hashes(files: Sequence[Path]) -> dict[str, str]:
    found = {}
    for path in files:
        with suppress(OSError), path.open("rb") as file:
            digest = sha256()
            while chunk := file.read(1 << 20):
                digest.update(chunk)
            found[path.name] = digest.hexdigest()
    return found


def flat(value: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Data without dicts inside of it: their names are joined by dots."""
    found: dict[str, Any] = {}
    for key, inner in value.items():
        name = f"{before}.{key}" if before else key
        found |= flat(inner, name) if isinstance(inner, dict) else {name: inner}
    return found
