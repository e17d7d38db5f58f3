"""`handeye eval needle` on the bundled model, on random weights, and on a server that knows the answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.evaluation.needle import CLIP_FRAMES, SIZE, video
from tests.chat_server import ChatServer, chat, models
from ui.cli import exits
from ui.cli.main import main


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["eval", "needle", *arguments, "--json"]) == exits.DONE
    return json.loads(capsys.readouterr().out)


def test_one_frame_of_a_video_is_odd() -> None:
    (shown,) = video(20, 0.5, 123, 1)
    means = [frame.pixels.mean() for frame in shown.frames]
    assert max(range(20), key=lambda index: means[index]) == 10
    assert shown.frames[0].pixels.shape == (*SIZE, 3)
    assert shown.seconds[-1] == 9.5
    assert (video(20, 0.5, 123, 1)[0].frames[10].pixels == shown.frames[10].pixels).all()
    assert (video(20, 0.5, 124, 1)[0].frames[10].pixels != shown.frames[10].pixels).any()


def test_a_long_one_comes_in_clips_whose_times_go_on() -> None:
    clips = video(2 * CLIP_FRAMES + 6, 0.9, 123, 1)
    assert [len(clip.frames) for clip in clips] == [CLIP_FRAMES, CLIP_FRAMES, 6]
    assert clips[1].seconds[0] - clips[0].seconds[-1] == 0.5


def test_the_bundled_model_is_measured_and_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    small, large = told(["--tokens", "300,1200"], capsys)["lengths"]
    assert 200 < small["prompt_tokens"] < 400
    assert 900 < large["prompt_tokens"] < 1500
    assert small["accuracy"] == large["accuracy"] == "not measured"
    assert 0 < small["prefill_seconds"] <= small["seconds"]
    assert small["peak_mb"] > 100


def test_a_server_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    with ChatServer(chat('{"number": 123}'), pages={"/v1/models": models("m")}) as server:
        line = told(["--tokens", "300", "--episodes", "2", "--model", server.url], capsys)["lengths"][0]
        images = [part for part in server.requests[0]["messages"][0]["content"] if part["type"] == "image_url"]
    assert len(images) == line["num_frames"]
    assert (line["accuracy"], line["asked"], line["peak_mb"]) == ("0.0%", 2, 0)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["needle", "--tokens", "many"], "such as 2000,8000"),
        (["needle", "--tokens", "20"], "at least 200"),
        (["needle", "--shape", "240m", "--model", "http://127.0.0.1:1"], "leave it out with a server"),
        (["screens", "--tokens", "300"], "belongs to the suite needle"),
    ],
)
def test_wrong_use(flags: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", *flags]) == exits.USAGE
    assert words in capsys.readouterr().err


def test_a_size_that_there_is_not(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["eval", "needle", "--shape", "1t"]) == exits.BROKEN
    assert "take one of nano, 240m" in capsys.readouterr().err
