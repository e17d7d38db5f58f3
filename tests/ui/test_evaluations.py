"""The evaluations of a folder, and which pictures of them may be shown."""

import os
from pathlib import Path

from agent.evaluation.conduct import summary
from agent.evaluation.results import MANIFEST, REPORT, RESULTS
from perception.files import replace_file
from tests.evaluations import LOST, WON, evaluated
from ui.evaluations import evaluation_lines, evaluation_names, picture_names


def test_the_newest_comes_first_and_what_is_finished_says_what_it_came_to(tmp_path: Path) -> None:
    assert evaluation_lines(tmp_path / "nowhere") == []
    for number, name in enumerate(("a", "b")):
        folder = evaluated(tmp_path / name, [WON, LOST], model=f"model {name}")
        os.utime(folder / RESULTS, (1000 + number, 1000 + number))
    replace_file(tmp_path / "a" / REPORT, summary(tmp_path / "a").model_dump_json().encode())
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / MANIFEST).write_text("{}")
    os.utime(broken / MANIFEST, (500, 500))
    assert evaluation_names(tmp_path) == ["b", "a", "broken"]
    lines = evaluation_lines(tmp_path)
    assert [(line.name, line.model, line.success) for line in lines] == [("b", "model b", None), ("a", "model a", 0.5)]
    assert [line.name for line in evaluation_lines(tmp_path, limit=1)] == ["b"]


def test_only_pictures_that_are_in_the_folder_are_any(tmp_path: Path) -> None:
    outside = evaluated(tmp_path / "outside", [LOST])
    folder = evaluated(tmp_path / "evaluations" / "a", [LOST, WON])
    (tmp_path / "evaluations" / "b").symlink_to(outside)
    (folder / "pictures" / "link.png").symlink_to(outside / "pictures" / "00001-click.png")
    (folder / "pictures" / "notes.txt").write_text("x")
    (folder / "pictures" / "more.png").mkdir()
    assert evaluation_names(tmp_path / "evaluations") == ["a"]
    assert picture_names(folder) == {"00001-click.png"}
    bare = evaluated(tmp_path / "evaluations" / "c", [WON])
    assert picture_names(bare) == set()
    (bare / "pictures").symlink_to(outside / "pictures")
    assert picture_names(bare) == set()
