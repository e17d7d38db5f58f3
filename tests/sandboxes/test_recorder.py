from pathlib import Path

import numpy as np
import pytest

from perception.errors import RecordingError
from perception.geometry import Point
from perception.observation import Frame
from perception.recording.events import EVENTS_FILE, VIDEO_FILE, Input, events_of
from perception.recording.recording import Recording
from sandboxes.recorder import Recorder, with_pointer

WHITE = Frame(np.full((91, 121, 3), 255, np.uint8))


def test_frames_and_events_lie_in_one_folder(tmp_path: Path):
    recorder = Recorder(tmp_path / "shown", draws_pointer=True)
    recorder.show(WHITE)
    recorder.show(WHITE)
    recorder.tell(Input(time=0.5, kind="press", at=Point(x=40, y=30)))
    recorder.close()
    recorder.close()
    assert events_of(tmp_path / "shown" / VIDEO_FILE) == [Input(time=0.5, kind="press", at=Point(x=40, y=30))]
    clip = Recording(tmp_path / "shown" / VIDEO_FILE).sample()
    assert str(clip.size) == "122x92", "odd sides get an edge"
    frame = Recording(tmp_path / "shown" / VIDEO_FILE).frames([clip.seconds])[0]
    assert frame.pixels[34:40, 41:43].mean() < 80, "the pointer is drawn"
    assert frame.pixels[60:, 80:].mean() > 240


def test_a_recording_is_not_written_over(tmp_path: Path):
    (tmp_path / EVENTS_FILE).write_text("")
    with pytest.raises(RecordingError, match="holds a recording already"):
        Recorder(tmp_path)


def test_without_a_picture_nothing_is_left(tmp_path: Path):
    Recorder(tmp_path / "shown").close()
    assert list((tmp_path / "shown").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="can't be written"):
        Recorder(tmp_path / "file" / "shown")


def test_a_pointer_at_the_edge_is_cut():
    assert with_pointer(WHITE, Point(x=120, y=90)).pixels.shape == WHITE.pixels.shape
