"""The truth against the PDFs' own text: what is said to be in a box can be read out of it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from perception.geometry import Box
from sandboxes.demos.papers.catalog import layouts
from sandboxes.demos.papers.paper import Order, make_paper
from sandboxes.demos.papers.printing import Printed, press
from sandboxes.demos.papers.truth import SIX_FIELDS, Place, Truth

pytestmark = pytest.mark.browser

SEED = 3
FEW = {"invoice": 15, "receipt": 6, "order": 1, "table": 3}
MANY = {"invoice": 20, "receipt": 18, "order": 5, "table": 9}


@pytest.fixture(
    scope="module", params=[pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.slow)]
)
def printed(request: pytest.FixtureRequest, chromium: Path) -> list[Printed]:
    """Papers of every kind, and the first of them again."""

    async def all_of_them() -> list[Printed]:
        async with press() as tab:
            numbers = [(kind, number) for kind, count in request.param.items() for number in range(count)]
            papers = [make_paper(Order(SEED, kind), number) for kind, number in numbers]
            return [await tab.print(paper) for paper in [*papers, papers[0]]]

    return asyncio.run(all_of_them())


def pages_of(pdf: bytes) -> Iterator[tuple[pypdfium2.PdfPage, pypdfium2.PdfTextPage]]:
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        text = page.get_textpage()
        yield page, text
        text.close()
        page.close()
    document.close()


def text_in(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, box: Box) -> str:
    """Without blanks, of which a PDF has its own view."""
    height = page.get_height()
    found = text.get_text_bounded(box.left - 1, height - box.bottom - 1, box.right + 1, height - box.top + 1)
    return squeezed(found)


def squeezed(text: str) -> str:
    return "".join(text.replace("\u202f", "").replace("\ufffe", "-").split())


def places(truth: Truth) -> Iterator[Place]:
    for found in truth.fields.values():
        yield from (found, *found.also)


def test_every_kind_and_layout_is_printed(printed: list[Printed]):
    for kind in ("invoice", "receipt"):
        assert {each.truth.layout for each in printed if each.truth.kind == kind} == set(layouts(kind))
    assert max(len(each.truth.pages) for each in printed if each.truth.kind == "invoice") > 1
    assert sum(len(each.truth.pages) > 1 for each in printed if each.truth.kind == "table") > 1


def test_a_page_of_the_truth_is_a_page_of_the_pdf(printed: list[Printed]):
    for each in printed:
        sizes = [(page.get_width(), page.get_height()) for page, _ in pages_of(each.pdf)]
        assert len(sizes) == len(each.truth.pages), each.paper.layout
        for (width, height), page in zip(sizes, each.truth.pages, strict=True):
            assert (width, height) == pytest.approx((page.width, page.height), abs=1.5)


def test_boxes_hold_what_they_are_said_to(printed: list[Printed]):
    for each in printed:
        for number, (page, text) in enumerate(pages_of(each.pdf), start=1):
            for place in (place for place in places(each.truth) if place.page == number):
                assert squeezed(place.text) in text_in(page, text, place.box), (each.paper.layout, place)


def test_all_words_are_told_and_where(printed: list[Printed]):
    for each in printed:
        for number, (page, text) in enumerate(pages_of(each.pdf), start=1):
            words = [word for word in each.truth.words if word.page == number]
            wrong = [word for word in words if squeezed(word.text) not in text_in(page, text, word.box)]
            assert wrong == [], each.paper.layout
            assert sum(len(squeezed(word.text)) for word in words) == len(squeezed(text.get_text_range()))


def test_the_six_fields_are_all_there_and_inside_the_page(printed: list[Printed]):
    for each in printed:
        if each.truth.kind == "table":
            assert each.truth.fields == {}
            continue
        assert set(SIX_FIELDS) <= set(each.truth.fields), each.paper.layout
        for place in (*places(each.truth), *each.truth.words):
            page = each.truth.pages[place.page - 1]
            assert 0 <= place.box.left < place.box.right <= page.width + 0.1, (each.paper.layout, place)
            assert 0 <= place.box.top < place.box.bottom <= page.height + 0.1, (each.paper.layout, place)


def test_what_the_edge_of_the_sheet_cuts_is_not_printed(chromium: Path):
    wide = make_paper(Order(SEED, "invoice", "seen"), 7)
    assert wide.layout == "letter"
    wide = replace(wide, html=wide.html.replace("</style>", ".sums { width: 900px; margin-left: 0 }</style>", 1))

    async def it() -> Printed:
        async with press() as tab:
            return await tab.print(wide)

    fields = asyncio.run(it()).truth.fields
    assert {"net", "tax", "total"} & set(fields) == set()
    assert {"number", "date", "supplier"} <= set(fields)


def test_items_are_told_in_order(printed: list[Printed]):
    for each in printed:
        if each.paper.contents is not None:
            amounts = [item.amount for item in each.truth.items]
            assert amounts == [f"{line.amount:.2f}" for line in each.paper.contents.lines], each.paper.layout


def test_tables_have_every_cell_once_and_heads_again_on_each_page(printed: list[Printed]):
    for each in (each for each in printed if each.truth.kind == "table"):
        cells = [cell for cell in each.truth.cells if not cell.repeated]
        assert len({(cell.row, cell.column) for cell in cells}) == len(cells)
        width = max(cell.column + cell.num_columns for cell in cells)
        covered = sum(cell.num_rows * cell.num_columns for cell in cells)
        assert covered == width * (1 + max(cell.row for cell in cells)), each.paper.layout
        heads = {cell.page for cell in each.truth.cells if cell.is_header}
        assert heads == {cell.page for cell in cells}
        for number, (page, text) in enumerate(pages_of(each.pdf), start=1):
            for cell in (cell for cell in each.truth.cells if cell.page == number and cell.text):
                assert squeezed(cell.text) in text_in(page, text, cell.box), (each.paper.layout, cell)


def test_the_same_paper_has_the_same_bytes(printed: list[Printed]):
    assert printed[-1].pdf == printed[0].pdf
    assert printed[-1].truth == printed[0].truth
    assert printed[1].pdf != printed[0].pdf


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandboxes.demos.papers", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_writes_files_with_their_truth(chromium: Path, tmp_path: Path):
    finished = run(
        "--out", str(tmp_path), "--number", "1", "--seed", "9", "--kind", "receipt", "--scan", "1", "--image"
    )
    assert finished.returncode == 0, finished.stderr
    index = json.loads((tmp_path / "index.json").read_text())
    for entry in index:
        truth = Truth.model_validate_json((tmp_path / entry["file"].replace("-1.jpg", ".json")).read_text())
        assert truth.scan
        assert (tmp_path / truth.file).stat().st_size > 10_000


def test_the_command_refuses_what_cannot_be(tmp_path: Path):
    assert run("--out", str(tmp_path), "--languages", "de,xx").returncode == 2
    (tmp_path / "file").write_text("")
    assert run("--out", str(tmp_path / "file"), "--number", "1").returncode == 4
