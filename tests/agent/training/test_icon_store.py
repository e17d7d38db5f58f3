"""Icons from an archive: only when it is named, drawn beside our own, and without it nothing changes."""

import json
import random
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from agent.training.naming import CLASSES, NAMES, label_of
from agent.training.pages.marks import icon_html
from agent.training.record import training_record
from agent.training.screens import Widget, make_screen
from agent.training.screens.canvas import Canvas
from agent.training.screens.icon_store import (
    INDEX,
    SIDE,
    STORED_NAMES,
    VARIABLE,
    fingerprint,
    read_icons,
    stored_icons,
    stored_mask,
    write_icons,
)
from agent.training.screens.icons import ICONS, icon_mask
from agent.training.screens.kit import Kit
from agent.training.screens.marks import COLOURS, SHAPES, icon
from agent.training.screens.themes import make_theme
from agent.training.words import Words

SETS = {"own": {"package": "own", "version": "1", "licence": "MIT"}}


def masks() -> dict[str, dict[str, Image.Image]]:
    """A gear of two drawings that no pen of ours draws, and a wide bar for each stored name."""
    drawings = {"own-left": (0, 0, 31, 63), "own-right": (32, 0, 63, 63)}
    return {
        "gear": {file: drawn(box) for file, box in drawings.items()},
        **{name: {"own-bar": drawn((4, 24, 59, 39))} for name in STORED_NAMES},
        "quokka": {"own-bar": drawn((4, 24, 59, 39))},
    }


def drawn(box: tuple[int, int, int, int]) -> Image.Image:
    mask = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(mask).rectangle(box, fill=255)
    return mask


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "deep" / "icons.zip"
    write_icons(path, masks(), SETS, {"own": "Do what you like.\n"})
    return path


def screens_of(numbers: range) -> list[bytes]:
    return [make_screen(random.Random(number)).image.tobytes() for number in numbers]


def draw_icons(number: int) -> list[tuple[str, bytes, float]]:
    """What `icon` draws from so many seeds: its name, the picture, and the random number behind it."""
    found = []
    for seed in range(number):
        theme = make_theme(random.Random(seed), 1.0)
        kit = Kit(random.Random(seed), Words(random.Random(seed), False), theme)
        canvas = Canvas(96, 96, kit.ground)
        if piece := icon(kit):
            widget = piece.paint(canvas, 4, 4)[0]
            found.append((widget.text, canvas.image.tobytes(), kit.rng.random()))
    return found


def test_what_was_written_is_read(archive: Path) -> None:
    icons = read_icons(archive)
    assert list(icons) == list(masks())
    for name, drawings in masks().items():
        assert [d.tobytes() for d in icons[name]] == [d.tobytes() for d in drawings.values()]
    with zipfile.ZipFile(archive) as store:
        assert store.read("licences/own.txt") == b"Do what you like.\n"
        assert json.loads(store.read(INDEX))["sets"] == SETS
    assert [path.name for path in archive.parent.iterdir()] == ["icons.zip"]


def test_the_same_drawings_give_the_same_archive(archive: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    assert write_icons(again, masks(), SETS, {"own": "Do what you like.\n"}) == len(STORED_NAMES) + 3
    assert again.read_bytes() == archive.read_bytes()


def test_nothing_is_stored_unless_it_is_named(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(archive.parent)
    assert stored_icons() == {}
    assert fingerprint() == ""
    monkeypatch.setenv(VARIABLE, str(archive))
    assert stored_icons()["gear"]
    assert len(fingerprint()) == 16
    monkeypatch.setenv(VARIABLE, "")
    assert stored_icons() == {}


def test_without_an_archive_icons_are_what_they_were() -> None:
    """The same random numbers in the same order, and the pen's own forms."""
    names = list(ICONS)
    for seed in range(60):
        rng = random.Random(seed)
        kit = Kit(random.Random(seed), Words(random.Random(seed), False), make_theme(random.Random(7), 1.0))
        piece, canvas = icon(kit), Canvas(96, 96, kit.ground)
        name, size, weight = rng.choice(names), kit.px(rng.randint(13, 26)), rng.choice((0.09, 0.11, 0.13))
        frame = rng.choice(("", "", "button", "disc"))
        pad = kit.px(rng.randint(3, 6)) if frame else 2
        if frame:
            rng.random()
        if rng.random() >= 0.7:
            rng.choice(list(COLOURS))
        assert rng.getstate() == kit.rng.getstate()
        assert piece is not None
        assert piece.paint(canvas, 4, 4)[0].text == name
        ink = np.asarray(canvas.image).astype(int)[4 + pad : 4 + pad + size, 4 + pad : 4 + pad + size]
        distance = abs(ink - ink[0, 0]).sum(-1)
        shape = np.asarray(icon_mask(name, size, weight)).astype(int)
        assert np.array_equal(distance > distance.max() * 0.6, shape > 255 * 0.6), name


def test_with_an_archive_stored_drawings_are_mixed_in(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, plain = draw_icons(50), screens_of(range(12))
    monkeypatch.setenv(VARIABLE, str(archive))
    found = draw_icons(400)
    names = {name for name, _, _ in found}
    assert names <= {*ICONS, *STORED_NAMES}  # and so no "quokka", for which there is no class
    assert len(names - set(ICONS)) > 40
    assert found == draw_icons(400)
    assert screens_of(range(12)) == screens_of(range(12)) != plain
    monkeypatch.delenv(VARIABLE)
    assert draw_icons(50) == before
    assert screens_of(range(12)) == plain


def test_a_stored_mask_has_the_size_asked_for(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(archive))
    for size in (13, 16, 26, 64):
        left, right = (np.asarray(stored_mask("gear", number, size)).astype(int) for number in range(2))
        assert left.shape == (size, size)
        assert left[:, 0].min() == 255 > left[:, -1].max() == 0
        assert abs(left + right - 255).max() <= 1


def test_every_name_has_a_class() -> None:
    assert set(ICONS).isdisjoint(STORED_NAMES)
    assert (*SHAPES, *ICONS, *STORED_NAMES) == NAMES  # the order numbers the classes
    assert CLASSES[2] == len(NAMES) + 1
    assert label_of(Widget("icon", (0, 0, 9, 9), "light bulb")).name == len(NAMES)


@dataclass(frozen=True)
class Config:
    """What the record asks of any run's settings."""

    num_threads: int = 1
    device: str = "cpu"


def test_the_fingerprint_goes_into_the_record(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = {"step": 50, "stage": "read", "steps_per_s": 1.0, "screens_per_s": 16.0, "questions_per_s": 80.0}
    (tmp_path / "metrics.jsonl").write_text(json.dumps(line) + "\n")
    assert training_record(Config(), tmp_path)["icons"] == ""
    monkeypatch.setenv(VARIABLE, str(archive))
    assert training_record(Config(), tmp_path)["icons"] == fingerprint() != ""


def test_what_can_not_be_read_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none.zip"))
    with pytest.raises(ValueError, match=r"HANDEYE_ICONS: there is no archive of icons at .*none\.zip; make one"):
        stored_icons()
    text = tmp_path / "text.zip"
    text.write_text("not a zip file")
    with pytest.raises(ValueError, match=r"HANDEYE_ICONS: .*text\.zip is no archive of icons; make one"):
        read_icons(text)
    with pytest.raises(ValueError, match="is no archive of icons"):
        read_icons(tmp_path)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as store:
        store.writestr("notes.txt", "")
    with pytest.raises(ValueError, match="is no archive of icons"):
        read_icons(other)
    with zipfile.ZipFile(other, "w") as store:
        store.writestr(INDEX, json.dumps({"schema_version": 99, "icons": {}}))
    with pytest.raises(ValueError, match=r"other\.zip has schema version 99, not 1; make one"):
        read_icons(other)
    with zipfile.ZipFile(other, "w") as store:
        store.writestr(INDEX, json.dumps({"schema_version": 1, "icons": {"gear": ["gear/gone.png"]}}))
    with pytest.raises(ValueError, match="is no archive of icons"):
        read_icons(other)


def test_pages_draw_from_the_archive_too(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all("<svg" in icon_html(random.Random(seed), "gear", 16) for seed in range(9))
    monkeypatch.setenv(VARIABLE, str(archive))
    drawings = [icon_html(random.Random(seed), "gear", 16) for seed in range(40)]
    assert 20 < sum("data:image/png" in drawing for drawing in drawings) < 40
    assert len({drawing for drawing in drawings if "data:image/png" in drawing}) == 2
    assert "data:image/png" in icon_html(random.Random(0), STORED_NAMES[0], 16)
