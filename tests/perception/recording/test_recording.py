import os
from pathlib import Path

import av
import numpy as np
import pytest

from perception.errors import RecordingError
from perception.recording.recording import Budget, Limits, Recording
from tests.perception.recording.films import page, steady, with_arrow, with_box, write

STATES = [page(), with_box(page(), 30, 20, 12, 12), with_box(page(), 200, 20, 60, 30), page(seed=5)]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four states, a second each."""
    path = tmp_path_factory.mktemp("films") / "shown.mp4"
    write(path, steady([(1.0, state) for state in STATES]))
    return path


def near(one: np.ndarray, other: np.ndarray) -> bool:
    return float(np.abs(one.astype(int) - other.astype(int)).mean()) < 6


def test_each_state_is_sampled_once_with_its_time(shown: Path):
    clip = Recording(shown).sample()
    assert [int(frame.time) for frame in clip.frames] == [0, 1, 2, 3]
    assert all(near(frame.pixels, state) for frame, state in zip(clip.frames, STATES, strict=True))
    assert str(clip.size) == "320x240"
    assert clip.notes == ()


def test_a_pointer_that_wanders_and_a_caret_that_blinks_are_no_states(tmp_path: Path):
    def pictures():
        for tick in range(80):
            picture = with_arrow(page(), 20 + tick * 37 % 270, 20 + tick * 23 % 190)
            yield tick / 10, with_box(picture, 30, 30, 2, 16) if tick // 5 % 2 else picture

    write(tmp_path / "still.mp4", pictures())
    assert len(Recording(tmp_path / "still.mp4").sample().frames) <= 2


def test_what_never_rests_is_sampled_now_and_then(tmp_path: Path):
    write(tmp_path / "film.mp4", ((tick / 10, page(seed=tick)) for tick in range(100)))
    assert 3 <= len(Recording(tmp_path / "film.mp4").sample().frames) <= 8


def test_a_budget_makes_frames_smaller_and_fewer(tmp_path: Path):
    states = [with_box(page(640, 480, seed), 300, 20, 50, 20) for seed in range(8)]
    write(tmp_path / "many.mp4", steady([(1.0, state) for state in states]))
    clip = Recording(tmp_path / "many.mp4").sample(Budget(frame_tokens=100, tokens=400))
    assert len(clip.frames) == 4
    assert clip.frames[0].time == 0
    assert all(frame.size.width * frame.size.height <= 100 * 1024 for frame in clip.frames)


def test_frames_at_given_times_are_whole_and_in_order(shown: Path):
    frames = Recording(shown).frames([3.5, 0.2, 1.5])
    assert all(near(frame.pixels, STATES[index]) for frame, index in zip(frames, (3, 0, 1), strict=True))


def test_a_rate_that_varies_keeps_the_clock(tmp_path: Path):
    write(
        tmp_path / "vary.webm",
        [(0, STATES[0]), (7.0, STATES[1]), (7.05, STATES[2]), (20.0, STATES[3])],
        codec="libvpx-vp9",
    )
    clip = Recording(tmp_path / "vary.webm").sample()
    assert [round(frame.time) for frame in clip.frames] in ([0, 7, 20], [0, 8, 20])
    assert near(clip.frames[1].pixels, STATES[2])


def test_a_turned_video_is_upright(tmp_path: Path, shown: Path):
    turned = tmp_path / "turned.mp4"
    data = bytearray(shown.read_bytes())
    # The matrix of the track header: 90 degrees clockwise instead of none (ISO/IEC 14496-12, 8.3.2).
    identity = b"".join(n.to_bytes(4, "big") for n in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))
    quarter = b"".join(n.to_bytes(4, "big") for n in (0, 0x10000, 0, 0xFFFF0000, 0, 0, 240 << 16, 0, 0x40000000))
    at = data.index(identity, data.index(b"tkhd"))
    data[at : at + len(identity)] = quarter
    turned.write_bytes(data)
    clip = Recording(turned).sample()
    assert str(clip.size) == "240x320"
    assert near(clip.frames[0].pixels, np.rot90(STATES[0], -1))


def test_a_file_that_was_cut_gives_what_is_left_and_says_so(tmp_path: Path):
    whole, cut = tmp_path / "whole.mkv", tmp_path / "cut.mkv"
    write(whole, steady([(1.0, page(seed=index)) for index in range(12)]))
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    clip = Recording(cut).sample()
    assert 2 <= len(clip.frames) < 12
    assert any("ends early" in note or "breaks off" in note for note in clip.notes)


def test_damaged_pictures_are_left_out(tmp_path: Path, shown: Path):
    data = bytearray(shown.read_bytes())
    media = data.index(b"mdat")
    for at in range(media + 2000, len(data) - 2000, 400):
        data[at : at + 40] = os.urandom(40)
    (tmp_path / "damaged.mp4").write_bytes(data)
    try:
        clip = Recording(tmp_path / "damaged.mp4").sample()
    except RecordingError as error:
        assert str(error).endswith(".")  # noqa: PT017
    else:
        assert clip.frames


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.mp4", b"no video at all", "no video"),
        ("empty.mp4", b"", "no video"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "no video"),
        ("list.ffconcat", b"ffconcat version 1.0\nfile /etc/passwd\n", "no video"),
    ],
)
def test_what_is_no_video_is_one_sentence(tmp_path: Path, name: str, content: bytes, words: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RecordingError, match=words) as raised:
        Recording(tmp_path / name).sample()
    assert str(tmp_path / name) in str(raised.value)


def test_sound_alone_is_no_video(tmp_path: Path):
    with av.open(str(tmp_path / "sound.mkv"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(RecordingError, match="no video in it"):
        Recording(tmp_path / "sound.mkv").sample()


def test_pictures_that_are_too_large_are_refused(shown: Path):
    with pytest.raises(RecordingError, match="320x240 pixels, which is too large"):
        Recording(shown, limits=Limits(pixels=10_000)).sample()


def test_memory_has_a_limit(tmp_path: Path):
    write(tmp_path / "large.mp4", [(0, np.zeros((1080, 1920, 3), np.uint8))])
    with pytest.raises(RecordingError, match="more than 64 MB of memory"):
        Recording(tmp_path / "large.mp4", limits=Limits(memory=64 << 20)).sample()


def test_time_has_a_limit_and_what_was_found_by_then_is_given(shown: Path):
    clip = Recording(shown, limits=Limits(seconds=1e-6)).sample()
    assert len(clip.frames) == 1
    assert "it took more than" in clip.notes[0]


def test_what_is_no_file_is_said(tmp_path: Path):
    with pytest.raises(RecordingError, match="does not exist"):
        Recording(tmp_path / "none.mp4")
    with pytest.raises(RecordingError, match="is no file"):
        Recording(tmp_path)
