"""`handeye point` finds something on a picture, marks a copy of it, and says in one line what went wrong."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from perception.observation import Frame
from perception.overlay import INK
from perception.screenshot import decode_png, encode_png
from ui.cli import exits
from ui.cli.main import main

GREY = 128
SAVE = '[{"label": "Save", "point_2d": [500, 250], "bbox_2d": [250, 125, 750, 375]}]'


def _picture(path: Path, width: int = 320, height: int = 224) -> Path:
    path.write_bytes(encode_png(Frame(np.full((height, width, 3), GREY, np.uint8))))
    return path


def _model(folder: Path, *replies: str) -> list[str]:
    path = folder / "script.jsonl"
    path.write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    return ["--model", f"scripted:{path}"]


def test_what_is_found_is_said_and_marked_on_a_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = _picture(tmp_path / "screen.png")
    before = image.read_bytes()
    assert main(["point", str(image), "the blue Save button", *_model(tmp_path, SAVE)]) == exits.DONE
    copy = tmp_path / "screen.point.png"
    assert capsys.readouterr().out == f"Save  (160, 56)  box [80, 28, 240, 84]  {copy}\n"
    marked = decode_png(copy.read_bytes()).pixels
    assert marked.shape == (224, 320, 3)
    assert tuple(marked[56, 160]) == INK
    assert (marked[56, 80] != GREY).any(), "the box's left side"
    assert (marked[40, 120] == GREY).all(), "between the point and the box"
    assert image.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"screen.png", "screen.point.png", "script.jsonl"}


def test_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image, out = _picture(tmp_path / "screen.png"), tmp_path / "marked.png"
    words = ["point", str(image), " Save ", "--out", str(out), "--json", *_model(tmp_path, SAVE)]
    assert main(words) == exits.DONE
    said = json.loads(capsys.readouterr().out)
    ms = said.pop("ms")
    assert ms >= 0
    assert list(said.items()) == [
        ("model", "script.jsonl"),
        ("phrase", "Save"),
        ("found", True),
        ("label", "Save"),
        ("point", [160, 56]),
        ("box", [80, 28, 240, 84]),
        ("image", str(out)),
    ]
    assert out.is_file()
    assert not (tmp_path / "screen.point.png").exists()


def test_what_is_not_there_is_a_failed_task_without_a_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = _picture(tmp_path / "screen.png")
    words = ["point", str(image), "a door", *_model(tmp_path, "[]")]
    assert main(words) == exits.FAILED
    assert capsys.readouterr().out == "not there: a door\n"
    assert main([*words, "--json"]) == exits.FAILED
    said = json.loads(capsys.readouterr().out)
    assert said["found"] is False
    assert said["label"] is said["point"] is said["box"] is said["image"] is None
    assert not (tmp_path / "screen.point.png").exists()


def test_a_point_alone_is_enough_and_foreign_words_stay_on_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = _picture(tmp_path / "screen.png")
    reply = '{"point_2d": [1000, 1000], "label": "[red]a\\u001b[31m\\nb"}'
    assert main(["point", str(image), "x", *_model(tmp_path, reply)]) == exits.DONE
    assert capsys.readouterr().out.startswith("[red]a [31m b  (319, 223)  no box  ")
    marked = decode_png((tmp_path / "screen.point.png").read_bytes()).pixels
    assert tuple(marked[223, 319]) == INK


@pytest.mark.parametrize(("codec", "right"), [("qwen3vl", 999), ("qwen3vl-999", 1000)])
def test_the_codecs_grid_is_the_models(
    codec: str, right: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = _picture(tmp_path / "screen.png", 1000, 100)
    reply = '[{"bbox_2d": [0, 0, 999, 999], "point_2d": [0, 0], "label": ""}]'
    words = ["point", str(image), "all", *_model(tmp_path, reply), "--codec", codec, "--prompt", "compact", "--json"]
    assert main(words) == exits.DONE
    assert json.loads(capsys.readouterr().out)["box"] == [0, 0, right, 100]


@pytest.mark.parametrize("kind", ["jpg", "webp"])
def test_other_kinds_of_pictures_are_read(kind: str, tmp_path: Path) -> None:
    image = tmp_path / f"screen.{kind}"
    Image.new("RGB", (64, 48), (200, 200, 200)).save(image)
    assert main(["point", str(image), "x", *_model(tmp_path, SAVE)]) == exits.DONE
    assert decode_png((tmp_path / "screen.point.png").read_bytes()).pixels.shape == (48, 64, 3)


def test_a_large_picture_is_marked_too(tmp_path: Path) -> None:
    image = _picture(tmp_path / "screen.png", 2600, 2000)
    assert main(["point", str(image), "x", *_model(tmp_path, SAVE)]) == exits.DONE
    marked = decode_png((tmp_path / "screen.point.png").read_bytes()).pixels
    assert tuple(marked[500, 1300]) == INK
    assert tuple(marked[500, 652]) == INK, "the box's left side"


def _no_picture(path: Path, kind: str) -> None:
    """Put something there that is no picture."""
    match kind:
        case "folder":
            path.mkdir()
        case "empty" | "text":
            path.write_text(kind.removeprefix("empty"))
        case "torn":
            path.write_bytes(_picture(path).read_bytes()[:80])
        case "huge":
            Image.new("1", (20_000, 10_000)).save(path)
        case "heavy":
            with path.open("wb") as file:
                file.truncate(400_000_001)


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        ("missing", exits.USAGE, "does not exist"),
        ("folder", exits.USAGE, "is no file"),
        ("empty", exits.BROKEN, "it is no PNG, JPEG or WebP file"),
        ("text", exits.BROKEN, "it is no PNG, JPEG or WebP file"),
        ("torn", exits.BROKEN, "can't be read"),
        ("huge", exits.BROKEN, "pixels"),
        ("heavy", exits.BROKEN, "too large"),
    ],
)
def test_what_is_no_picture_is_one_line(
    kind: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "screen.png"
    _no_picture(image, kind)
    assert main(["point", str(image), "x", *_model(tmp_path, SAVE)]) == code
    printed = capsys.readouterr()
    assert printed.err.startswith(f"handeye: {image}")
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert not (tmp_path / "screen.point.png").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["IMAGE"], exits.USAGE, "PHRASE"),
        (["IMAGE", "  "], exits.USAGE, "the phrase is empty"),
        (["", "x"], exits.USAGE, "is no file"),
        (["/", "x"], exits.USAGE, "is no file"),
        (["IMAGE", "x", "--out", "IMAGE"], exits.USAGE, "is the picture itself"),
        (["IMAGE", "x", "--out", "LINK"], exits.USAGE, "is the picture itself"),
        (["IMAGE", "x", "--out", "FOLDER"], exits.USAGE, "is a folder"),
        (["IMAGE", "x", "--out", "FOLDER/none/x.png"], exits.USAGE, "there is no folder"),
        (["IMAGE", "x", "--out", "x.jpg"], exits.USAGE, "ends in .png"),
        (["IMAGE", "x", "--out", ""], exits.USAGE, "ends in .png"),
        (["IMAGE", "x", "--model", "nemo"], exits.USAGE, "There is no model"),
        (["IMAGE", "x", "--codec", "nemo"], exits.USAGE, "model.codec"),
        (["IMAGE", "x", "--prompt", "nemo"], exits.USAGE, "model.prompt"),
        (["IMAGE", "x", "--model", "scripted:nowhere"], exits.BROKEN, "nowhere"),
        (["IMAGE", "x", "--model", "SILENT"], exits.BROKEN, "holds 0 replies"),
        (["IMAGE", "x", "--model", "PROSE"], exits.BROKEN, "The reply is not JSON"),
    ],
)
def test_wrong_use_and_broken_models_are_one_line_and_leave_nothing(
    words: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = _picture(tmp_path / "screen.png")
    before = image.read_bytes()
    link, folder = tmp_path / "link.png", tmp_path / "folder.png"
    link.hardlink_to(image)
    folder.mkdir()
    (tmp_path / "silent.jsonl").touch()
    (tmp_path / "prose.jsonl").write_text('"It is at the top."\n')
    names = {
        "IMAGE": str(image),
        "LINK": str(link),
        "SILENT": f"scripted:{tmp_path / 'silent.jsonl'}",
        "PROSE": f"scripted:{tmp_path / 'prose.jsonl'}",
    }
    given = [names.get(word, word).replace("FOLDER", str(folder)) for word in words]
    model = [] if "--model" in words else _model(tmp_path, SAVE)
    files = set(tmp_path.iterdir())
    assert main(["point", *given, *model]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("handeye: ")
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert set(tmp_path.iterdir()) == files
    assert image.read_bytes() == before


def test_the_help_says_where_the_copy_goes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["point", "--help"]) == exits.DONE
    assert "screen.point.png" in capsys.readouterr().out
