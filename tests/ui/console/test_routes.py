"""Every route that the console's application has, Gradio's own included, is closed without a session."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.events import Watcher
from agent.guard.person import Person
from tests.ui.console.documents.shelves import library_in
from ui.console.app import build_app
from ui.console.door import Door
from ui.console.keys import MOST_WRONG
from ui.console.places import Places
from ui.console.stage import Order
from ui.console.stages import Stages

pytestmark = pytest.mark.slow

PORT = 7861
BASE = f"http://127.0.0.1:{PORT}"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FEWEST = 60
"""Gradio alone has more routes; with fewer, this test has lost sight of them."""


async def _launch(order: Order, watcher: Watcher, person: Person) -> None:
    raise AssertionError("a request without a session began a run")


@pytest.fixture
def stages() -> Stages:
    return Stages(_launch)


@pytest.fixture
async def door(stages: Stages, runs_folder: Path) -> Door:
    """The console as it is served, without a server around it."""
    return build_app(stages, Places(runs_folder), port=PORT, library=library_in(runs_folder.parent))


def client_of(door: Door) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url=BASE)


def paths(app: Any, under: str = "") -> Iterator[str]:
    """The paths of all routes of an application, and of what is mounted or included, with `x` for their fields."""
    for route in app.routes:
        inner = getattr(route, "app", None) or getattr(route, "original_router", None)
        path = under + re.sub(r"\{[^}]*\}", "x", getattr(route, "path", ""))
        yield path or "/"
        if inner is not None and hasattr(inner, "routes"):
            yield from paths(inner, path.rstrip("/"))
            assert inner.routes, f"nothing is known of what is behind {path}"


async def test_every_route_is_closed_without_a_session(door: Door, stages: Stages) -> None:
    found = sorted(set(paths(door.app)))
    assert len(found) >= FEWEST, found
    assert {"/documents/drop", "/documents/x/pages/x", "/documents/records.x"} <= set(found)
    assert {"/replay/x", "/evaluation/x/x", "/gradio_api/startup-events", "/gradio_api/queue/join", "/config"} <= set(
        found
    )
    opened: list[str] = []
    async with client_of(door) as client:
        for path in found:
            for method in METHODS:
                for headers in ({}, {"origin": BASE}, {"cookie": f"handeye_{PORT}=x", "sec-fetch-site": "same-origin"}):
                    answer = await client.request(method, path, headers=headers)
                    if answer.status_code not in (401, 403) or "handeye" in answer.headers.get("set-cookie", ""):
                        opened.append(f"{method} {path} {headers}: {answer.status_code}")
    assert opened == []
    assert stages.all() == []


async def test_with_a_session_another_host_or_origin_gets_nothing_from_any_route(door: Door, stages: Stages) -> None:
    async with client_of(door) as client:
        assert (await client.get(door.link)).status_code == 200
        for path in sorted(set(paths(door.app))):
            for method in ("GET", "POST"):
                foreign = {"host": "evil.example"}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}
                for headers in foreign:
                    assert (await client.request(method, path, headers=headers)).status_code == 403, (path, headers)
    assert stages.all() == []


async def test_guessing_links_is_locked_and_says_for_how_long(door: Door) -> None:
    async with client_of(door) as client:
        statuses = [(await client.get(f"/enter?key={number}")).status_code for number in range(MOST_WRONG + 2)]
        assert statuses == [403] * MOST_WRONG + [429, 429]
        right = await client.get(door.link)
        assert (right.status_code, right.headers["retry-after"]) == (429, "60")
        assert "set-cookie" not in right.headers
        assert right.headers["x-frame-options"] == "DENY"
