"""Booking invoices as a task: the program in a real Chromium, the score from its database.

`settings` of a task: `invoices` (a list of what should be booked, six fields each, never shown), `login`
(`NAME:PASSWORD`, asked for at the start), and `database`. Without `url` the task has a program and books of its own,
empty at each reset. With `url` the program runs elsewhere (`python -m sandboxes.demos.erp`), outlives this process, and
`database` names the file of its books.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from actions.action import Action
from actions.risk import Under
from perception.geometry import Size
from perception.observation import Observation
from sandboxes.browser import BrowserEnvironment
from sandboxes.demos.erp.books import Books
from sandboxes.demos.erp.checking import audit
from sandboxes.demos.erp.entry import Entry
from sandboxes.demos.erp.server import HOST, ErpServer
from sandboxes.environment import Transition
from sandboxes.errors import SandboxError
from sandboxes.task import Score, Task

VIEWPORT = Size(width=1024, height=768)


def erp_task(invoices: Sequence[Entry], *, seed: int = 0, url: str = "", database: Path | None = None) -> Task:
    """The task of booking these invoices; url and database: of a program that runs already."""
    entries = [entry.model_dump() for entry in invoices]
    settings: dict[str, Any] = {"invoices": entries} | ({"database": str(database)} if database else {})
    said = "; ".join(f"{e.number} of {e.date} by {e.supplier}: {e.net} + {e.tax} = {e.total}" for e in invoices)
    instruction = f"Enter each of these invoices once, and save it: {said}."
    return Task(
        id=f"erp-{seed}",
        instruction=instruction,
        environment="erp",
        url=url,
        viewport=VIEWPORT,
        seed=seed,
        settings=settings,
    )


class ErpEnvironment:
    """The program in a browser; takes the options of `BrowserEnvironment`."""

    surface = "browser"

    def __init__(self, **options: Any) -> None:
        if options.get("allowed_hosts") is not None:
            options["allowed_hosts"] = [*options["allowed_hosts"], HOST]  # its pages are served there
        self.browser = BrowserEnvironment(**options)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._server: ErpServer | None = None
        self._database: Path | None = None
        self._wanted: list[Entry] = []

    async def reset(self, task: Task) -> Observation:
        """Open the list of invoices. Raises SandboxError for settings that can't be."""
        self._stop()
        self._wanted = _wanted(task)
        url = task.url or self._serve(str(task.settings.get("login", "")))
        if task.url:
            self._database = _existing(task)
        return await self.browser.reset(
            task.model_copy(update={"url": url, "viewport": task.viewport or VIEWPORT}),
        )

    async def observe(self) -> Observation:
        """Look again."""
        return await self.browser.observe()

    async def step(self, action: Action) -> Transition:
        """Act and look; the program never ends the episode by itself."""
        return await self.browser.step(action)

    async def under(self, action: Action) -> Under:
        """What the action would meet on the page."""
        return await self.browser.under(action)

    async def score(self) -> Score | None:
        """What the database says; None before the first reset, or where nothing is to be booked."""
        if self._database is None or not self._wanted:
            return None
        return audit(self._database, self._wanted).score

    async def close(self) -> None:
        """End the browser and, where it is ours, the program with its books."""
        await self.browser.close()
        self._stop()

    def _serve(self, login: str) -> str:
        self._folder = tempfile.TemporaryDirectory(prefix="handeye-erp-")
        self._database = Path(self._folder.name) / "books.sqlite"
        self._server = ErpServer(Books(self._database), login=login)
        return self._server.url

    def _stop(self) -> None:
        server, folder = self._server, self._folder
        self._server = self._folder = self._database = None
        if server is not None:
            server.close()
        if folder is not None:
            folder.cleanup()


def _wanted(task: Task) -> list[Entry]:
    try:
        return [Entry.model_validate(entry) for entry in task.settings.get("invoices", [])]
    except (TypeError, ValidationError) as error:
        raise SandboxError("The task's `invoices` need number, date, supplier, net, tax and total, as text.") from error


def _existing(task: Task) -> Path | None:
    if "database" not in task.settings:
        return None
    path = Path(task.settings["database"])
    if not path.is_file():
        raise SandboxError(f"{path} is not there: name the file that the program at {task.url} keeps its books in.")
    return path
