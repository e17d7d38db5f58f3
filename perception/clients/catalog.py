"""Names to models: what the user wrote after --model, and what goes with it.

    nano                      the bundled handeye-nano
    FOLDER                    a model in the Hugging Face layout, run by our own engine
    http://HOST:PORT[#NAME]   an OpenAI-compatible server
    scripted:FILE             replies from a JSON Lines file, see `clients.scripted`

A package adds names through the entry point group `handeye.clients`: each is a function without arguments that gives a
`ModelProfile`. A folder may carry `handeye.json` with `name`, `version`, `codec` and `prompt`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal, get_args

from perception.clients.client import ModelClient, Sampling
from perception.errors import ModelError, ModelUnknown

GROUP = "handeye.clients"
NANO = Path(__file__).resolve().parent.parent / "nano"
CARD_FILE = "handeye.json"
_CARD_KEYS = ("name", "version", "codec", "prompt")

Format = Literal["", "float32", "bfloat16", "int8", "auto"]
"""Of the numbers of a model in this process; empty for what is fast here."""
FORMATS = tuple(filter(None, get_args(Format)))


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """A model that can be asked, and how to speak with it."""

    name: str
    make: Callable[[], ModelClient]
    """A client of its own for each call; loads nothing before its first question."""
    codec: str = "qwen3vl"
    """The dialect of its replies, a name of `actions.codec`."""
    prompt: str = "computer_use"
    """The style of its prompts: compact or computer_use."""
    sampling: Sampling = field(default_factory=Sampling)
    """What its clients use where a question says nothing. Temperature 0: a click drawn at random misses."""


def resolve(
    name: str,
    *,
    served_name: str = "",
    api_key: str = "",
    max_seconds: float = 120.0,
    codec: str = "",
    prompt: str = "",
    constrained: bool = True,
    dtype: Format = "",
) -> ModelProfile:
    """The model that a name, a folder or an address means.

    served_name: what a server calls the model, empty for the part behind # or the first it lists; codec, prompt: else
    what suits the model; constrained: whether a server is sent the JSON Schema; dtype: of a folder's model, empty
    for what is fast here. Raises ModelUnknown for a name that nobody knows, ModelError for a folder without a model.
    """
    if name.startswith(("http://", "https://")):
        profile = _server(name, served_name, api_key, constrained, max_seconds)
    elif name.startswith("scripted:"):
        profile = _script(Path(name.removeprefix("scripted:")))
    else:
        profile = _named(name, max_seconds, dtype)
    changes: dict[str, Any] = {key: value for key, value in (("codec", codec), ("prompt", prompt)) if value}
    return replace(profile, **changes)


def names() -> list[str]:
    """Every name that is known, entry points included."""
    return ["nano", *sorted(entry.name for entry in entry_points(group=GROUP) if entry.name != "nano")]


def folder_of(name: str) -> Path:
    """The folder that `nano` or a path means. Raises ModelUnknown for anything else."""
    path = NANO if name == "nano" else Path(name)
    if not path.is_dir():
        raise ModelUnknown(f'There is no model "{name}" on this machine: name nano, or a folder that holds a model.')
    return path


def _named(name: str, max_seconds: float, dtype: Format) -> ModelProfile:
    if name == "nano":
        return _folder(NANO, "compact", max_seconds, dtype)
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            return entry.load()()
    path = Path(name)
    if path.is_dir():
        return _folder(path, "computer_use", max_seconds, dtype)
    known = ", ".join(names())
    raise ModelUnknown(
        f'There is no model "{name}": known are {known}, a folder, the address of a server (http://HOST:PORT), '
        "and scripted:FILE."
    )


def _folder(folder: Path, prompt: str, max_seconds: float, dtype: Format) -> ModelProfile:
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder / 'config.json'} is missing: name a folder that holds a Qwen3-VL model.")
    card = _card(folder)
    sampling = Sampling(max_tokens=512, max_seconds=max_seconds)
    label = " ".join(filter(None, (card.get("name", folder.resolve().name), card.get("version", ""))))

    def make() -> ModelClient:
        from perception.clients.embedded import EmbeddedClient

        return EmbeddedClient(folder, name=label, sampling=sampling, dtype=dtype or None)

    return ModelProfile(label, make, card.get("codec", "qwen3vl"), card.get("prompt", prompt), sampling)


def _card(folder: Path) -> dict[str, str]:
    """What the folder says of its model. Raises ModelError when it can't be read."""
    path = folder / CARD_FILE
    if not path.is_file():
        return {}
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        return {key: str(card[key]) for key in _CARD_KEYS if card.get(key)}
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"{path} can't be read ({error}): write a JSON object there, or remove it.") from error


def _server(url: str, served_name: str, api_key: str, constrained: bool, max_seconds: float) -> ModelProfile:
    address, _, behind = url.partition("#")
    model = served_name or behind
    sampling = Sampling(max_tokens=1024, max_seconds=max_seconds)

    def make() -> ModelClient:
        from perception.clients.sglang import OpenAIClient

        return OpenAIClient(address, model=model, api_key=api_key, sampling=sampling, constrained=constrained)

    return ModelProfile(model or address, make, sampling=sampling)


def _script(path: Path) -> ModelProfile:
    from perception.clients.scripted import ScriptedClient, read_script

    replies = read_script(path)
    return ModelProfile(path.name, lambda: ScriptedClient(replies, name=path.name))
