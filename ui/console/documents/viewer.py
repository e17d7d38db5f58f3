"""What one browser's page of documents shows, kept on the server.

A click and a timer's tick may be answered at the same time; each takes the lock, so that none brings back what the
other has just changed.
"""

import threading
from typing import Any, Self

from ui.console.documents.looking import Looking


class Viewer:
    """One session's; the page never gets hold of it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at = Looking()
        self.mark = ""
        """Of what was shown last."""
        self.number = 0
        """Of the answer that showed it: answers can come to the browser in another order than they were made."""
        self.ready: tuple[tuple[str, str], ...] = ()
        """The documents that can be ticked, as they were listed last: label and key."""
        self.ticked: tuple[str, ...] = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Every session begins with one of its own."""
        return type(self)()
