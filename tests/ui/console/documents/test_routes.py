"""The routes of documents, behind the door: what comes in, what is shown, what is taken away, and by whom."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.ui.console.documents.shelves import PDF, library_in, read_sheet, real_invoice
from ui.console.documents.library import Library
from ui.console.documents.routes import UPLOAD, add_routes
from ui.console.documents.shelf import Shelf
from ui.console.door import Door

PORT = 7862
BASE = f"http://127.0.0.1:{PORT}"
OURS = {"origin": BASE}
TRAVERSALS = (
    *("../secret", "..%2fsecret", "%2e%2e/secret", "..%5csecret", "/etc/passwd", "%2fetc%2fpasswd"),
    *("0" * 32, "fields", "fields.json", ".", "%00", "documents", "con"),
)


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    (tmp_path / "secret").write_bytes(PDF)
    library = library_in(tmp_path)
    yield library
    library.close()


@pytest.fixture
def door(library: Library) -> Door:
    host = FastAPI(openapi_url=None)
    add_routes(host, library)
    return Door(host, port=PORT)


@pytest.fixture
async def client(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is in."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url=BASE) as client:
        assert (await client.get(door.link)).status_code == 200
        yield client


async def test_nothing_is_had_and_nothing_comes_in_without_a_pass(door: Door, library: Library) -> None:
    sheet = read_sheet(library.shelf)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url=BASE) as stranger:
        for path in (f"/documents/{sheet.key}/pages/1", "/documents/records.csv", "/documents/records.json"):
            assert (await stranger.get(path)).status_code == 403
        for headers in ({}, OURS, {"origin": "http://evil.example"}):
            assert (await stranger.post(UPLOAD, content=PDF + b"x", headers=headers)).status_code == 403
    assert len(library.shelf.all()) == 1


async def test_a_page_elsewhere_can_not_drop_anything(client: httpx.AsyncClient, library: Library) -> None:
    for headers in ({}, {"origin": "http://evil.example"}, {**OURS, "host": "evil.example"}):
        assert (await client.post(UPLOAD, content=PDF, headers=headers)).status_code == 403
    assert not library.shelf.folder.exists()


async def test_a_document_comes_in_and_its_name_is_no_path(client: httpx.AsyncClient, library: Library) -> None:
    answer = await client.post(f"{UPLOAD}?name=../../secret%00.pdf", content=PDF, headers=OURS)
    assert answer.status_code == 201
    (sheet,) = library.shelf.all()
    assert answer.json() == {"key": sheet.key, "name": "secret .pdf"}
    assert library.shelf.file(sheet).read_bytes() == PDF
    assert sorted(path.name for path in library.shelf.folder.parent.iterdir()) == ["documents", "secret"]
    assert (await client.get(UPLOAD)).status_code in (404, 405)


@pytest.mark.parametrize(
    ("content", "status", "why"),
    [(b"", 400, "empty"), (b"<html>" * 400, 415, "by its content"), (b"MZ", 415, "none of")],
)
async def test_what_is_not_taken_is_said_in_a_sentence(
    client: httpx.AsyncClient, library: Library, content: bytes, status: int, why: str
) -> None:
    answer = await client.post(f"{UPLOAD}?name=a.pdf", content=content, headers=OURS)
    assert (answer.status_code, why in answer.text) == (status, True)
    assert list(library.shelf.folder.iterdir()) == []


async def test_what_is_too_large_is_refused_announced_or_not(client: httpx.AsyncClient, library: Library) -> None:
    library.shelf.most_bytes = 4000

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield PDF + bytes(1000)

    assert (await client.post(UPLOAD, content=PDF + bytes(4000), headers=OURS)).status_code == 413
    assert (await client.post(UPLOAD, content=pieces(), headers=OURS)).status_code == 413
    assert library.shelf.all() == []
    assert not any(library.shelf.folder.glob("*"))


async def test_a_disk_that_takes_nothing_is_said(client: httpx.AsyncClient, tmp_path: Path, library: Library) -> None:
    library.shelf.folder.write_bytes(b"a file where the folder should be")
    answer = await client.post(UPLOAD, content=PDF, headers=OURS)
    assert answer.status_code == 507
    assert "can't be kept" in answer.text


@pytest.mark.parametrize("key", TRAVERSALS)
async def test_names_that_lead_elsewhere_lead_nowhere(client: httpx.AsyncClient, library: Library, key: str) -> None:
    read_sheet(library.shelf)
    for path in (f"/documents/{key}/pages/1", f"/documents/{key}", f"/documents/records.{key}"):
        assert (await client.get(path)).status_code == 404
    for form in ("csv", "json"):
        assert (await client.get(f"/documents/records.{form}", params={"of": key})).status_code == 404
        assert (await client.get(f"/documents/records.{form}?of={key}")).status_code == 404


async def test_records_are_files_to_take_away(client: httpx.AsyncClient, library: Library) -> None:
    sheet = read_sheet(library.shelf)
    for form, kind in (("csv", "text/csv"), ("json", "application/json")):
        for query in ("", f"?of={sheet.key}", f"?of={sheet.key}&of={sheet.key}"):
            answer = await client.get(f"/documents/records.{form}{query}")
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(kind)
            assert answer.headers["content-disposition"] == f'attachment; filename="records.{form}"'
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            if form == "csv":
                assert len(list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))) == 2
            else:
                assert [one["values"]["total"] for one in answer.json()] == [65.45]


async def test_pages_are_drawn_and_what_can_not_be_drawn_is_said(
    client: httpx.AsyncClient, library: Library, tmp_path: Path
) -> None:
    torn = await client.post(UPLOAD, content=b"%PDF-1.7\n" + b"torn" * 200, headers=OURS)
    good = await client.post(UPLOAD, content=real_invoice(tmp_path / "made"), headers=OURS)
    page = f"/documents/{good.json()['key']}/pages"
    drawn = await client.get(f"{page}/1")
    assert drawn.content.startswith(b"\xff\xd8\xff")
    assert drawn.headers["content-type"] == "image/jpeg"
    assert "private" in drawn.headers["cache-control"]
    assert "default-src 'none'" in drawn.headers["content-security-policy"]
    assert [(await client.get(f"{page}/{number}")).status_code for number in ("0", "2", "-1", "x")] == [
        404,
        404,
        404,
        422,
    ]
    answer = await client.get(f"/documents/{torn.json()['key']}/pages/1")
    assert (answer.status_code, "can't be shown" in answer.text) == (409, True)


def test_a_shelf_takes_so_much_by_itself(tmp_path: Path) -> None:
    assert Shelf(tmp_path).most_bytes == 50 * 2**20
