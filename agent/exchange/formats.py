"""The formats by name. A name means "module:attribute", which is imported when it is asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from agent.errors import RecordError, SettingsError
from agent.exchange.episode import Episode, Reading
from agent.exchange.json_lines import read_records
from agent.exchange.selection import Selection

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "sharegpt": "agent.exchange.sharegpt:FORMAT",
        "llamafactory": "agent.exchange.llamafactory:FORMAT",
        "ms-swift": "agent.exchange.ms_swift:FORMAT",
        "trl": "agent.exchange.trl:FORMAT",
        "agentnet": "agent.exchange.agentnet:AgentNet",
        "parquet": "agent.exchange.parquet:Parquet",
    }
)

_KEYS = {
    "agentnet": {"instruction", "traj"},
    "trl": {"prompt", "completion"},
    "llamafactory": {"conversations", "images"},
    "sharegpt": {"conversations"},
    "ms-swift": {"messages"},
}
"""Keys by which a record is known; the first that fits counts."""


class Format(Protocol):
    """A layout of files that somebody trains on."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        ...

    @property
    def lossy(self) -> tuple[str, ...]:
        """What it can't hold, a sentence each."""
        ...

    def write(self, folder: Path, selection: Selection) -> None:
        """Write the examples into an empty folder. Raises OSError, ImageError."""
        ...

    def read(self, path: Path, reading: Reading) -> Iterator[Episode]:
        """The episodes of a file or folder. Raises RecordError for what is not of this format."""
        ...


def named(name: str) -> Format:
    """The format of this name. Raises SettingsError when there is none."""
    if name not in FORMATS:
        raise SettingsError(f'there is no format "{name}"; known are {", ".join(FORMATS)}')
    module, _, attribute = FORMATS[name].partition(":")
    found = getattr(import_module(module), attribute)
    return found() if isinstance(found, type) else found


def found(path: Path) -> Format:
    """The format of a file or folder, by its names and its first record. Raises RecordError where none fits."""
    if path.suffix == ".parquet" or (path.is_dir() and next(path.rglob("*.parquet"), None)):
        return named("parquet")
    if not path.exists():
        raise RecordError(f"{path} is not there: name a file or a folder to import")
    for _, where, record in read_records(path):
        for name, keys in _KEYS.items():
            if keys <= record.keys():
                return named(name)
        raise RecordError(f"{where} is of no format that is known ({', '.join(FORMATS)}): name it with --from")
    raise RecordError(f"{path} holds no record to import")
