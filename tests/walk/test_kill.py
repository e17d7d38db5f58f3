"""Runs that are killed with -9, and runs that a person or the system stops."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from agent.recorder import load

KILLS = int(os.environ.get("KILLS", "50"))
"""How many kills fall; 1000 is the whole proof."""
STOPPED = """
import asyncio, sys
from pathlib import Path
from tests.walk.kills import SendingForm, go_on
class SlowForm(SendingForm):
    pause = 3
    async def under(self, action):
        await asyncio.sleep(self.pause)
        self.pause = 0
        return await super().under(action)
def tell(event):
    if event.type in ("run_started", "run_ended"):
        print(event.type, flush=True)
{before}
asyncio.run(go_on(Path(sys.argv[1]), "http://127.0.0.1:9", SlowForm, tell))
"""


@pytest.mark.slow
def test_runs_that_are_killed_lose_nothing_and_send_once(repository):
    command = [sys.executable, "-m", "tests.walk.kills", "--kills", str(KILLS), "--seed", "7"]
    killed = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert killed.returncode == 0, killed.stderr
    tally = json.loads(killed.stdout.splitlines()[-1])
    assert tally["kills"] >= KILLS
    assert tally["settled"] > 0
    # Of a few kills chance may put some more where only asking can tell; of 1000 it can't.
    assert tally["asked"] <= max(8, 0.05 * tally["kills"])


@pytest.mark.parametrize("in_background", [False, True])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_polite_stop_leaves_an_outcome_and_a_run_that_goes_on(tmp_path, repository, number, in_background):
    """The command line answers all three as Ctrl-C, but for Ctrl-C itself where a shell has it ignored."""
    before = "from ui.cli.main import _stop_as_by_ctrl_c\n_stop_as_by_ctrl_c()"
    command = [sys.executable, "-c", STOPPED.format(before=before), str(tmp_path)]
    handled = {True: "signal.SIG_IGN", False: "signal.default_int_handler"}[in_background]
    shell = [
        sys.executable,
        "-c",
        f"import os, signal, sys; signal.signal(2, {handled}); os.execv(sys.argv[1], sys.argv[1:])",
    ]
    with subprocess.Popen([*shell, *command], cwd=repository, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "run_started\n"
        time.sleep(0.05)
        process.send_signal(number)
        assert process.communicate(timeout=90)[0] == "run_ended\n"
    outcome = load(tmp_path / "run").run.outcome
    assert outcome is not None
    if in_background and number == signal.SIGINT:
        assert outcome.kind == "failed", "it went on, to where nobody answers"
    else:
        assert (outcome.kind, outcome.reason) == ("interrupted", "it was stopped; it can be resumed")
