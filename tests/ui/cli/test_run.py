"""Runs from the command line, in a real browser on pages of our own server, with replies that were written before."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.recorder import load
from tests.desktops import needs
from tests.page_server import Page, PageServer
from ui.cli import exits
from ui.cli.main import main

PAGE = "<!doctype html><title>Form</title><body><input autofocus style='width: 200px'><p>Hello"
TYPE = {"thought": 'Type "Ada"', "action": "type", "text": "Ada"}
WAIT = {"thought": "Wait", "action": "wait", "time": 0.3}
END = {"thought": "Finished", "action": "terminate", "status": "success"}
GIVE_UP = {"thought": "I can't", "action": "terminate", "status": "failure"}

pytestmark = pytest.mark.browser


def _script(folder: Path, *replies: object) -> str:
    path = folder / "script.jsonl"
    path.write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    return f"scripted:{path}"


@pytest.fixture
def quiet(capfd: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    """What was printed, also by what the browser starts."""
    return capfd


def test_a_run_ends_with_its_folder_and_a_replay_page(
    tmp_path: Path, runs_folder: Path, page_server: PageServer, capsys: pytest.CaptureFixture[str]
) -> None:
    url = page_server.add("/form", PAGE)
    model = _script(tmp_path, TYPE, END)
    words = ["run", "Write Ada", "--url", url, "--model", model, "--runs", str(runs_folder), "--viewport", "320x224"]
    assert main(words) == exits.DONE
    printed = capsys.readouterr()
    (folder,) = runs_folder.iterdir()
    trajectory = load(folder)
    assert trajectory.run.asked == model
    assert str(trajectory.run.frame) == "320x224"
    assert (folder / "replay.html").is_file()
    assert 'Type "Ada"  type "Ada"  ok' in printed.out
    assert str(folder) in printed.out
    assert main(["verify", str(folder)]) == exits.DONE
    assert main(["replay", folder.name, "--runs", str(runs_folder), "--json"]) == exits.DONE


def test_json_is_one_object_and_progress_goes_elsewhere(
    tmp_path: Path, runs_folder: Path, page_server: PageServer, capsys: pytest.CaptureFixture[str]
) -> None:
    url = page_server.add("/form", PAGE)
    words = ["run", "x", "--url", url, "--model", _script(tmp_path, GIVE_UP), "--runs", str(runs_folder), "--json"]
    assert main(words) == exits.FAILED
    printed = capsys.readouterr()
    said = json.loads(printed.out)
    assert said["outcome"]["kind"] == "gave_up"
    assert Path(said["replay"]).is_file()
    assert "terminate failure" in printed.err


def test_a_step_limit_is_a_failed_task(
    tmp_path: Path, runs_folder: Path, page_server: PageServer, capsys: pytest.CaptureFixture[str]
) -> None:
    url = page_server.add("/form", PAGE)
    words = ["run", "x", "--url", url, "--model", _script(tmp_path, TYPE, TYPE), "--runs", str(runs_folder)]
    assert main([*words, "--max-steps", "1"]) == exits.FAILED
    assert "the step limit was reached" in capsys.readouterr().out


@pytest.mark.desktop
def test_a_run_on_a_desktop(tmp_path: Path, runs_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs("Xvfb", "openbox", "mousepad")
    words = ["run", "Write Ada", "--on", "desktop", "--launch", "mousepad", "--runs", str(runs_folder)]
    assert main([*words, "--model", _script(tmp_path, TYPE, END)]) == exits.DONE
    (folder,) = runs_folder.iterdir()
    run = load(folder).run
    assert (run.task.environment, str(run.frame)) == ("desktop", "1280x720")
    assert 'Type "Ada"  type "Ada"  ok' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["--url", "http://127.0.0.1:1/"], exits.BROKEN, "can't be opened"),
        (["--url", "gopher://x"], exits.USAGE, "an address begins with http://"),
        (["--url", "ABSENT"], exits.BROKEN, "404"),
        (["--url", "URL", "--viewport", "0x0"], exits.USAGE, "both sides must be at least 1"),
        (["--url", "URL", "--viewport", "wide"], exits.USAGE, "such as 1280x720"),
        (["--url", "URL", "--model", "nowhere"], exits.USAGE, 'There is no model "nowhere"'),
        (["--url", "URL", "--model", "http://127.0.0.1:1"], exits.BROKEN, "can't be reached"),
        (["--url", "URL", "--codec", "none"], exits.USAGE, "model.codec"),
        (["--url", "URL", "--model", "scripted:nowhere"], exits.BROKEN, "nowhere"),
        (["--url", "URL", "--max-steps", "0"], exits.USAGE, "run.max_steps"),
        (["--url", "URL", "--max-steps", "many"], exits.USAGE, "--max-steps"),
        (["--url", "URL", "--prompt", "none"], exits.USAGE, "model.prompt"),
        (["--url", "URL", "--sampling", "hot"], exits.USAGE, "model.sampling: There is no preset"),
        ([], exits.USAGE, "--url is missing"),
        (["--on", "desktop", "--url", "URL"], exits.USAGE, "name a desktop's program with --launch"),
        (["--url", "URL", "--launch", "x"], exits.USAGE, "add --on desktop"),
        (["--on", "moon"], exits.USAGE, "--on"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    flags: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    runs_folder: Path,
    page_server: PageServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = page_server.add("/form", PAGE)
    given = [{"URL": url, "ABSENT": f"{url}/absent"}.get(flag, flag) for flag in flags]
    model = [] if "--model" in given else ["--model", _script(tmp_path, END)]
    assert main(["run", "x", *given, *model, "--runs", str(runs_folder)]) == code
    printed = capsys.readouterr()
    assert printed.err.startswith("handeye: ")
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert list(runs_folder.iterdir()) == []


@pytest.mark.parametrize(("instruction", "said"), [("  ", "is empty"), ("caf\udce9", "is not UTF-8")])
def test_an_instruction_that_says_nothing_is_wrong_usage(
    instruction: str, said: str, tmp_path: Path, runs_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", instruction, "--url", "http://x", "--model", _script(tmp_path, END), "--runs", str(runs_folder)]
    assert main(words) == exits.USAGE
    assert said in capsys.readouterr().err
    assert list(runs_folder.iterdir()) == []


def test_a_corrupt_model_is_said_before_anything_begins(
    tmp_path: Path, runs_folder: Path, page_server: PageServer, capsys: pytest.CaptureFixture[str]
) -> None:
    url = page_server.add("/form", PAGE)
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{torn")
    words = ["run", "x", "--url", url, "--model", str(model), "--runs", str(runs_folder)]
    assert main(words) == exits.BROKEN
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert str(model) in printed.err
    assert list(runs_folder.iterdir()) == []
    assert page_server.requested == []


def test_a_page_that_never_loads_is_one_line(
    tmp_path: Path,
    runs_folder: Path,
    page_server: PageServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HANDEYE_BROWSER__LOAD_SECONDS", "0.5")
    url = page_server.add("/slow", Page(b"", stalls=True))
    words = ["run", "x", "--url", url, "--model", _script(tmp_path, END), "--runs", str(runs_folder)]
    assert main(words) == exits.BROKEN
    printed = capsys.readouterr()
    assert "did not load within 0.5 seconds" in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "kill"])
def test_a_run_that_is_told_to_stop_can_be_resumed(
    number: signal.Signals,
    tmp_path: Path,
    runs_folder: Path,
    page_server: PageServer,
    repository: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = page_server.add("/form", PAGE)
    model = _script(tmp_path, *[WAIT] * 100)
    words = ["run", "x", "--url", url, "--model", model, "--runs", str(runs_folder)]
    command = [sys.executable, "-m", "ui.cli.main", *words]
    ran = subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _wait_for_a_step(runs_folder)
    ran.send_signal(number)
    printed, wrong = ran.communicate(timeout=60)
    assert ran.returncode == exits.INTERRUPTED
    (folder,) = runs_folder.iterdir()
    assert f"handeye resume {folder}" in printed
    assert wrong == ""
    num_steps = len(load(folder).steps)
    _script(tmp_path, END)
    assert main(["resume", str(folder), "--runs", str(runs_folder)]) == exits.DONE
    capsys.readouterr()
    trajectory = load(folder)
    # A step that was cut in the middle is recorded as such, so that nothing is done twice.
    assert len(trajectory.steps) - num_steps in (1, 2)
    assert trajectory.steps[-1].thought == END["thought"]
    assert trajectory.run.outcome is not None
    assert trajectory.run.outcome.kind == "finished"
    assert main(["resume", str(folder)]) == exits.DONE
    assert "has ended already" in capsys.readouterr().out


def _wait_for_a_step(runs: Path) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        if any(path.stat().st_size for path in runs.glob("*/steps.jsonl")):
            return
        time.sleep(0.05)
    raise AssertionError("no step was recorded")


def test_a_runs_folder_that_cannot_be_made_is_one_line(
    tmp_path: Path, page_server: PageServer, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    url = page_server.add("/form", PAGE)
    words = ["run", "x", "--url", url, "--model", _script(tmp_path, END), "--runs", str(tmp_path / "file" / "runs")]
    assert main(words) == exits.BROKEN
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert str(tmp_path / "file") in printed.err
    assert os.listdir(tmp_path).count("file") == 1
