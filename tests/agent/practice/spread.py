"""Practice with a player on each of two machines of a Ray cluster, which are two nodes on this one.

    python -m tests.agent.practice.spread MODEL FOLDER

Prints on how many of them a player lived.
"""

import sys
from typing import Any

from agent.practice.practice import practise
from agent.training.rl import RlConfig
from tests.agent.practice.leaning import SMALL, LeaningCourse
from tests.walk.nodes import NODE


def main(model: str, folder: str) -> None:
    """The cluster is ended with it."""
    import ray  # noqa: F401  before its cluster
    from ray._private import state
    from ray.cluster_utils import Cluster

    cluster: Any = Cluster(initialize_head=True, head_node_args=NODE)
    places: set[str] = set()

    def note(_: object) -> None:
        actors = state.actors().values()
        places.update(one["Address"]["NodeID"] for one in actors if one["State"] == "ALIVE")

    try:
        cluster.add_node(**{name: value for name, value in NODE.items() if name != "include_dashboard"})
        cluster.wait_for_nodes()
        given = {**SMALL, "steps": 3, "workers": 2, "keep_runs": True, "cluster": cluster.address}
        practise(RlConfig(model=model, folder=folder, **given), note, LeaningCourse())
    finally:
        cluster.shutdown()
    print(len(places))


if __name__ == "__main__":
    main(*sys.argv[1:])
