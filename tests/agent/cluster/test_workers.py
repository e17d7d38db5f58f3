"""Playing on a Ray cluster comes to the same table as in this process, also when a node is killed meanwhile."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from tests.walk.forms import crew_of, play


@pytest.mark.slow
def test_a_node_that_is_killed_changes_nothing(tmp_path, repository):
    command = [sys.executable, "-m", "tests.walk.nodes", str(tmp_path / "cluster"), "--episodes", "12"]
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
    run = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, timeout=280, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    said = json.loads(run.stdout.splitlines()[-1])
    alone = json.loads(json.dumps(asyncio.run(play(tmp_path / "alone", crew_of(12))).as_json()))
    assert said["nodes_left"] == 1
    assert said["report"].pop("retried") >= 1
    del alone["retried"]
    for table in (alone, said["report"]):
        for row in table["tasks"].values():
            del row["seconds"]
    assert said["report"] == alone


def test_without_a_cluster_the_way_to_one_is_said(repository):
    """In a process of its own: Ray stays in the one that imported it."""
    program = """
import asyncio
from agent.cluster.workers import cluster_players
from agent.errors import ClusterError
from tests.walk.forms import crew_of
async def enter():
    async with cluster_players(crew_of(1), "127.0.0.1:9"):
        pass
try:
    asyncio.run(enter())
except ClusterError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, timeout=120, check=False
    )
    assert "there is no Ray cluster at 127.0.0.1:9" in run.stdout, run.stderr[-2000:]
    assert run.stdout.endswith("ray start --head\n")
