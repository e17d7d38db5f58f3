"""Rewards by rule: what each reads from a run."""

from pathlib import Path

import pytest

from actions.action import LeftClick
from agent.training.rewards.checker import checked
from agent.training.rewards.format import malformed
from agent.training.rewards.length import overlong
from agent.training.rewards.mixing import mixed
from agent.training.rewards.repetition import repeated
from agent.training.rewards.reward import Prices, reward_of
from agent.trajectory import Outcome, Reply, RunRecord, Step, Trajectory, Verdict
from perception.geometry import Point, Size
from perception.observation import ImageRef
from sandboxes.task import Task

IMAGE = ImageRef(digest="0" * 64, size=Size(width=32, height=32))


def run(*steps: dict, success: bool | None = True) -> Trajectory:
    record = RunRecord(
        id="r",
        started="",
        task=Task(id="t", instruction="Do it."),
        model="m",
        outcome=Outcome(kind="finished", success=success),
    )
    given = [
        {"replies": (Reply(text="{}", finish="stop", token_ids=(1,) * 10),), "action": click(index), **step}
        for index, step in enumerate(steps)
    ]
    return Trajectory(
        run=record, steps=tuple(Step(index=index, time="", before=IMAGE, **step) for index, step in enumerate(given))
    )


def click(x: int) -> LeftClick:
    return LeftClick(at=Point(x=x, y=1))


@pytest.mark.parametrize(("success", "wanted"), [(True, 1.0), (False, 0.0), (None, 0.0)])
def test_only_the_checker_s_word_counts(success: bool | None, wanted: float, tmp_path: Path) -> None:
    assert checked(run({}, success=success), tmp_path) == wanted


def test_replies_that_are_no_action_count_by_their_share() -> None:
    bad = Reply(text="[]", finish="stop", error="no action")
    good = Reply(text="{}", finish="stop")
    assert malformed(run({"replies": (bad, good)}, {"replies": (good, good)})) == 0.25
    assert malformed(run()) == 0


@pytest.mark.parametrize(("count", "wanted"), [(10, 0), (20, 0), (30, 0.5), (40, 1), (90, 1)])
def test_length_is_free_at_first_and_then_dearer(count: int, wanted: float) -> None:
    reply = Reply(text="", finish="stop", token_ids=(1,) * count)
    assert overlong(run({"replies": (reply,)}), 20, 40) == wanted
    assert overlong(run({"replies": (reply,)}, {}), 20, 40) == wanted / 2


def test_the_same_again_to_no_end_is_repetition() -> None:
    vain, good = Verdict(changed=False), Verdict(changed=True)
    same = {"action": click(5)}
    assert repeated(run({**same, "verdict": vain}, same)) == 0.5
    assert repeated(run({**same, "verdict": good}, same)) == 0
    assert repeated(run({"verdict": vain}, {})) == 0, "another place is another try"
    circle = Reply(text="", finish="loop", error="cut")
    assert repeated(run({"replies": (circle,)})) == 1
    assert repeated(run()) == 0


@pytest.mark.parametrize(
    ("thought", "wanted"),
    [
        ("Click", 0),
        ("", 0),
        ("点击", 1),
        ("Click 点击", 2 / 7),
        ('Click "保存"', 0),
        ("Нажать", 1),
        ("1, 2!", 0),
    ],
)
def test_letters_of_another_script_than_the_task_s_are_mixing(thought: str, wanted: float) -> None:
    assert mixed(run({"thought": thought})) == pytest.approx(wanted)


def test_faults_take_off_their_price_and_never_a_success(tmp_path: Path) -> None:
    bad = Reply(text="[]", finish="loop", error="no action", token_ids=(1,) * 300)
    worst = run({"replies": (bad,), "action": None, "thought": "点击"})
    found = reward_of(worst, tmp_path, Prices())
    assert found.total == pytest.approx(0.5)
    assert (found.success, found.malformed, found.overlong, found.repeated, found.mixed) == (1, 1, 1, 1, 1)
    assert reward_of(run({}, success=False), tmp_path, Prices()).total == 0
