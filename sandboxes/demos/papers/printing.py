"""Papers through Chromium: a PDF, and where on it everything is.

Pages are broken by our own script into sheets of the paper's size, one for each PDF page, so a place on a sheet is the
place on the PDF's page. One tab of one Chromium serves for all papers.
"""

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandboxes.demos.papers.paper import Paper
from sandboxes.demos.papers.script import PAGINATE, READ
from sandboxes.demos.papers.truth import Truth
from sandboxes.demos.papers.truths import truth_of

_DATES = re.compile(rb"\(D:\d{14}[^)]{0,10}\)")


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper as PDF, with what it says."""

    paper: Paper
    pdf: bytes
    truth: Truth


class Press:
    """A tab that prints."""

    def __init__(self, tab: Any) -> None:
        self._tab = tab

    async def print(self, paper: Paper) -> Printed:
        """The paper as PDF; the same bytes each time, on machines with the same fonts and Chromium."""
        await self._tab.set_content(paper.html, wait_until="load")
        await self._tab.evaluate(PAGINATE)
        found = await self._tab.evaluate(READ)
        pdf = await self._tab.pdf(prefer_css_page_size=True, print_background=True)
        return Printed(paper, _undated(pdf), truth_of(paper, found))


@asynccontextmanager
async def press() -> AsyncIterator[Press]:
    """A press, for as long as it is used. Raises SandboxMissing without a Chromium."""
    from sandboxes.browser import BrowserEnvironment
    from sandboxes.task import Task

    environment = BrowserEnvironment(draws_popups=False)
    try:
        with tempfile.NamedTemporaryFile(suffix=".html") as blank:
            await environment.reset(Task(id="papers", instruction="", url=Path(blank.name).as_uri()))
        yield Press(environment.page)
    finally:
        await environment.close()


def _undated(pdf: bytes) -> bytes:
    """Without the moment of printing, which would make each file another one; as long as before."""
    return _DATES.sub(lambda match: b"(D:20260101000000" + b"Z" * (len(match[0]) - 18) + b")", pdf)
