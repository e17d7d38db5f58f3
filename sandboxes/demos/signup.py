"""A small form to fill in: two text fields, a check box and a button, drawn anew from every seed.

The seed picks the occasion, the labels and their order, the values to enter, the button's word and the look.
The page (`signup.html`) gets its words with its address and never hears what should be entered; whether it
was is read from what the page kept when it was sent.
"""

import random
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict

from actions.action import Action
from actions.risk import Under
from perception.geometry import Size
from perception.observation import Observation
from sandboxes.browser import BrowserEnvironment
from sandboxes.environment import Transition
from sandboxes.task import Score, Task

PAGE = Path(__file__).with_name("signup.html")
VIEWPORT = Size(width=352, height=288)
THEMES = ("paper", "harbour", "night", "plum", "coral", "ledger")

_FIRST = ("Mara", "Jonas", "Ingrid", "Tomas", "Leila", "Oscar", "Priya", "Hugo", "Nadia", "Felix", "Greta", "Samir")
_LAST = ("Lind", "Weber", "Novak", "Moreau", "Hansen", "Silva", "Kovac", "Bauer", "Rossi", "Keller", "Duarte", "Olsen")
_CITIES = (
    "Lisbon",
    "Bergen",
    "Vienna",
    "Toledo",
    "Dublin",
    "Krakow",
    "Geneva",
    "Tampere",
    "Bristol",
    "Verona",
    "Leiden",
)
_STREETS = ("Mill Lane", "Station Road", "Park Street", "Garden Row", "Bridge Street", "Orchard Way", "Harbour Walk")
_TEAMS = ("Blue Herons", "Night Owls", "River Rats", "Red Kites", "Old Oaks", "Sea Lions")
_MONTHS = ("January", "March", "April", "June", "August", "October", "November")

_OCCASIONS: tuple[tuple[str, str], ...] = (
    ("Riverside Library", "Register"),
    ("Harbour Chess Club", "Join"),
    ("Village Choir", "Sign up"),
    ("Bike Repair Night", "Reserve"),
    ("Summer Picnic", "Send"),
    ("Mountain Hut", "Book"),
    ("Allotment List", "Submit"),
    ("Pottery Course", "Apply"),
)
_CHECKS = (
    "Send me news",
    "I am a member",
    "Bring a guest",
    "Remind me by email",
    "I accept the rules",
    "Vegetarian meal",
    "I need parking",
    "Share my photo",
)


class Signup(BaseModel):
    """One form, and what it should say when it is sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    theme: str
    fields: dict[str, str]
    """Label to value, from the top."""
    check: str
    button: str

    @property
    def url(self) -> str:
        """The page with this form's words and look; what to enter is not in it."""
        words = [("title", self.title), ("theme", self.theme), ("check", self.check), ("button", self.button)]
        return f"{PAGE.as_uri()}?{urlencode([*words, *(('field', label) for label in self.fields)])}"

    @property
    def instruction(self) -> str:
        """What to do, as somebody would write it."""
        entries = [f'enter "{value}" in the "{label}" field' for label, value in self.fields.items()]
        text = ", ".join([*entries, f'tick "{self.check}"']) + f' and click "{self.button}".'
        return text[0].upper() + text[1:]

    @property
    def wanted(self) -> dict[str, str | bool]:
        """What the page should have kept."""
        return {**self.fields, self.check: True}


def signup(seed: int) -> Signup:
    """The form of this seed; the same seed always gives the same form."""
    rng = random.Random(f"signup-{seed}")
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    values = {
        "Name": f"{first} {last}",
        "City": rng.choice(_CITIES),
        "Email": f"{first}@{rng.choice(('post', 'mail'))}.org".lower(),
        "Phone": f"{rng.randint(200, 989)} {rng.randint(1000, 9899)}",
        "Street": f"{rng.choice(_STREETS)} {rng.randint(2, 98)}",
        "Team": rng.choice(_TEAMS),
        "Month": rng.choice(_MONTHS),
        "Places": str(rng.randint(2, 40)),
    }
    title, button = rng.choice(_OCCASIONS)
    return Signup(
        title=title,
        theme=rng.choice(THEMES),
        fields={label: values[label] for label in rng.sample(list(values), 2)},
        check=rng.choice(_CHECKS),
        button=button,
    )


def demo_task(seed: int = 0) -> Task:
    """The task of filling in the form of this seed."""
    return Task(
        id=f"signup-{seed}",
        instruction=signup(seed).instruction,
        environment="demo",
        viewport=VIEWPORT,
        seed=seed,
    )


class DemoEnvironment:
    """The form of a task's seed in a real Chromium; takes the options of `BrowserEnvironment`."""

    surface = "browser"

    def __init__(self, **options: Any) -> None:
        self.browser = BrowserEnvironment(**options)
        self._signup: Signup | None = None

    async def reset(self, task: Task) -> Observation:
        """Open the form of the task's seed, empty."""
        self._signup = signup(task.seed)
        return await self.browser.reset(
            task.model_copy(update={"url": self._signup.url, "viewport": task.viewport or VIEWPORT})
        )

    async def observe(self) -> Observation:
        """Look again."""
        return await self.browser.observe()

    async def step(self, action: Action) -> Transition:
        """Act and look; the form never ends the episode by itself."""
        return await self.browser.step(action)

    async def under(self, action: Action) -> Under:
        """What the action would meet on the page."""
        return await self.browser.under(action)

    async def score(self) -> Score | None:
        """Success when the form was sent once, with exactly what the seed asks for."""
        if self._signup is None:
            return None
        sent = await self.browser.evaluate("typeof submissions === 'undefined' ? [] : submissions")
        success = sent == [self._signup.wanted]
        return Score(reward=float(success), success=success, facts={"asked": self._signup.wanted, "sent": sent})

    async def close(self) -> None:
        """End the browser."""
        await self.browser.close()


def demo_environment(**options: Any) -> DemoEnvironment:
    """The environment that `demo_task` belongs to; `options` are those of `BrowserEnvironment`."""
    return DemoEnvironment(**options)
