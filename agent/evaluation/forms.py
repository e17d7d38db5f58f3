"""Whole forms: pages that Chromium renders, worked step by step in the walk that a user's run takes.

The page comes from `agent.training.pages` with words that training never shows; the request names two to five fields,
boxes and options and the button that sends it. An episode ends when any button is pressed, and succeeds when every
control that was asked for then holds what was asked, no other control has changed, and the button was the right one:
read from the page, never from what the model says.
"""

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from actions.action import Action
from agent.training.pages.page import State, make_page
from agent.training.pages.render import render
from agent.training.screens.goals import Goal
from agent.training.screens.record import SIZES, Screen, centre
from agent.training.screens.tasks import open_and_reached, request
from agent.training.words import Words
from perception.geometry import Size
from perception.observation import Observation
from sandboxes.browser import BrowserEnvironment
from sandboxes.environment import Transition
from sandboxes.errors import SandboxError
from sandboxes.task import Score, Task

GOALS = (2, 5)
"""Fewest and most controls that a request names beside the button."""
WORKED = ("enter", "tick", "untick", "choose")

_WATCH = """() => {
  window.pressed = [];
  document.addEventListener('submit', e => e.preventDefault(), true);
  document.addEventListener('click', e => {
    const box = e.target.closest('[data-box]');
    if (box && (box.matches('button,a,[type=submit],[type=button]'))) window.pressed.push(box.dataset.box);
  }, true);
}"""
_FIND = """points => points.map(([x, y]) => {
  const hit = document.elementFromPoint(x, y), box = hit && hit.closest('[data-box]');
  return box ? box.dataset.box : '';
})"""
_READ = """() => {
  const found = {};
  for (const box of document.querySelectorAll('[data-box]')) {
    const control = box.matches('input,textarea') ? box : box.querySelector('input,textarea');
    if (!control) continue;
    const ticks = ['checkbox', 'radio'].includes(control.type);
    found[box.dataset.box] = [control.type, ticks ? control.checked : control.value];
  }
  return [found, window.pressed];
}"""


class FormEnvironment:
    """The form of a task's seed; takes the options of `BrowserEnvironment`."""

    surface = "browser"

    def __init__(self, **options: Any) -> None:
        self.browser = BrowserEnvironment(**options)
        self.instruction = ""
        self._wanted: dict[str, str | bool] = {}
        """What a control should hold, by its number on the page."""
        self.button = ""
        """The number of the button that sends the form; empty before the first form."""
        self._before: dict[str, str | bool] = {}
        """What every control that no choice of another changes held at first."""

    async def reset(self, task: Task) -> Observation:
        """Open the form of the seed, and word what is asked of it."""
        rng = random.Random(f"form:{task.seed}")
        heldout = task.settings.get("split") == "heldout"
        with TemporaryDirectory(prefix="handeye-") as folder:
            blank = Path(folder) / "form.html"
            blank.touch()
            size = Size(width=352, height=288)
            await self.browser.reset(task.model_copy(update={"url": blank.as_uri(), "viewport": size, "settings": {}}))
        for _ in range(20):
            page = make_page(rng, heldout=heldout, size=rng.choice(SIZES), kind="form")
            page.state = State()
            screen = await render(page, self.browser.page)
            scale = page.window[0] / page.size[0], page.window[1] / page.size[1]
            if goals := _goals(rng, screen, Words(rng, heldout)):
                await self._begin(goals, scale)
                self.instruction = request(rng, goals)
                return await self.browser.settle()
        raise SandboxError(f"Seed {task.seed} gives no form with enough to do: take another.")

    async def _begin(self, goals: list[Goal], scale: tuple[float, float]) -> None:
        points = [(centre(g.widget.aim)[0] * scale[0], centre(g.widget.aim)[1] * scale[1]) for g in goals]
        *boxes, self.button = await self.browser.evaluate(_FIND, points)
        self._wanted = dict(zip(boxes, map(_holds, goals), strict=False))
        await self.browser.evaluate(_WATCH)
        found, _ = await self.browser.evaluate(_READ)
        self._before = {box: value for box, (kind, value) in found.items() if kind != "radio"}

    async def observe(self) -> Observation:
        """Look again."""
        return await self.browser.observe()

    async def step(self, action: Action) -> Transition:
        """Act and look; a pressed button ends the episode."""
        transition = await self.browser.step(action)
        _, pressed = await self.browser.evaluate(_READ)
        return Transition(transition.observation, terminated=bool(pressed), info=transition.info)

    async def score(self) -> Score | None:
        """Success when the controls that were asked for, and no others, hold what was asked, and it was sent."""
        if not self.button:
            return None
        held, pressed = await self.browser.evaluate(_READ)
        wanted = self._before | self._wanted
        found = {box: value for box, (_, value) in held.items() if box in wanted}
        success = found == wanted and pressed == [self.button]
        return Score(reward=float(success), success=success, facts={"asked": wanted, "found": found, "sent": pressed})

    async def close(self) -> None:
        """End the browser."""
        await self.browser.close()


def _goals(rng: random.Random, screen: Screen, words: Words) -> list[Goal]:
    """What to ask of a form, its button last; empty where the page has too little."""
    able = [goal for goal in open_and_reached(screen, rng, words)[0] if goal.kind in WORKED]
    presses = [w for w in screen.widgets if w.kind == "button" and not w.disabled]
    if len(able) < GOALS[0] or not presses:
        return []
    chosen = rng.sample(able, rng.randint(GOALS[0], min(GOALS[1], len(able))))
    if rng.random() < 0.75:
        chosen.sort(key=lambda goal: goal.widget.box[1])
    return [*chosen, Goal("press", rng.choice(presses))]


def _holds(goal: Goal) -> str | bool:
    """What the control of a reached goal holds."""
    return goal.value if goal.kind == "enter" else goal.kind != "untick"
