"""Tasks of MiniWoB++ and of environments that pose their own may be named together."""

import argparse

import pytest

from agent.settings import Settings
from ui.cli import exits
from ui.cli.suite import benchmark_of


async def named(tasks: str) -> list[tuple[str, str, int]]:
    """Of each episode its row, its environment and its seed."""
    flags = argparse.Namespace(suite="miniwob", tasks=tasks, task_suite=None, episodes=1)
    async with benchmark_of(flags, Settings(), 7) as benchmark:
        return [(one.name, one.task.environment, one.task.seed) for one in benchmark.episodes()]


async def test_both_are_played_as_one_suite() -> None:
    page, parcel = ("click-test", "miniwob", 7), ("parcel", "parcel", 7)
    assert await named("parcel,click-test") == [page, parcel]
    assert await named("click-test") == [page]
    assert await named("parcel") == [parcel]


@pytest.mark.parametrize(
    ("tasks", "said"),
    [("click-test,demo", '"demo" draws no task'), ("miniwob", 'no task "miniwob"'), ("parcels", 'no task "parcels"')],
)
async def test_what_poses_nothing_is_refused(tasks: str, said: str) -> None:
    with pytest.raises(exits.UsageError, match=said):
        await named(tasks)
