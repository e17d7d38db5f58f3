"""An evaluation that is killed goes on where it was; what changed underneath is refused."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from agent.errors import RecordBusy, RecordError
from agent.evaluation.conduct import summary
from agent.evaluation.manifest import read_manifest, save
from agent.evaluation.results import RESULTS, Results, read_results
from tests.walk.forms import begun, crew_of, play


def table(folder: Path) -> dict:
    """What has to be equal, whoever played: all but the time it took."""
    plain = summary(folder).model_dump(exclude={"retried"})
    return {**plain, "tasks": {name: {**row, "seconds": 0} for name, row in plain["tasks"].items()}}


def lines_of(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.slow
@pytest.mark.parametrize("parallel", [1, 2])
def test_what_was_killed_goes_on_without_repeating_anything(tmp_path, repository, parallel):
    folder, log = tmp_path / "killed", tmp_path / "begun.txt"
    command = [sys.executable, "-m", "tests.walk.forms", str(folder), "--episodes", "9", "--parallel", str(parallel)]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while lines_of(folder / RESULTS) < 3:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    pids = {pid for pid, _ in begun(log)}
    deadline = time.monotonic() + 30
    while any(alive(pid) for pid in pids):  # its players leave when it is gone
        assert time.monotonic() < deadline
        time.sleep(0.05)
    finished = {line.seed for line in read_results(folder)}
    assert 3 <= len(finished) < 9
    with (folder / RESULTS).open("ab") as file:
        file.write(b'{"schema_version":2,"number":9,"rep')  # as a kill in the middle of a write leaves it
    before = Counter(seed for _, seed in begun(log))

    asyncio.run(play(folder, crew_of(9, log=log)))
    asyncio.run(play(tmp_path / "whole", crew_of(9)))
    after = Counter(seed for _, seed in begun(log)) - before
    assert set(after) == set(range(9)) - finished
    assert sorted(line.seed for line in read_results(folder)) == list(range(9))
    assert table(folder) == table(tmp_path / "whole")


async def test_a_failed_episode_leaves_its_last_screen(tmp_path):
    await play(tmp_path, crew_of(3))
    pictures = [line.picture for line in read_results(tmp_path)]
    assert pictures == ["", "", "pictures/00003-bob.png"]
    assert (tmp_path / pictures[2]).read_bytes().startswith(b"\x89PNG")


async def test_repeats_are_summed_up_each(tmp_path):
    report = await play(tmp_path, crew_of(3), repeats=2)
    assert (report.episodes, report.repeats) == (6, (0.6667, 0.6667))
    assert report.tasks["ada"].success == 1.0


async def test_another_evaluation_is_not_mixed_in(tmp_path):
    await play(tmp_path, crew_of(3))
    with pytest.raises(RecordError, match="episodes_hash is not as it was"):
        await play(tmp_path, crew_of(4))
    save(read_manifest(tmp_path).model_copy(update={"weights": {"model.safetensors": "0"}}), tmp_path)
    with pytest.raises(RecordError, match="weights is not as it was"):
        await play(tmp_path, crew_of(3))
    assert len(read_results(tmp_path)) == 3


async def test_a_folder_is_written_by_one(tmp_path):
    results = Results(tmp_path)
    with pytest.raises(RecordBusy):
        await play(tmp_path, crew_of(3))
    results.close()


async def test_results_that_were_changed_are_refused(tmp_path):
    await play(tmp_path, crew_of(3))
    path = tmp_path / RESULTS
    path.write_bytes(path.read_bytes().replace(b'"success":false', b'"success":true', 1))
    with pytest.raises(RecordError, match=r"results\.jsonl, line 3 does not match its checksum"):
        await play(tmp_path, crew_of(3))
