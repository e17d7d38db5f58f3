"""From packages to masks: the table, licences, and SVG as Chromium paints it. Nothing is fetched here."""

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from agent.training.pages.icon_names import SETS, IconSet, files, stems
from agent.training.pages.icon_sets import contact_sheet, drawn, rasterised, read_package
from agent.training.screens.icon_store import SIDE, STORED_NAMES, read_icons, write_icons
from agent.training.screens.icons import ICONS

OWN = IconSet("own", "@own/icons", "1.2.3", ("svg/{}.svg",), ("svg/{}-fill.svg",))
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
LEFT = HEAD + '<path d="M0 0h4v8H0z"/></svg>'
RING = HEAD + '<rect x="1" y="1" width="6" height="6" fill="none" stroke="currentColor" stroke-width="2"/></svg>'
BLANK = HEAD + "</svg>"


def package(path: Path, drawings: dict[str, str], licence: str = "MIT") -> Path:
    contents = {"package.json": json.dumps({"license": licence}), "LICENSE": "Do what you like.", **drawings}
    with tarfile.open(path, "w:gz") as store:
        for name, text in contents.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(text)
            store.addfile(entry, io.BytesIO(text.encode()))
    return path


def test_the_table_speaks_of_every_name_and_of_known_sets() -> None:
    table = stems()
    assert list(table) == [*ICONS, *STORED_NAMES]
    assert {name for sets in table.values() for name in sets} == {s.name for s in SETS}
    assert all(len(sets) >= 8 for sets in table.values())


def test_a_stem_stands_for_its_twins_unless_it_ends_in_a_stop() -> None:
    assert list(files(OWN, "bell")) == ["svg/bell.svg", "svg/bell-fill.svg"]
    assert list(files(OWN, "plus.")) == ["svg/plus.svg"]
    assert list(files(OWN, "svg/stop-fill.svg")) == ["svg/stop-fill.svg"]


def test_drawings_are_taken_by_the_table(tmp_path: Path) -> None:
    drawings = {"svg/bell.svg": LEFT, "svg/bell-fill.svg": RING, "svg/plus.svg": LEFT, "svg/plus-fill.svg": RING}
    path = package(tmp_path / "own.tgz", drawings)
    found = read_package(OWN, path, {"bell": {"own": ["bell"]}, "plus": {"own": ["plus."]}, "eye": {"else": ["eye"]}})
    assert found.about == {"package": "@own/icons", "version": "1.2.3", "licence": "MIT"}
    assert found.licence == "Do what you like."
    assert found.drawings == {
        "bell": {"own-bell": LEFT.encode(), "own-bell-fill": RING.encode()},
        "plus": {"own-plus": LEFT.encode()},
    }


@pytest.mark.parametrize("licence", ["CC-BY-4.0", "(MIT OR GPL-3.0)", "SEE LICENSE"])
def test_other_licences_are_refused(tmp_path: Path, licence: str) -> None:
    path = package(tmp_path / "own.tgz", {"svg/bell.svg": LEFT}, licence)
    with pytest.raises(ValueError, match=r"@own/icons 1\.2\.3 is licensed"):
        read_package(OWN, path, {"bell": {"own": ["bell"]}})


def test_a_stem_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = package(tmp_path / "own.tgz", {"svg/bell.svg": LEFT})
    with pytest.raises(ValueError, match=r"no drawing for \('eye', 'view'\)"):
        read_package(OWN, path, {"bell": {"own": ["bell"]}, "eye": {"own": ["view"]}})


@pytest.mark.browser
async def test_chromium_paints_masks(chromium: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDEYE_CHROMIUM", str(chromium))
    left, ring, blank = (np.asarray(m) for m in await rasterised([LEFT.encode(), RING.encode(), BLANK.encode()]))
    half = SIDE // 2
    assert left.shape == (SIDE, SIDE)
    assert left[:, :half].min() == 255 > left[:, half:].max() == 0
    assert ring[0].min() == 255
    assert ring[half, half] == blank.max() == 0


@pytest.mark.browser
def test_from_a_package_to_an_archive(tmp_path: Path, chromium: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDEYE_CHROMIUM", str(chromium))
    table = {"bell": {"own": ["bell"]}, "eye": {"own": ["eye", "view"]}}
    path = package(tmp_path / "own.tgz", {"svg/bell.svg": LEFT, "svg/eye.svg": RING, "svg/view.svg": RING})
    packages = [read_package(OWN, path, table)]
    icons = drawn(packages, list(table))
    assert {name: list(drawings) for name, drawings in icons.items()} == {"bell": ["own-bell"], "eye": ["own-eye"]}
    assert write_icons(tmp_path / "icons.zip", icons, {"own": packages[0].about}, {}) == 2
    assert [len(found) for found in read_icons(tmp_path / "icons.zip").values()] == [1, 1]
    sheet = np.asarray(contact_sheet(icons))
    assert sheet[10:30, 100:110].max() == 0
    blank = read_package(OWN, package(path, {"svg/bell.svg": BLANK}), {"bell": {"own": ["bell"]}})
    with pytest.raises(ValueError, match=r"Chromium shows nothing for own-bell \(bell\)"):
        drawn([blank], ["bell"])
