"""The data sets that runs are sent to: a folder each, written whole or not at all, with secrets taken out."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from agent.errors import RecordError
from agent.exchange import formats
from agent.exchange.dataset import Report, export
from agent.exchange.selection import Filters
from agent.secrets import scrubber_of
from agent.settings import SecretSettings

DEFAULT_FORMAT = "sharegpt"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class DatasetFolder:
    """A folder of data sets."""

    def __init__(
        self, folder: Path = Path("datasets"), secrets: Mapping[str, SecretSettings] = MappingProxyType({})
    ) -> None:
        """secrets: those that the settings name."""
        self.folder = folder
        self._secrets = secrets

    def send(self, runs: Sequence[Path], name: str, layout: str, filters: Filters) -> Report:
        """Export runs as a new data set.

        Raises RecordError for a name that is none or is taken, and where nothing is left to write; SettingsError for a
        format that there is not or a secret that can't be had; ExchangeMissing; ImageError; OSError.
        """
        if not _NAME.fullmatch(name):
            raise RecordError("a data set's name is made of letters, digits, points and dashes, such as forms-1")
        return export(runs, formats.named(layout), self.folder / name, filters, scrubber_of(self._secrets))
