"""Our own screens, written and read back as ScreenSpot."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agent.evaluation.screen_targets import ANNOTATIONS, write_targets
from agent.evaluation.targets import read_targets
from agent.training.words import belongs
from perception.geometry import Box
from perception.screenshot import decode_png


def test_screens_are_written_in_the_layout_of_screenspot(tmp_path: Path) -> None:
    drawn = write_targets(tmp_path / "spots", number=12)
    targets = read_targets(tmp_path / "spots")
    assert len(targets) == 12 <= drawn
    assert {target.row for target in targets} <= {"web/text", "web/icon"}
    for target in targets:
        size = decode_png(target.image.read_bytes()).size
        assert isinstance(target.area, Box)
        assert target.is_hit(target.area.center)
        assert 0 <= target.area.left < target.area.right <= size.width
        assert 0 <= target.area.top < target.area.bottom <= size.height


def test_names_are_of_the_side_that_training_never_shows(tmp_path: Path) -> None:
    write_targets(tmp_path / "spots", number=12)
    quoted = [t.instruction.split('"')[1] for t in read_targets(tmp_path / "spots") if t.instruction.count('"') == 2]
    assert quoted
    assert all(belongs(word, heldout=True) for word in quoted)


def test_the_same_seed_writes_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_targets(tmp_path / name, number=3, seed=5)
    one, two = ((tmp_path / name / ANNOTATIONS).read_text() for name in ("one", "two"))
    assert one == two
    assert len(json.loads(one)) == 3


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="not empty"):
        write_targets(tmp_path, number=1)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_says_what_it_wrote_and_refuses_in_a_sentence(tmp_path: Path, repository: Path) -> None:
    command = [sys.executable, "-m", "agent.evaluation.screen_targets", str(tmp_path / "spots"), "--number"]
    good = subprocess.run([*command, "2"], cwd=repository, capture_output=True, text=True, timeout=60, check=True)
    assert "2 targets" in good.stdout
    bad = subprocess.run([*command, "0"], cwd=repository, capture_output=True, text=True, timeout=60, check=False)
    assert (bad.returncode, bad.stderr) == (1, "--number 0: at least 1\n")
