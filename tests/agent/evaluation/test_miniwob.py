import numpy as np
import pytest

from agent.errors import BenchmarkError
from agent.evaluation.miniwob import (
    DEFAULT_TASKS,
    HELDOUT_TASKS,
    MiniWobBenchmark,
    full_reward,
    named_tasks,
    suite_tasks,
)
from agent.evaluation.miniwob_tasks import ALL_TASKS, PIX2ACT_TASKS
from agent.evaluation.playing import Here, jobs_of
from agent.evaluation.run import evaluate
from agent.recorder import image_store, load
from agent.settings import EvaluationSettings
from agent.trajectory import Outcome
from perception.clients.scripted import ScriptedClient
from perception.observation import Frame, Observation
from sandboxes.environment import Transition
from sandboxes.errors import SandboxCrashed
from sandboxes.miniwob import find_html, page_names
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Score
from tests.walk.toy import policy_of

WAIT = '{"thought": "Wait", "action": "wait", "time": 0}'


class Page(PaintedEnvironment):
    """A form in the place of a page; one seed of it crashes at once."""

    instruction = "Click the button."

    def __init__(self, made: list) -> None:
        super().__init__()
        made.append(self)

    async def reset(self, task):
        """Any task's settings are those of the usual form."""
        if task.seed == 6:
            raise SandboxCrashed("the page crashed")
        return await super().reset(task.model_copy(update={"settings": {}}))


def test_every_task_has_the_same_seeds():
    episodes = MiniWobBenchmark(["click-test", "login-user"], seed=5, episodes=2).episodes()
    assert [(episode.name, episode.task.seed) for episode in episodes] == [
        ("click-test", 5),
        ("click-test", 6),
        ("login-user", 5),
        ("login-user", 6),
    ]
    assert len({episode.task.id for episode in episodes}) == 4
    settings = EvaluationSettings(seed=9, episodes=3)
    assert len(MiniWobBenchmark(settings=settings).episodes()) == 3 * len(DEFAULT_TASKS)


def test_no_task_and_unknown_tasks_are_refused():
    with pytest.raises(BenchmarkError, match="at least one task"):
        MiniWobBenchmark([])
    with pytest.raises(BenchmarkError, match='no task "click-tset"; there is click-test'):
        MiniWobBenchmark(["click-test", "click-tset"])


def test_the_heldout_tasks_exist_are_many_and_are_not_the_ones_measured_by_default():
    assert len(set(HELDOUT_TASKS)) == len(HELDOUT_TASKS) >= 15
    assert not set(HELDOUT_TASKS) & set(DEFAULT_TASKS)
    assert len(MiniWobBenchmark(HELDOUT_TASKS, episodes=1).episodes()) == len(HELDOUT_TASKS)
    assert (len(ALL_TASKS), len(PIX2ACT_TASKS)) == (125, 58)
    assert set(PIX2ACT_TASKS) <= set(ALL_TASKS) < set(page_names(find_html()))
    assert named_tasks("click-test, heldout,") == ("click-test", *HELDOUT_TASKS)


@pytest.mark.parametrize(("reward", "success"), [(1.0, True), (0.99, False), (-1.0, False), (0.0, False)])
def test_only_the_whole_reward_counts(reward, success):
    assert full_reward(Outcome(kind="finished", score=Score(reward=reward, success=True))) is success
    assert not full_reward(Outcome(kind="finished"))


async def test_a_page_that_crashed_is_counted_apart_and_made_anew():
    made = []
    settings = EvaluationSettings(max_steps=2)
    benchmark = MiniWobBenchmark(["click-test"], seed=5, episodes=3, settings=settings, make=lambda: Page(made))
    summed = await evaluate(benchmark, policy_of(ScriptedClient([WAIT] * 9)), seed=5)
    row = summed.tasks["click-test"]
    assert (row.episodes, row.crashed, row.success, row.steps) == (3, 1, 0.0, 2.0)
    assert len(made) == 4  # the first, after each of three tries


class Covering(Page):
    """Is over after any click, and then shows nothing of what was done."""

    async def step(self, action):
        """Blank and lost."""
        await super().step(action)
        return Transition(Observation(Frame(np.zeros((8, 8, 3), np.uint8))), reward=-1.0, terminated=True)


async def test_the_picture_of_an_episode_that_the_page_ended_is_of_what_it_ended_on(tmp_path):
    settings = EvaluationSettings(max_steps=2)
    benchmark = MiniWobBenchmark(["click-test"], seed=5, episodes=1, settings=settings, make=lambda: Covering([]))
    (job,) = jobs_of(benchmark.episodes())
    played = await Here(benchmark, policy_of(ScriptedClient([WAIT]))).play(job, tmp_path / "run")
    (step,) = load(tmp_path / "run").steps
    assert played.result.outcome == "environment_over"
    assert step.after is not None
    assert step.after.digest != step.before.digest
    assert played.picture == image_store(tmp_path / "run").path(step.before.digest).read_bytes()


def test_a_suite_is_a_name_or_a_file_of_names(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("# what I care about\nclick-test\n\n  login-user  \nclick-test\n")
    assert suite_tasks(str(path)) == ("click-test", "login-user")
    assert suite_tasks("heldout") == HELDOUT_TASKS
    assert suite_tasks("all") == ALL_TASKS
    for wrong in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(BenchmarkError, match="nor a file of that name that lists tasks; one of: default, heldout"):
            suite_tasks(str(wrong))
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BenchmarkError, match="there is no suite"):
        suite_tasks(str(path))
    path.write_text("# nothing\n")
    with pytest.raises(BenchmarkError, match="at least one task"):
        MiniWobBenchmark(suite_tasks(str(path)))
