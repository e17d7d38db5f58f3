"""The route of pictures gives what a listing names, and nothing else: no path, no link, no other file."""

from itertools import product
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from perception.screenshot import decode_png
from tests.evaluations import LOST, evaluated
from ui.console.pictures import add_pictures

SECRET = b"\x89PNG\r\n\x1a\nsecret"
UP = (
    "..",
    "../..",
    "../../..",
    "..;",
    "....",
    "..%2f",
    "%2e%2e",
    "..\\..",
    "%252e%252e",
    ".",
    "",
    "~",
    "\x00",
    "a/../..",
)
ENDS = (
    "secret.png",
    "secret",
    "outside/secret.png",
    "etc/passwd",
    "manifest.json",
    "results.jsonl",
    "link.png",
    "more.png",
)


@pytest.fixture
def evaluations(tmp_path: Path) -> Path:
    """With one evaluation, and things beside it that nobody may see."""
    folder = evaluated(tmp_path / "evaluations" / "one", [LOST])
    outside = tmp_path / "outside"
    outside.mkdir()
    for place in (tmp_path / "secret.png", outside / "secret.png", folder / "secret.png"):
        place.write_bytes(SECRET)
    (folder / "pictures" / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "pictures" / "more.png").mkdir()
    (tmp_path / "evaluations" / "linked").symlink_to(outside)
    return tmp_path / "evaluations"


@pytest.fixture
def client(evaluations: Path) -> httpx.AsyncClient:
    host = FastAPI()
    add_pictures(host, evaluations)
    return httpx.AsyncClient(transport=httpx.ASGITransport(host), base_url="http://127.0.0.1")


async def test_a_picture_comes_as_a_picture_and_nothing_more(client: httpx.AsyncClient) -> None:
    async with client:
        answer = await client.get("/evaluation/one/00001-click.png")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert decode_png(answer.content).size.width == 160


async def test_no_way_leads_out_of_the_folder(client: httpx.AsyncClient) -> None:
    tried = 0
    async with client:
        for name, up, end in product(("one", "linked", "", "nothing"), UP, ENDS):
            for written in (str, lambda text: quote(text, safe="")):
                for path in (f"{written(name)}/{written(f'{up}/{end}')}", f"{written(f'{name}/{up}')}/{written(end)}"):
                    try:
                        answer = await client.get(f"/evaluation/{path}")
                    except (httpx.InvalidURL, httpx.RemoteProtocolError):
                        continue
                    tried += 1
                    assert answer.status_code in (307, 404), path
                    assert SECRET not in answer.content
    assert tried > 300


async def test_what_is_no_picture_is_not_sent(client: httpx.AsyncClient, evaluations: Path) -> None:
    (evaluations / "one" / "pictures" / "00001-click.png").write_bytes(b"<script>window.evil = 1</script>")
    async with client:
        answer = await client.get("/evaluation/one/00001-click.png")
    assert answer.status_code == 409
    assert b"script" not in answer.content
