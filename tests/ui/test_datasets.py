"""The data sets of a folder: what their cards say, newest first, and none that a link brings from elsewhere."""

import os
from pathlib import Path

import pytest

from agent.exchange import card, formats
from agent.exchange.dataset import export
from agent.exchange.selection import Filters
from sandboxes.scrubbing import Scrubber
from tests.ui.sample_run import record_run
from ui.datasets import datasets


def exported(folder: Path, layout: str) -> Path:
    """A data set of one run."""
    record_run(folder.parent.parent / f"run of {folder.name}")
    export([folder.parent.parent / f"run of {folder.name}"], formats.named(layout), folder, Filters(), Scrubber({}))
    return folder


def test_cards_are_read_back(tmp_path: Path) -> None:
    place = tmp_path / "sets"
    assert datasets(place) == []
    for number, layout in enumerate(("trl", "ms-swift", "agentnet", "sharegpt", "llamafactory")):
        folder = exported(place / layout, layout)
        os.utime(folder / card.FILE, (1000 + number, 1000 + number))
    found = datasets(place)
    assert [one.name for one in found] == ["llamafactory", "sharegpt", "agentnet", "ms-swift", "trl"]
    assert [one.summary.format for one in found] == [one.name for one in found]
    assert {one.summary.num_runs for one in found} == {1}
    assert found[-1].summary.parts == {"train": (1, 5), "validation": (0, 0)}
    assert all(one.num_bytes > 1000 for one in found)
    assert [one.name for one in datasets(place, limit=2)] == ["llamafactory", "sharegpt"]


def test_another_card_says_nothing_and_a_lost_one_leaves_its_set_out(tmp_path: Path) -> None:
    folder = exported(tmp_path / "sets" / "a", "trl")
    (folder / card.FILE).write_text("# Mine\n")
    (one,) = datasets(tmp_path / "sets")
    assert one.summary == card.Summary("", 0, {})
    (folder / card.FILE).unlink()
    assert datasets(tmp_path / "sets") == []
    with pytest.raises(OSError, match=card.FILE):
        card.read(folder)


def test_a_link_that_leads_out_is_none(tmp_path: Path) -> None:
    outside = exported(tmp_path / "outside" / "a", "trl")
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "linked").symlink_to(outside)
    assert datasets(tmp_path / "sets") == []
