"""How often does a second look take a failed run for a success?

    python -m agent.evaluation.goals --runs 200 [--model NAME_OR_URL]

Forms of the demo are filled in by hand: wrongly in one way (a value of another form, a field or the tick left out,
pressed too early, not pressed at all), and rightly as often; the page's own data says which it was. Then the model is
shown the last screen and the goal. Prints the share of failed runs that it accepts, with its 95% interval, and how many
good ones it denies; `agent.goal.JUDGES` holds what was measured.
"""

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from actions.action import Action, LeftClick, Type
from agent.asking import policy_of
from agent.evaluation.report import wilson
from agent.policy import ModelPolicy
from agent.settings import ModelSettings
from perception.geometry import Point
from perception.observation import Frame
from sandboxes.demos.signup import DemoEnvironment, Signup, demo_task, signup

FIRST_SEED = 500_000
"""Forms from here on are nobody's training or test."""
MISTAKES = ("value", "field", "tick", "early", "press")

_PLACES = """() => [...document.querySelectorAll('input, button')].map((one) => {
  const box = one.getBoundingClientRect();
  return [one.type, box.left + box.width / 2, box.top + box.height / 2];
})"""


@dataclass(slots=True)
class Counts:
    """What a judge said."""

    failed: int = 0
    accepted: int = 0
    """Failed runs that it took for successes."""
    good: int = 0
    denied: int = 0
    """Good runs that it did not believe."""
    silent: int = 0
    """Runs of which it said nothing."""


async def measure(policy: ModelPolicy, num_failed: int, chromium: str = "") -> Counts:
    """As many failed runs, and as many good ones."""
    counts = Counts()
    environment = DemoEnvironment(chromium=chromium or None)
    try:
        for number in range(2 * num_failed):
            seed = FIRST_SEED + number
            mistake = MISTAKES[(number // 2) % len(MISTAKES)] if number % 2 else ""
            frame, success = await _played(environment, seed, mistake)
            reached = await policy.is_reached(frame, signup(seed).instruction)
            counts.silent += reached is None
            if success:
                counts.good += 1
                counts.denied += reached is False
            else:
                counts.failed += 1
                counts.accepted += reached is True
    finally:
        await environment.close()
    return counts


async def _played(environment: DemoEnvironment, seed: int, mistake: str) -> tuple[Frame, bool]:
    """The last screen of a run that makes this mistake, and whether the page took it for a success all the same."""
    await environment.reset(demo_task(seed))
    for action in await _actions(environment, signup(seed), mistake, random.Random(seed)):
        await environment.step(action)
    score = await environment.score()
    return (await environment.observe()).frame, bool(score and score.success)


async def _actions(environment: DemoEnvironment, form: Signup, mistake: str, rng: random.Random) -> list[Action]:
    places = await environment.browser.evaluate(_PLACES)
    found = {kind: [Point(x=int(x), y=int(y)) for one, x, y in places if one == kind] for kind, _, _ in places}
    others = ("checkbox", "submit", "button")
    fields = [point for kind, points in found.items() if kind not in others for point in points]
    button = (found.get("submit") or found["button"])[0]
    values = list(form.fields.values())
    wrong = rng.randrange(len(values))
    if mistake == "value":
        values[wrong] = next(iter(signup(rng.randrange(1000)).fields.values())) + "x"
    actions: list[Action] = []
    for place, value in enumerate(values):
        if mistake == "field" and place == wrong:
            continue
        actions += [LeftClick(at=fields[place]), Type(text=value)]
    if mistake != "tick":
        actions.append(LeftClick(at=found["checkbox"][0]))
    if mistake == "early":
        actions.insert(rng.randrange(len(actions) - 1), LeftClick(at=button))
        return actions
    return actions if mistake == "press" else [*actions, LeftClick(at=button)]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m agent.evaluation.goals", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, metavar="N", help="failed runs (default: 200)")
    parser.add_argument("--model", default="nano", metavar="NAME_OR_URL")
    arguments = parser.parse_args(argv)

    async def measured() -> Counts:
        async with policy_of(ModelSettings(name=arguments.model)) as policy:
            return await measure(policy, arguments.runs)

    counts = asyncio.run(measured())
    low, high = wilson(counts.accepted, counts.failed)
    told = {
        "model": arguments.model,
        "failed": counts.failed,
        "false_accepts": counts.accepted,
        "false_accept_rate": round(counts.accepted / counts.failed, 4),
        "interval": [round(low, 4), round(high, 4)],
        "good": counts.good,
        "false_denials": counts.denied,
        "silent": counts.silent,
    }
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
