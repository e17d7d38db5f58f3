"""Every annotation format is read as its publisher means it, and what is wrong is named."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.errors import BenchmarkError
from agent.evaluation.targets import Polygon, Target, read_targets
from perception.geometry import Box, Point, Size
from perception.observation import Frame
from perception.screenshot import encode_png

PICTURE = encode_png(Frame(np.zeros((50, 100, 3), np.uint8)))
SPOT = {"img_filename": "a.png", "bbox": [10, 20, 30, 5], "instruction": "close", "data_type": "icon"}
PRO = {
    "img_filename": "win/a.png",
    "bbox": [10, 20, 40, 25],
    "instruction": "Click Save",
    "id": "w_0",
    "application": "word",
    "platform": "windows",
    "img_size": [100, 50],
    "ui_type": "text",
    "group": "Office",
}
G = {
    "id": "X-0",
    "image_path": "a.png",
    "image_size": [100, 50],
    "instruction": "the funnel",
    "box_type": "bbox",
    "box_coordinates": [10.5, 20, 30, 5],
    "GUI_types": ["Icon"],
}
OWN = {"image": "a.png", "instruction": "the Save button", "box": [10, 20, 40, 25]}
BOX = Box(left=10, top=20, right=40, bottom=25)


def written(folder: Path, file: str, entries: Any, image: str) -> Path:
    (folder / image).parent.mkdir(parents=True, exist_ok=True)
    (folder / image).write_bytes(PICTURE)
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(entries if isinstance(entries, str) else json.dumps(entries))
    return folder


def test_screenspot_has_a_corner_and_an_extent(tmp_path: Path) -> None:
    folder = written(tmp_path, "screenspot_mobile.json", [SPOT], "screenspot_imgs/a.png")
    written(tmp_path, "screenspot_web.json", [SPOT | {"data_type": "text"}], "screenspot_imgs/a.png")
    found = read_targets(folder)
    assert found[0] == Target(folder / "screenspot_imgs" / "a.png", "close", "mobile/icon", BOX)
    assert [target.row for target in found] == ["mobile/icon", "web/text"]


def test_screenspot_v2_is_told_by_its_files(tmp_path: Path) -> None:
    folder = written(tmp_path, "screenspot_desktop_v2.json", [SPOT], "screenspotv2_image/a.png")
    assert read_targets(folder) == read_targets(folder, "screenspot-v2")
    assert read_targets(folder)[0][2:4] == ("desktop/icon", BOX)
    with pytest.raises(BenchmarkError, match=r"has no screenspot_desktop\.json or"):
        read_targets(folder, "screenspot")


def test_screenspot_pro_has_two_corners(tmp_path: Path) -> None:
    absent = {**PRO, "gt_type": "negative"}
    folder = written(tmp_path, "annotations/word_windows.json", [PRO, absent], "images/win/a.png")
    first, second = read_targets(folder)
    assert first[2:] == ("Office/text", BOX, Size(width=100, height=50))
    assert second.area is None


def test_osworld_g_has_boxes_polygons_and_refusals(tmp_path: Path) -> None:
    polygon = {**G, "id": "X-1", "box_type": "polygon", "box_coordinates": [0, 0, 10, 0, 0, 10]}
    refusal = {**G, "id": "X-2", "box_type": "refusal", "box_coordinates": [-1, -1, -1, -1]}
    folder = written(tmp_path, "OSWorld-G.json", [G, polygon, refusal], "images/a.png")
    boxed, shaped, absent = read_targets(folder)
    assert boxed.area == Box(left=10.5, top=20, right=40.5, bottom=25)
    assert shaped.area == Polygon(((0, 0), (10, 0), (0, 10)))
    assert absent.area is None
    assert [target.row for target in (boxed, shaped, absent)] == ["bbox", "polygon", "refusal"]
    classified = {"layout": [{"id": "X-0"}, "X-1"], "text": ["X-0"]}
    written(folder, "classification_result.json", {"classified": classified}, "images/a.png")
    assert [target.row for target in read_targets(folder)] == ["layout+text", "layout", "refusal"]


def test_the_original_wording_of_osworld_g_comes_first(tmp_path: Path) -> None:
    written(tmp_path, "OSWorld-G_refined.json", [G | {"instruction": "Click the funnel"}], "images/a.png")
    folder = written(tmp_path, "OSWorld-G.json", [G], "images/a.png")
    assert read_targets(folder)[0].instruction == "the funnel"
    assert read_targets(folder, "osworld-g-refined")[0].instruction == "Click the funnel"


def test_boxes_of_ones_own(tmp_path: Path) -> None:
    entries = [OWN, OWN | {"box": None}, OWN | {"kind": "button"}]
    found = read_targets(written(tmp_path, "boxes.json", entries, "a.png"))
    assert [(target.row, target.area) for target in found] == [("present", BOX), ("absent", None), ("button", BOX)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"box": [10, 20, 5, 25]}, r'entry 2: "box" must be \[x1, y1, x2, y2\] with x1 < x2 .* not \[10, 20, 5, 25\]'),
        ({"box": [10, 20, 25]}, 'entry 2: "box" must be'),
        ({"box": [10, 20, "30", 25]}, 'entry 2: "box" must be'),
        ({"box": [10, 20, float("nan"), 25]}, 'entry 2: "box" must be'),
        ({"box": "all"}, 'entry 2: "box" must be'),
        ({"instruction": " "}, 'entry 2: "instruction" must be text, not " "'),
        ({"image": "b.png"}, 'entry 2: "image" must be a picture in .*, not "b.png"'),
        ({"image": "../b.png"}, 'entry 2: "image" must be a picture in'),
        ({"kind": 3}, 'entry 2: "kind" must be text, not 3'),
    ],
)
def test_a_bad_entry_is_named_with_its_file_and_key(tmp_path: Path, change: dict, said: str) -> None:
    (tmp_path / "b.png").write_bytes(PICTURE)
    folder = written(tmp_path / "set", "boxes.json", [OWN, OWN | change], "a.png")
    with pytest.raises(BenchmarkError, match=rf"boxes\.json, {said}"):
        read_targets(folder)


@pytest.mark.parametrize("key", ["image", "instruction", "box"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    entry = {name: value for name, value in OWN.items() if name != key}
    with pytest.raises(BenchmarkError, match=f'entry 1: "{key}" must be .*, and is missing'):
        read_targets(written(tmp_path, "boxes.json", [entry], "a.png"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"box_type": "circle"}, '"box_type" must be bbox, polygon or refusal, not "circle"'),
        ({"box_type": "polygon"}, '"box_coordinates" must be .* at least three corners'),
        ({"box_coordinates": [1, 2, 0, 4]}, r'"box_coordinates" must be \[x, y, width, height\] with area'),
        ({"image_size": [0, 4]}, r'"image_size" must be \[width, height\], not \[0, 4\]'),
    ],
)
def test_a_bad_entry_of_osworld_g(tmp_path: Path, change: dict, said: str) -> None:
    with pytest.raises(BenchmarkError, match=rf"OSWorld-G\.json, entry 1: {said}"):
        read_targets(written(tmp_path, "OSWorld-G.json", [G | change], "images/a.png"))


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "can't be read as JSON"), ("{}", "must hold a list"), ("[]", "no entry"), ("[3]", "must be an object")],
)
def test_a_bad_file_is_named(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(BenchmarkError, match=said):
        read_targets(written(tmp_path, "boxes.json", content, "a.png"))


def test_a_folder_that_is_none_or_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="is no folder"):
        read_targets(tmp_path / "missing")
    with pytest.raises(BenchmarkError, match="no annotations in a format that is known: screenspot "):
        read_targets(tmp_path)
    with pytest.raises(BenchmarkError, match="no format 'coco'"):
        read_targets(tmp_path, "coco")
    written(tmp_path, "OSWorld-G.json", [G], "images/a.png")
    written(tmp_path, "classification_result.json", {"classified": {"text": 3}}, "images/a.png")
    with pytest.raises(BenchmarkError, match='"classified" must be'):
        read_targets(tmp_path)


@pytest.mark.parametrize(
    ("x", "y", "hit"),
    [(10, 20, True), (40, 25, True), (41, 25, False), (9, 20, False), (40, 26, False), (25, 22, True)],
)
def test_the_edges_of_a_box_belong_to_it(x: int, y: int, hit: bool) -> None:
    target = Target(Path("a.png"), "it", "row", BOX)
    assert target.is_hit(Point(x=x, y=y)) is hit
    assert not target.is_hit(None)


def test_a_pixel_that_a_box_cuts_belongs_to_it() -> None:
    target = Target(Path("a.png"), "it", "row", Box(left=10.6, top=20, right=40.5, bottom=25))
    assert [target.is_hit(Point(x=x, y=22)) for x in (9, 10, 40, 41)] == [False, True, True, False]


def test_the_inside_of_a_polygon() -> None:
    shape = Polygon(((0, 0), (10, 0), (10, 10), (5, 2), (0, 10)))  # an M: its middle is open from below
    assert [shape.touches(Point(x=x, y=7)) for x in (0, 5, 9, 12)] == [True, False, True, False]
    target = Target(Path("a.png"), "it", "row", shape)
    assert target.is_hit(Point(x=5, y=0))
    assert not target.is_hit(None)


def test_nothing_is_right_where_there_is_nothing() -> None:
    target = Target(Path("a.png"), "it", "row", None)
    assert target.is_hit(None)
    assert not target.is_hit(Point(x=1, y=1))
