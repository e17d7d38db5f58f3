"""Solvers win through the environment that a model plays in; `python -m tests.walk.oracles` plays them at length."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from actions.action import Decision, Wait
from agent.evaluation.miniwob import HELDOUT_TASKS
from sandboxes.errors import SandboxError
from sandboxes.miniwob import MiniWobEnvironment, find_html, miniwob_task, page_names
from sandboxes.oracles import placing
from sandboxes.oracles.oracle import SOLVERS, UNSURE, solve
from sandboxes.oracles.scene import Moves, Scene, click

HANDFUL = ("click-tab-2-hard", "click-checkboxes-large", "choose-date-easy", "enter-time", "drag-items", "use-slider")

TAGS = re.compile(r"the (a|div|input|li|p|path|rect|span|svg|text|td)$")

SEEN = {
    "choose-date-nodelay": r"([A-Z]\w+), not (?!\1)[A-Z]\w+: click the left arrow",
    "click-checkboxes-soft": r'Like "\w+": tick "\w+"',
    "drag-shapes": r"(\w+)s: drag the \w+ \1",
    "drag-sort-numbers": r'(?:-?\d+ )+-?\d+: drag "-?\d+" to row \d',
    "number-checkboxes": r"(\d): tick row \d, column \d",
    "simple-algebra": r'.*x.* = \d+, x = (-?\d+): type "\1"',
    "simple-arithmetic": r'\d [-+x] \d = (-?\d+): type "\1"',
    "use-slider": r"(-?\d+), not (-?\d+): drag the thumb to \2",
    "use-slider-2": r"(\d+), not (?!\1:)\d+: press (left|right)",
    "visual-addition": r'\d+ \+ \d+ = (\d+): type "\1"',
}
"""How some solvers say what they saw."""

in_browser = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def test_no_task_that_is_held_out_has_a_solver():
    assert not set(SOLVERS) & set(HELDOUT_TASKS)
    assert set(SOLVERS) <= set(page_names(find_html()))
    assert len(SOLVERS) >= 75
    assert set(UNSURE) <= set(SOLVERS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def miniwob(chromium: Path) -> AsyncIterator[MiniWobEnvironment]:
    environment = MiniWobEnvironment(chromium=chromium)
    yield environment
    await environment.close()


async def waiting(scene: Scene) -> Moves:
    """Never comes to anything."""
    while True:
        yield Decision(action=Wait(seconds=0))


async def wrong(scene: Scene) -> Moves:
    """Clicks the wrong one of two."""
    yield click(await scene.one("#subbtn2"))


def overheard(name: str, thoughts: list[str]) -> Callable[[Scene], Moves]:
    """The solver of a task, whose thoughts are noted."""

    async def solver(scene: Scene) -> Moves:
        async for move in SOLVERS[name](scene):
            thoughts.append(move.thought)
            yield move

    return solver


async def ending(scene: Scene) -> Moves:
    """Gives up at once."""
    return
    yield


class TestSolvers:
    pytestmark = in_browser

    @pytest.mark.parametrize("name", HANDFUL)
    async def test_a_handful_win(self, miniwob, name):
        score, steps = await solve(miniwob, name, 7)
        assert score.reward == 1.0
        assert steps >= 1

    async def test_what_is_out_of_sight_is_scrolled_to(self, miniwob):
        await miniwob.reset(miniwob_task("unicode-test", 7))
        await miniwob.browser.evaluate(
            "html => document.body.insertAdjacentHTML('beforeend', html)",
            '<div style="height:900px"></div><button id=far>Far</button>',
        )
        moves = []
        async for move in Scene(miniwob).press("#far"):
            moves.append(move.action.kind)
            await miniwob.step(move.action)
        assert moves[0] == "scroll"
        assert moves[-1] == "left_click"
        assert await miniwob.browser.evaluate("document.activeElement.id") == "far"

    async def test_what_is_not_there_or_hidden_is_said(self, miniwob):
        await miniwob.reset(miniwob_task("click-test-2", 7))
        scene = Scene(miniwob)
        with pytest.raises(SandboxError, match="finds no #nothing"):
            await scene.one("#nothing")
        await miniwob.browser.evaluate("document.querySelector('#subbtn').style.visibility = 'hidden'")
        with pytest.raises(SandboxError, match="not to be seen"):
            click(await scene.one("#subbtn"))

    @pytest.mark.parametrize(("solver", "num_steps"), [(wrong, 1), (ending, 0)])
    async def test_a_solver_can_lose_and_give_up(self, miniwob, solver, num_steps):
        score, steps = await solve(miniwob, "click-test-2", 7, solver=solver)
        assert (score.success, steps) == (False, num_steps)

    @pytest.mark.slow
    async def test_a_solver_that_wanders_is_stopped(self, miniwob):
        with pytest.raises(SandboxError, match="did not come to an end"):
            await solve(miniwob, "click-test-2", 7, solver=waiting)

    @pytest.mark.slow
    @pytest.mark.parametrize("name", sorted(set(SOLVERS) - set(HANDFUL) - set(UNSURE)))
    async def test_all_win(self, miniwob, name):
        thoughts: list[str] = []
        score, _ = await solve(miniwob, name, 3, solver=overheard(name, thoughts))
        assert score.reward == 1.0
        assert not [thought for thought in thoughts if TAGS.search(thought)], "a thought names what no picture shows"

    @pytest.mark.slow
    @pytest.mark.parametrize("name", sorted(placing.SOLVERS))
    async def test_what_is_graded_gets_nearly_all(self, miniwob, name):
        score, steps = await solve(miniwob, name, 3)
        assert score.reward > 0.9
        assert steps == 2

    @pytest.mark.slow
    async def test_what_is_listed_is_ticked_in_that_order(self, miniwob):
        thoughts: list[str] = []
        await solve(miniwob, "click-checkboxes-large", 7, solver=overheard("click-checkboxes-large", thoughts))
        listed = miniwob.instruction.removeprefix("Select ").removesuffix(" and click Submit.").split(", ")
        assert len(listed) > 4
        assert thoughts == [*(f'Tick "{name}"' for name in listed), 'Click "Submit"']

    @pytest.mark.slow
    @pytest.mark.parametrize(("name", "said"), SEEN.items())
    async def test_a_thought_says_first_what_the_move_follows_from(self, miniwob, name, said):
        thoughts: list[str] = []
        await solve(miniwob, name, 12002, solver=overheard(name, thoughts))
        assert any(re.fullmatch(said, thought) for thought in thoughts), thoughts

    @pytest.mark.slow
    async def test_a_search_goes_through_all_that_comes_before(self, miniwob):
        thoughts: list[str] = []
        await solve(miniwob, "click-tab-2", 8, solver=overheard("click-tab-2", thoughts))
        assert thoughts[:2] == ['Click "Tab #2"', 'Click "Tab #3"']
        assert len(thoughts) == 3

    @pytest.mark.slow
    async def test_the_game_and_the_pie_can_be_won(self, miniwob):
        for name in ("tic-tac-toe", "click-pie-nodelay"):
            score, _ = await solve(miniwob, name, 2)
            assert score.reward == 1.0
