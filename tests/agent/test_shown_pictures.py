from pathlib import Path

from actions.action import LeftClick, Type
from agent.demonstration import demonstration_of
from agent.shown_pictures import from_pictures
from perception.geometry import Point
from perception.observation import Frame
from perception.ocr import Line
from perception.recording.recording import Recording
from tests.perception.recording.films import page, with_arrow, with_box, write


def film(path: Path, parts: list) -> None:
    """Each part: seconds, what is on the page, where the pointer is."""
    now, shown = 0.0, []
    for seconds, pixels, place in parts:
        for _ in range(round(seconds * 10)):
            shown.append((now, with_arrow(pixels, *place)))
            now += 0.1
    write(path, shown)


def read(frame: Frame) -> Line:
    """Reads nothing where the line is plain, and one word where it is not."""
    dark = (frame.pixels < 60).any()
    return Line("Ada" if dark else "", 0.9)


TICKED = with_box(page(), 202, 22, 14, 14, level=90)


def test_a_change_where_the_pointer_rests_is_a_click(tmp_path: Path):
    film(tmp_path / "a.mp4", [(1, page(), (60, 30)), (0.8, page(), (208, 30)), (1.5, TICKED, (208, 30))])
    shown, clip = demonstration_of(tmp_path / "a.mp4")
    assert shown.source == "pictures"
    (step,) = shown.steps
    assert isinstance(step.action, LeftClick)
    assert abs(step.action.at.x - 208) <= 2
    assert abs(step.action.at.y - 30) <= 2
    assert 1.6 <= step.time <= 2.0
    assert 0.5 <= step.confidence < 1
    assert len(clip.frames) == 2


def test_a_look_that_goes_with_the_pointer_is_no_click(tmp_path: Path):
    hovered = with_box(page(), 180, 16, 80, 32, level=225)
    film(tmp_path / "b.mp4", [(1, page(), (60, 30)), (1, hovered, (208, 30)), (1.5, page(), (60, 34))])
    assert demonstration_of(tmp_path / "b.mp4")[0].steps == ()


def test_what_grows_in_the_line_that_was_clicked_is_typed(tmp_path: Path):
    field = with_box(page(), 20, 20, 200, 26, level=220)
    parts = [(1, page(), (280, 30)), (0.6, page(), (150, 30)), (0.8, field, (150, 30))]
    for letters in range(1, 6):
        parts.append((0.2, with_box(field, 26, 27, 8 * letters, 12, level=20), (150, 30)))
    parts.append((1.5, parts[-1][1], (150, 30)))
    film(tmp_path / "c.mp4", parts)
    recording = Recording(tmp_path / "c.mp4")
    click, typed = from_pictures(recording, recording.sample(traced=True), read=read)
    assert isinstance(click.action, LeftClick)
    assert typed.action == Type(text="Ada")
    assert typed.box is not None
    assert typed.box.contains(Point(x=40, y=33))
    assert typed.confidence < 0.95


def test_a_pointer_that_only_moves_does_nothing(tmp_path: Path):
    film(tmp_path / "d.mp4", [(0.6, page(), (20 + 37 * index % 250, 20 + 13 * index % 150)) for index in range(8)])
    assert demonstration_of(tmp_path / "d.mp4")[0].steps == ()
