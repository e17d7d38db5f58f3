import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from perception.geometry import Box
from sandboxes.demos.papers.scanning import POINTS, Scan, scanned, turned
from sandboxes.demos.papers.sroie import write_sroie
from sandboxes.demos.papers.truth import Found, Page, Place, Truth

WIDTH, HEIGHT = 297.5, 421.0
BAR = Box(left=30, top=45, right=230, bottom=59)


def bar(index: int) -> tuple[bytes, Truth]:
    """A page with a black bar where the truth says that the supplier is."""
    image = Image.new("RGB", (595, 842), "white")
    ImageDraw.Draw(image).rectangle((60, 90, 459, 117), fill="black")
    out = io.BytesIO()
    image.save(out, "PDF", resolution=144)
    place = Place(text="Bar", page=1, box=BAR)
    found = {name: Found(text="Bar", value="Bar", page=1, box=BAR) for name in ("supplier", "date", "total")}
    page = Page(width=WIDTH, height=HEIGHT)
    truth = Truth(
        file="bar.pdf", kind="invoice", seed=1, index=index, layout="letter", heldout=False, language="en",
        region="en-GB", pages=(page,), fields=found, words=(place,),
    )  # fmt: skip
    return out.getvalue(), truth


@pytest.fixture(scope="module")
def scans() -> list[Scan]:
    return [scanned(*bar(index)) for index in range(7)]


def without_stamps(scans: list[Scan]) -> Iterator[Scan]:
    return (scan for scan in scans if not scan.scanner.stamp)


def test_a_turn_moves_a_box_as_it_moves_ink():
    assert turned(BAR, 0, WIDTH, HEIGHT) == BAR
    quarter = turned(Box(left=0, top=0, right=10, bottom=20), 90, 100, 100)
    assert quarter == Box(left=80, top=0, right=100, bottom=10)
    assert turned(Box(left=0, top=0, right=99, bottom=99), 3, 100, 100).left == 0  # cut at the edge


def test_ink_is_where_the_carried_box_says(scans: list[Scan]):
    checked = 0
    for scan in without_stamps(scans):
        grey = np.asarray(scan.images[0].convert("L"))
        rows, columns = np.nonzero(grey < 70)
        scale = scan.scanner.dpi / POINTS
        ink = Box(
            left=columns.min() / scale, top=rows.min() / scale, right=(columns.max() + 1) / scale,
            bottom=(rows.max() + 1) / scale,
        )  # fmt: skip
        box = scan.truth.fields["supplier"].box
        near = [abs(getattr(ink, edge) - getattr(box, edge)) for edge in ("left", "top", "right", "bottom")]
        assert max(near) < 1.2, (scan.scanner, ink, box)
        checked += 1
    assert checked > 2
    assert max(abs(scan.scanner.skew) for scan in without_stamps(scans)) > 0.5


def test_scans_differ_in_what_was_done_to_them(scans: list[Scan]):
    assert {scan.truth.scan for scan in scans} == {"light", "office", "worn"}
    assert {"stamp", "fold", "skew"} <= {mark for scan in scans for mark in scan.truth.scan_marks}
    assert all(scan.truth.fields["supplier"].value == "Bar" for scan in scans)


def test_a_scan_is_pixels_alone_and_always_the_same(scans: list[Scan]):
    content = scans[0].pdf()
    document = pypdfium2.PdfDocument(content)
    assert document[0].get_textpage().get_text_range() == ""
    assert document[0].get_size() == pytest.approx((WIDTH, HEIGHT), abs=1)
    document.close()
    assert scanned(*bar(0)).pdf() == content


def test_sroie_has_its_three_folders(scans: list[Scan], tmp_path: Path):
    write_sroie(scans[0], tmp_path)
    with Image.open(tmp_path / "img" / "bar.jpg") as image:
        assert image.size == scans[0].images[0].size
    corners = (tmp_path / "box" / "bar.txt").read_text().strip().split(",")
    assert len(corners) == 9
    assert corners[8] == "Bar"
    box, scale = scans[0].truth.words[0].box, scans[0].scanner.dpi / POINTS
    assert [int(corners[0]), int(corners[5])] == [round(box.left * scale), round(box.bottom * scale)]
    assert set(json.loads((tmp_path / "entities" / "bar.txt").read_text())) == {"company", "date", "address", "total"}
