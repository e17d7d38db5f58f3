"""Our environments pass Gymnasium's own check, and mean by its dictionaries what we mean by actions."""

from typing import Any

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from actions.action import Key, LeftClick, Terminate, Type
from perception.geometry import Point, Size
from sandboxes.errors import SandboxError
from sandboxes.gym import CHORDS, COMPUTER, GymEnv
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Task

SIZE = Size(width=320, height=224)
TASK = Task(id="form", instruction="", environment="painted", settings={"wanted": {"Name": "Ada", "Agree": True}})


@pytest.fixture
def env():
    made = GymEnv(PaintedEnvironment(), TASK, SIZE, max_steps=30)
    yield made
    made.close()
    made.close()


def given(kind: str, at: Point | None = None, text: str = "", keys: int = 0) -> dict[str, Any]:
    point = at or Point(x=0, y=0)
    place = np.array([point.x, point.y])
    number = np.array(0, np.float32)
    return {"kind": COMPUTER.index(kind), "at": place, "end": place, "text": text, "keys": keys, "pixels": 0} | {
        "seconds": number
    }


@pytest.mark.filterwarnings("ignore")  # the checker advises on much that is right as it is
def test_gymnasium_finds_nothing_wrong(env: GymEnv) -> None:
    check_env(env, skip_render_check=True)


def test_a_task_is_done_and_rewarded(env: GymEnv) -> None:
    form = env._environment
    assert isinstance(form, PaintedEnvironment)
    seen, _ = env.reset(seed=3)
    assert env.observation_space.contains(seen)
    at = {name: box.center for name, box in form.boxes.items()}
    for action in (
        given("left_click", at["Name"]),
        given("type", text="Ada"),
        given("left_click", at["Agree"]),
        given("left_click", at["Save"]),
    ):
        assert env.action_space.contains(action)
        seen, reward, terminated, truncated, _ = env.step(action)
        assert (terminated, truncated) == (False, False)
    seen, reward, terminated, truncated, _ = env.step(given("terminate"))
    assert (reward, terminated) == (1.0, True)
    assert (env.render() == seen).all()


def test_dictionaries_mean_actions(env: GymEnv) -> None:
    point = Point(x=7, y=9)
    assert env.action(given("left_click", point)) == LeftClick(at=point)
    assert env.action(given("type", text="a b")) == Type(text="a b")
    assert env.action(given("key", keys=CHORDS.index(("ctrl", "a")))) == Key(keys=("ctrl", "a"))
    assert env.action(given("terminate")) == Terminate(status="success")
    env.action_space.seed(1)
    for _ in range(200):
        assert env.action(env.action_space.sample()).kind in COMPUTER


def test_an_episode_that_is_too_long_is_truncated() -> None:
    env = GymEnv(PaintedEnvironment(), TASK, SIZE, max_steps=2)
    env.reset()
    assert [env.step(given("mouse_move"))[3] for _ in range(2)] == [False, True]
    env.close()


def test_another_size_is_said() -> None:
    class Larger(PaintedEnvironment):
        async def reset(self, task: Task):
            return await super().reset(task.model_copy(update={"viewport": Size(width=330, height=224)}))

    env = GymEnv(Larger(), TASK, SIZE)
    with pytest.raises(SandboxError, match="330x224 and not 320x224"):
        env.reset()
    env.close()
