"""Runs that another assistant asks for, in real Chromium: its calls wait for people, and nothing outlives it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from agent.guard.question import Question, Questions
from agent.recorder import load
from tests.desktops import needs
from tests.page_server import PageServer
from tests.processes import command_of, processes
from tests.ui.console.shop import DRAFT, PAGE, SEND, press, reply
from tests.ui.mcp.assistant import REPOSITORY, asked, command, picture_of, words_of
from ui.cli import exits
from ui.cli.main import main

pytestmark = [pytest.mark.browser, pytest.mark.slow]

END = reply("terminate", "All is sent", status="success")
WAIT = reply("wait", "Wait", time=0.3)


def wait_until(holds: Callable[[], Any], seconds: float = 40.0) -> Any:
    """Wait for what takes a moment."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not in {seconds} s")


def steps_in(runs: Path, name: str = "*") -> Path | None:
    """The run of such a name that has recorded a step."""
    return next((path.parent for path in runs.glob(f"{name}/steps.jsonl") if path.stat().st_size), None)


async def question_in(runs: Path, number: int = 0) -> tuple[Path, Question]:
    """The question that a run asks after so many answers."""

    def found() -> tuple[Path, Question] | None:
        asking = [(folder, one) for folder in runs.iterdir() for one in Questions(folder).open()]
        answered = len(list(runs.glob("*/questions/*.answer.json")))
        return asking[0] if asking and answered == number else None

    return await asyncio.to_thread(wait_until, found)


async def test_a_question_blocks_until_a_person_has_answered(tmp_path: Path, page_server: PageServer) -> None:
    url = page_server.add("/shop", PAGE)
    told: list[str] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append(message or "")

    params = command(tmp_path, replies=[press(SEND), press(SEND), press(DRAFT), END])
    async with Client(params) as client:
        call = asyncio.create_task(
            client.call_tool("run_task", {"task": "Keep draft", "url": url}, progress_callback=hear)
        )
        folder, question = await question_in(tmp_path / "runs")
        await asyncio.sleep(1.0)
        assert not call.done()
        assert any("Only a person can answer" in words and question.id in words for words in told)
        waiting = await client.call_tool("look_at_run", {"run": folder.name})
        assert f"{question.id} approve" in words_of(waiting)
        assert picture_of(waiting) is not None
        assert question.id in await asked(client, "open_questions")
        assert main(["answer", str(folder), question.id, "approve"]) == exits.DONE
        folder, second = await question_in(tmp_path / "runs", 1)
        assert not call.done()
        assert main(["answer", str(folder), second.id, "refuse", "--reason", "once is enough"]) == exits.DONE
        result = await call
    assert not result.is_error, words_of(result)
    assert result.structured_content["run"] == folder.name
    assert result.structured_content["text"] == "All is sent"
    assert "the model said it is finished" in words_of(result)
    steps = load(folder).steps
    assert [step.verdict is not None for step in steps[:3]] == [True, False, True]
    assert "once is enough" in steps[1].error
    assert (folder / "replay.html").is_file()


async def test_the_bundled_model_does_a_task(tmp_path: Path, page_server: PageServer) -> None:
    url = page_server.add("/shop", PAGE)
    async with Client(command(tmp_path)) as client:
        result = await client.call_tool("run_task", {"task": 'Click "Keep draft"', "url": url, "max_steps": 2})
        assert not result.is_error, words_of(result)
        run = result.structured_content["run"]
        trajectory = load(tmp_path / "runs" / run)
        assert trajectory.run.asked == "nano"
        assert trajectory.run.settings["max_steps"] == 2
        assert 1 <= len(trajectory.steps) <= 2
        assert f"{run}:" in await asked(client, "list_runs")
        shown = await client.call_tool("look_at_run", {"run": run, "step": 1})
        assert picture_of(shown) is not None


async def test_a_run_is_started_watched_stopped_and_called_off(tmp_path: Path, page_server: PageServer) -> None:
    url = page_server.add("/shop", PAGE)
    runs = tmp_path / "runs"
    async with Client(command(tmp_path, replies=[WAIT] * 500)) as client:
        begun = await client.call_tool("run_task", {"task": "Wait", "url": url, "wait": False})
        run = begun.structured_content["run"]
        assert "goes on" in words_of(begun)
        await asyncio.to_thread(wait_until, lambda: steps_in(runs))
        assert "1. Wait; wait 0.3 s; ok" in await asked(client, "look_at_run", run=run)
        stopped = await asked(client, "stop_run", run=run)
        assert "interrupted: it was stopped and can be resumed" in stopped
        assert f"handeye resume {runs / run}" in stopped
        call = asyncio.create_task(client.call_tool("run_task", {"task": "Wait again", "url": url}))
        other = await asyncio.to_thread(wait_until, lambda: steps_in(runs, "*-wait-again-*"))
        call.cancel()
        await asyncio.to_thread(wait_until, lambda: load(other).run.outcome)
    outcomes = [load(folder).run.outcome for folder in (runs / run, other)]
    assert [outcome.kind for outcome in outcomes if outcome is not None] == ["interrupted", "interrupted"]


@pytest.mark.desktop
async def test_a_desktop_begins_with_a_program_that_is_allowed(tmp_path: Path) -> None:
    needs("Xvfb", "openbox", "mousepad")
    replies = [reply("type", "Write it", text="Ada"), END]
    async with Client(command(tmp_path, "--launch", "mousepad", replies=replies)) as client:
        arguments = {"task": "Write Ada", "on": "desktop", "launch": "mousepad"}
        result = await client.call_tool("run_task", arguments)
        assert not result.is_error, words_of(result)
    run = load(tmp_path / "runs" / result.structured_content["run"]).run
    assert (run.task.environment, run.task.settings) == ("desktop", {"launch": [["mousepad"]]})
    assert str(run.frame) == "1280x720"


async def test_a_page_that_can_not_be_opened_is_a_sentence(tmp_path: Path) -> None:
    async with Client(command(tmp_path, replies=[END])) as client:
        result = await client.call_tool("run_task", {"task": "Look", "url": "http://127.0.0.1:1/"})
        assert result.is_error
        assert "can't be opened" in words_of(result)
    assert list((tmp_path / "runs").iterdir()) == []


CLIENT = """
import asyncio, sys
from mcp import Client
from tests.ui.mcp.assistant import command
from pathlib import Path

async def main():
    async with Client(command(Path(sys.argv[1]), replies=None, *sys.argv[3:])) as client:
        await client.call_tool("run_task", {"task": "Wait", "url": sys.argv[2]})

asyncio.run(main())
"""


@pytest.mark.parametrize("ends", ["client", "server"])
def test_a_client_that_is_killed_leaves_a_run_to_resume_and_no_process(
    ends: str, tmp_path: Path, page_server: PageServer, capsys: pytest.CaptureFixture[str]
) -> None:
    url = page_server.add("/shop", PAGE)
    script = tmp_path / "script.jsonl"
    command(tmp_path, replies=[WAIT] * 500)
    words = [sys.executable, "-c", CLIENT, str(tmp_path), url, "--model", f"scripted:{script}"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(words, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as client:
        folder = wait_until(lambda: steps_in(tmp_path / "runs"))
        below = [pid for pid, _ in processes(client.pid)]
        assert any("chrom" in command_of(pid) for pid in below)
        if ends == "client":
            client.kill()
        else:
            os.kill(below[0], signal.SIGTERM)
        client.wait(30)
    wait_until(lambda: not any(command_of(pid) for pid in below))
    outcome = load(folder).run.outcome
    assert outcome is not None
    assert outcome.kind == "interrupted"
    command(tmp_path, replies=[END])
    assert main(["resume", str(folder), "--runs", str(tmp_path / "runs")]) == exits.DONE
    capsys.readouterr()
    assert load(folder).steps[-1].thought == "All is sent"


def test_a_server_that_is_told_to_end_does_not_wait_for_its_client(tmp_path: Path) -> None:
    params = command(tmp_path, replies=[])
    words = [params.command, *params.args]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=params.env
    ) as ran:
        assert ran.stdin is not None
        assert ran.stdout is not None
        ran.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        ran.stdin.flush()
        assert ran.stdout.readline()
        ran.send_signal(signal.SIGTERM)
        assert ran.wait(20) == exits.INTERRUPTED
        ran.stdin.close()
        assert ran.stdout.read() == b""
