"""`handeye serve` answers over HTTP, ends on a signal without a traceback, and says what it can't do in one line."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.tiny_model import write_folder
from ui.cli import exits
from ui.cli.main import main


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal(repository: Path, tmp_path: Path, number: signal.Signals) -> None:
    folder = write_folder(tmp_path / "tiny")
    command = [sys.executable, "-m", "ui.cli.main", "serve", "--model", str(folder), "--port", "0", "--json"]
    ran = subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert ran.stdout is not None
        said = json.loads(ran.stdout.readline())
        assert said["model"] == "tiny"
        with httpx.Client(base_url=said["address"], trust_env=False, timeout=60) as http:
            assert http.get("/v1/models").json()["data"][0]["id"] == "tiny"
            asked = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 3}
            assert http.post("/v1/chat/completions", json=asked).json()["usage"]["completion_tokens"] == 3
    finally:
        ran.send_signal(number)
        _, wrong = ran.communicate(timeout=60)
    assert ran.returncode == exits.DONE
    assert "Traceback" not in wrong
    assert "serve: ended" in wrong


def test_a_port_that_is_taken_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--model", str(folder), "--port", str(port)]) == exits.BROKEN
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert f"port {port}: " in printed.err
    assert "--port N" in printed.err


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (["--port", "70000"], exits.USAGE, "a number from 0 to 65535"),
        (["--replicas", "0"], exits.USAGE, "--replicas 0: at least 1"),
        (["--host", "0.0.0.0"], exits.USAGE, "set HANDEYE_API_KEY"),
        (["--engine", "embedded", "--replicas", "2"], exits.USAGE, "--engine sglang"),
        (["--engine", "embedded", "--", "--tp", "2"], exits.USAGE, "takes no flags behind --"),
        (["--engine", "embedded", "--model", "no/such"], exits.USAGE, 'no model "no/such" on this machine'),
        (["--engine", "vllm", "--replicas", "2"], exits.USAGE, "SGLang only"),
        (["--engine", "embedded", "--sampling", "hot"], exits.USAGE, "instruct-text-large"),
        (["--engine", "embedded", "--dtype", "float64"], exits.USAGE, "the embedded engine has float32, bfloat16"),
        (["--engine", "sglang", "--sampling", "instruct"], exits.USAGE, "--sampling is for the embedded engine"),
    ],
)
def test_wrong_use(flags: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *flags]) == code
    printed = capsys.readouterr()
    assert words in printed.err
    assert printed.err.count("\n") == 1


def test_an_environment_that_is_not_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDEYE_SGLANG", str(tmp_path / "no"))
    assert main(["serve", "--engine", "sglang", "--device", "cpu"]) == exits.BROKEN
    assert "HANDEYE_SGLANG names no Python environment" in capsys.readouterr().err
