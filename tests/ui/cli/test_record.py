"""`handeye record` writes a folder that `handeye watch` reads."""

import json
from pathlib import Path

import pytest

from perception.recording.events import VIDEO_FILE
from tests.page_server import PageServer
from ui.cli import exits
from ui.cli.main import main


@pytest.mark.browser
def test_a_page_is_recorded_for_some_seconds(
    tmp_path: Path, page_server: PageServer, capsys: pytest.CaptureFixture[str]
):
    url = page_server.add("/", "<!doctype html><h1>Hello</h1>")
    words = ["record", str(tmp_path / "shown"), "--url", url, "--headless", "--seconds", "0.5", "--json"]
    assert main(words) == exits.DONE
    assert json.loads(capsys.readouterr().out)["recording"] == str(tmp_path / "shown")
    assert (tmp_path / "shown" / VIDEO_FILE).stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "--url is missing"),
        (["--on", "desktop", "--url", "http://x"], "are for browsers"),
        (["--url", "http://127.0.0.1:9/", "--seconds", "0"], "above 0"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], line: str):
    assert main(["record", str(tmp_path / "shown"), *words]) == exits.USAGE
    assert line in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
