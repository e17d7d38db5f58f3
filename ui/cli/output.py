"""Where a command's words go: progress for a person, one JSON object for a machine.

Without `--json` both go to standard output. With it standard output carries one object and nothing else, and
progress goes to standard error.
"""

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


class Output:
    """The two streams of one command."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self._console: Console | None = None
        self._said = False

    @property
    def console(self) -> "Console":
        """A rich console for progress; made on first use, since importing rich costs time."""
        if self._console is None:
            from rich.console import Console

            self._console = Console(stderr=self.as_json, highlight=False, soft_wrap=True)
        return self._console

    def result(self, value: dict[str, Any]) -> None:
        """Write the command's one JSON object, when it was asked for; only the first counts."""
        if not self.as_json or self._said:
            return
        self._said = True
        json.dump(value, sys.stdout, ensure_ascii=False, default=str)
        sys.stdout.write("\n")
        sys.stdout.flush()
