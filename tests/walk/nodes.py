"""An evaluation on a Ray cluster of two nodes on this machine, one of which is killed while it plays.

    python -m tests.walk.nodes FOLDER --episodes 24

Prints one JSON object: the table, and how many episodes took more than one try. Each node is a raylet of its own with
its own workers; killing one is killing its processes, as when a machine is gone.
"""

import argparse
import asyncio
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from agent.cluster.workers import cluster_players
from agent.evaluation.conduct import conduct
from agent.evaluation.report import Report
from tests.walk.forms import crew_of, pin

SOON = {"health_check_period_ms": 1000, "health_check_failure_threshold": 10, "health_check_initial_delay_ms": 5000}
"""A dead node is known after some seconds instead of half a minute; a busy machine is not dead."""
NODE = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}


MOMENT = 0.2
"""Seconds, fewer than an episode takes."""


def _await_player(node_id: str) -> None:
    """Until a player lives on that node: a busy machine takes long to begin one."""
    from ray._private import state

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(one["State"] == "ALIVE" and one["Address"]["NodeID"] == node_id for one in state.actors().values()):
            return
        time.sleep(0.05)
    raise RuntimeError("no player came to the second node")


def measure(folder: Path, episodes: int, pause: float, kill_after: int) -> tuple[Report, int]:
    """Play, and kill the second node once so many episodes are finished; the report and how many nodes were left."""
    import ray  # noqa: F401  before its cluster
    from ray.cluster_utils import Cluster

    cluster: Any = Cluster(initialize_head=True, head_node_args={**NODE, "_system_config": SOON})
    try:
        second = cluster.add_node(**{name: value for name, value in NODE.items() if name != "include_dashboard"})
        cluster.wait_for_nodes()

        def progress(played: int, total: int, result: object) -> None:
            sys.stderr.write(f"{played}/{total}\n")
            if played == kill_after:
                _await_player(second.node_id)
                # Whoever has just finished is given the next episode first.
                threading.Timer(MOMENT, cluster.remove_node, [second], {"allow_graceful": False}).start()

        company = cluster_players(crew_of(episodes, pause=pause), cluster.address, 2)
        report = asyncio.run(conduct(company, folder, pin, progress=progress, say=lambda line: None))
        return report, len(cluster.list_all_nodes())
    finally:
        cluster.shutdown()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--episodes", type=int, default=24)
    parser.add_argument("--pause", type=float, default=0.1)
    parser.add_argument("--kill-after", type=int, default=6)
    options = parser.parse_args()
    report, num_nodes = measure(options.folder, options.episodes, options.pause, options.kill_after)
    print(json.dumps({"nodes_left": num_nodes, "report": report.as_json()}))


if __name__ == "__main__":
    main()
