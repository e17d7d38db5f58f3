"""A real MiniWoB++ page, walked by a scripted model that knows where click-test has its button."""

import pytest

from actions.action import Decision, LeftClick
from agent.evaluation.miniwob import MiniWobBenchmark
from agent.evaluation.run import evaluate
from perception.geometry import Point
from sandboxes.miniwob import MiniWobEnvironment
from tests.walk.toy import follower, policy_of

pytestmark = pytest.mark.browser


async def test_click_test_is_won_by_a_click_on_its_button_and_lost_by_none(chromium, runs_folder):
    benchmark = MiniWobBenchmark(["click-test"], seed=1, episodes=1, make=lambda: MiniWobEnvironment(chromium=chromium))
    (episode,) = benchmark.episodes()
    environment = MiniWobEnvironment(chromium=chromium)
    await environment.reset(episode.task)
    box = await environment.browser.page.locator("#subbtn").bounding_box()
    await environment.close()
    assert box is not None
    button = Point(x=int(box["x"] + box["width"] / 2), y=int(box["y"] + box["height"] / 2))
    click = Decision(thought="Click the button", action=LeftClick(at=button))
    summed = await evaluate(benchmark, policy_of(follower([click])), seed=1, folder=runs_folder)
    row = summed.tasks["click-test"]
    assert (row.episodes, row.crashed, row.success, row.steps) == (1, 0, 1.0, 1.0)
    assert summed.suite == "miniwob"
