"""`handeye console` prints its link, answers on loopback alone, and ends on Ctrl-C without a traceback."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ui.cli import exits
from ui.cli.main import main


def test_it_serves_until_ctrl_c(repository: Path, runs_folder: Path) -> None:
    command = [sys.executable, "-m", "ui.cli.main", "console", "--port", "0", "--runs", str(runs_folder), "--json"]
    for place in ("evaluations", "training", "current", "datasets"):
        command += [f"--{place}", str(runs_folder.parent / place)]
    ran = subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert ran.stdout is not None
        link = json.loads(ran.stdout.readline())["link"]
        assert link.startswith("http://127.0.0.1:")
        with httpx.Client(trust_env=False, timeout=30) as client:
            root = link.partition("/enter")[0]
            assert client.get(root).status_code == 403
            assert client.get(link).status_code == 200
            page = client.get(root)
            assert page.status_code == 200
            assert "gradio" in page.text
            assert "fonts.googleapis" not in page.text
            assert "cdnjs" not in page.text
    finally:
        ran.send_signal(signal.SIGINT)
        _, wrong = ran.communicate(timeout=60)
    assert ran.returncode == exits.DONE
    assert "Traceback" not in wrong


def test_a_port_that_is_taken_is_one_line(capsys: pytest.CaptureFixture[str], runs_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["console", "--port", str(port), "--runs", str(runs_folder)]) == exits.BROKEN
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert f"port {port}: " in printed.err
    assert "--port N" in printed.err


def test_a_port_that_is_none_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["console", "--port", "70000"]) == exits.USAGE
    assert "a number from 0 to 65535" in capsys.readouterr().err
