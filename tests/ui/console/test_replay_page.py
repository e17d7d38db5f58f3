"""A run's own page: shown without rights, taken along as a file, and of no other name than the folder has."""

from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from tests.ui.sample_run import record_run
from ui.console.replay_page import add_replay_pages


@pytest.fixture
def host(runs_folder: Path, tmp_path: Path) -> FastAPI:
    """A run in the folder, one beside it, one that was changed."""
    record_run(runs_folder / "run")
    record_run(tmp_path / "secret")
    (record_run(runs_folder / "changed") / "steps.jsonl").write_text("{}\n")
    host = FastAPI()
    add_replay_pages(host, runs_folder)
    return host


async def answer(host: FastAPI, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=host)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(path)


async def test_the_page_is_shown_or_kept(host: FastAPI) -> None:
    shown, kept = await answer(host, "/replay/run"), await answer(host, "/replay/run/replay.html")
    assert "content-disposition" not in shown.headers
    assert kept.headers["content-disposition"] == 'attachment; filename="replay.html"'
    assert shown.headers["content-security-policy"].startswith("sandbox allow-scripts; default-src 'none'")
    assert shown.text == kept.text
    assert "data:image/webp" in kept.text


@pytest.mark.parametrize("name", ["nothing", "..", "../secret", "/etc", "run/../../secret", "%2e%2e%2fsecret"])
async def test_no_name_leads_out_of_the_folder(host: FastAPI, name: str) -> None:
    for path in (f"/replay/{quote(name, safe='')}", f"/replay/{quote(name, safe='')}/replay.html", f"/replay/{name}"):
        assert (await answer(host, path)).status_code == 404


async def test_a_run_that_was_changed_is_said(host: FastAPI) -> None:
    told = await answer(host, "/replay/changed")
    assert (told.status_code, "steps.jsonl, line 1" in told.text) == (409, True)
