"""All that the console has of documents: the shelf that they are on, the room that they are read in, the settings."""

from pathlib import Path
from typing import NamedTuple

from agent.settings import Settings
from ui.console.documents.room import Room
from ui.console.documents.shelf import Shelf
from ui.console.stage import Stage


class Sent(NamedTuple):
    """A batch that was sent to a form."""

    folder: Path
    """Where its ledger is, or will be."""
    stage: Stage


class Library:
    """May be used from any thread."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        """folder: where documents are kept; it is made for the first of them."""
        self.shelf = Shelf(folder)
        self.room = Room(self.shelf, settings.model)
        self.settings = settings
        self.sent: Sent | None = None
        """What was sent to a form last."""

    def close(self) -> None:
        """Read nothing more."""
        self.room.close()
