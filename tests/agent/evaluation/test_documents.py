"""The benchmark of documents: papers drawn from a seed, and a folder in the layout of SROIE."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import BenchmarkError
from agent.evaluation.documents import SIX_FIELDS, measure_folder, measure_papers
from perception.extraction.label_reader import LabelReader
from sandboxes.demos.papers.folder import write_papers
from sandboxes.demos.papers.paper import Order
from tests.perception.document.papers import picture


@pytest.mark.browser
@pytest.mark.slow
async def test_papers_are_read_and_scored() -> None:
    report = await measure_papers(LabelReader(), episodes=10, seed=3)
    plain = report.as_json()
    assert list(report.tasks) == list(SIX_FIELDS)
    assert report.episodes == 60
    assert report.success > 0.7
    assert plain["failed"] == 0
    assert isinstance(plain["cited"], float)
    again = await measure_papers(LabelReader(), episodes=10, seed=3)
    assert again.success == report.success


async def test_a_folder_in_the_layout_of_sroie(tmp_path: Path) -> None:
    for name in ("img", "entities"):
        (tmp_path / name).mkdir()
    picture(tmp_path / "img" / "a.png", ["WILLOW TRADING SDN BHD", "Date: 25/03/2018", "Total: RM 12.50"])
    truth = {"company": "WILLOW TRADING SDN BHD", "date": "25/03/2018", "total": "12.50"}
    (tmp_path / "entities" / "a.txt").write_text(json.dumps(truth))
    report = await measure_folder(LabelReader(), tmp_path, episodes=None)
    assert {name: row.success for name, row in report.tasks.items()} == {"company": 1.0, "date": 1.0, "total": 1.0}
    assert (report.scan, report.digital, report.cited) == (1.0, None, None)


async def test_an_address_is_read_below_the_name(tmp_path: Path) -> None:
    for name in ("img", "entities"):
        (tmp_path / name).mkdir()
    lines = [
        "WILLOW TRADING SDN BHD",
        "(123456-X)",
        "12, JALAN MAWAR 3,",
        "81100 JOHOR BAHRU",
        "TEL: 07-5551234",
        "12.50",
    ]
    picture(tmp_path / "img" / "a.png", lines)
    truth = {"company": "WILLOW TRADING SDN BHD", "address": "12, JALAN MAWAR 3, 81100 JOHOR BAHRU"}
    (tmp_path / "entities" / "a.txt").write_text(json.dumps(truth))
    report = await measure_folder(LabelReader(), tmp_path, episodes=None)
    assert {name: row.success for name, row in report.tasks.items()} == {"company": 1.0, "address": 1.0}


@pytest.mark.browser
@pytest.mark.slow
async def test_own_receipts_as_sroie_has_them(tmp_path: Path) -> None:
    await write_papers(Order(1, "receipt", "seen", ("en",), 1.0), range(6), tmp_path, "sroie")
    report = await measure_folder(LabelReader(), tmp_path, episodes=None)
    assert list(report.tasks) == ["company", "date", "address", "total"]
    assert report.success >= 0.7
    assert report.tasks["address"].success >= 0.5


async def test_folders_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="pictures in img"):
        await measure_folder(LabelReader(), tmp_path, episodes=None)
    (tmp_path / "img").mkdir()
    (tmp_path / "key").mkdir()
    picture(tmp_path / "img" / "a.png", [])
    with pytest.raises(BenchmarkError, match="JSON object of fields for a"):
        await measure_folder(LabelReader(), tmp_path, episodes=None)
