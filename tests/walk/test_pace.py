"""The comparison of several players with one, small; `python -m tests.walk.pace` is the whole."""

import json
import subprocess
import sys

import pytest

END = {"thought": "Finished", "action": "terminate", "status": "success"}


@pytest.mark.slow
@pytest.mark.browser
def test_two_players_come_to_the_table_of_one_and_both_cost_something(repository, tmp_path):
    script = tmp_path / "script.jsonl"
    script.write_text((json.dumps(END) + "\n") * 4)
    words = ["--episodes", "2", "--parallel", "2", "--tasks", "click-test", "--model", f"scripted:{script}"]
    command = [sys.executable, "-m", "tests.walk.pace", *words]
    paced = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=280, check=False)
    assert paced.returncode == 0, paced.stderr
    said = json.loads(paced.stdout)
    assert said["same_table"]
    assert [pace["players"] for pace in said["paces"]] == [1, 2]
    for pace in said["paces"]:
        assert pace["episodes"] == 2
        assert pace["cpu_seconds_an_episode"] > 0.1
        assert pace["episodes_a_minute"] > 0


@pytest.mark.slow
def test_one_player_beside_itself_is_wrong_use(repository):
    command = [sys.executable, "-m", "tests.walk.pace", "--parallel", "1"]
    paced = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=100, check=False)
    assert paced.returncode == 1
    assert "--parallel: at least 2" in paced.stderr
