"""Tasks that environments pose themselves are measured like any other, also beside those of another benchmark."""

import pytest

from agent.errors import BenchmarkError
from agent.evaluation.posed import PosedBenchmark, Together
from agent.evaluation.run import evaluate
from agent.settings import EvaluationSettings
from perception.clients.scripted import ScriptedClient
from sandboxes.environment import Environment
from sandboxes.errors import SandboxCrashed
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Score, Task
from tests.walk.toy import policy_of

WAIT = '{"thought": "Wait", "action": "wait", "time": 0}'
SETTINGS = EvaluationSettings(max_steps=1)


class Posed(PaintedEnvironment):
    """A form that says what to do; its odd seeds turn out well by themselves, and one breaks."""

    instruction = "Wait for it."

    def __init__(self) -> None:
        super().__init__()
        self.seed, self.closed, self.steps = 0, False, 0

    async def reset(self, task: Task):  # type: ignore[no-untyped-def]
        if task.seed == 4:
            raise SandboxCrashed("it broke")
        self.seed, self.steps = task.seed, 0
        return await super().reset(task)

    async def step(self, action):  # type: ignore[no-untyped-def]
        self.steps += 1
        return await super().step(action)

    async def score(self) -> Score:
        success = self.steps > 0 and self.seed % 2 == 1
        return Score(reward=float(success), success=success)

    async def close(self) -> None:
        self.closed = True


def benchmark(made: list[Posed], *names: str, episodes: int = 4) -> PosedBenchmark:
    def make(name: str) -> Environment:
        made.append(Posed())
        return made[-1]

    return PosedBenchmark(names, seed=1, episodes=episodes, settings=SETTINGS, make=make)


async def test_a_row_an_environment_and_one_that_broke_is_made_anew() -> None:
    made: list[Posed] = []
    policy = policy_of(ScriptedClient([WAIT] * 20))
    found = await evaluate(benchmark(made, "one", "two"), policy, seed=1, retries=0)
    assert {name: (row.episodes, row.crashed) for name, row in found.tasks.items()} == {"one": (4, 1), "two": (4, 1)}
    assert found.tasks["one"].success == pytest.approx(2 / 3, abs=1e-3)
    assert all(one.closed for one in made if one.seed), "nothing is left open"


async def test_several_benchmarks_are_one() -> None:
    made: list[Posed] = []
    both = Together(benchmark(made, "one", episodes=2), benchmark(made, "two", episodes=1))
    assert [(episode.name, episode.task.seed) for episode in both.episodes()] == [("one", 1), ("one", 2), ("two", 1)]
    found = await evaluate(both, policy_of(ScriptedClient([WAIT] * 20)), seed=1)
    assert {name: row.success for name, row in found.tasks.items()} == {"one": 0.5, "two": 1.0}


def test_an_environment_that_poses_nothing_is_refused() -> None:
    with pytest.raises(BenchmarkError, match='"plain" draws no task from a seed'):
        PosedBenchmark(["plain"], seed=1, episodes=1, settings=SETTINGS, make=lambda name: PaintedEnvironment())
