"""A counter for parcels with a rule of the house that no word tells: choose the town, then press the red seal.

The seed picks the towns, the one that is asked for, the seals and their order, and the look. Any seal sends the parcel,
and the red one alone is right here: whoever has not been shown can't know. The page (`parcel.html`) gets its words with
its address and never hears what is asked; how it went is read from what the page kept.
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

PAGE = Path(__file__).with_name("parcel.html")
VIEWPORT = Size(width=320, height=256)
RIGHT_SEAL = "red"

_SEALS = ("red", "green", "blue", "yellow")
_THEMES = ("paper", "harbour", "night", "plain")
_PLACES = ("left", "middle", "right")
_TITLES = ("Parcels", "Counter 4", "Village Post", "Outgoing")
_TOWNS = (
    *("Lisbon", "Bergen", "Vienna", "Toledo", "Dublin", "Krakow"),
    *("Geneva", "Tampere", "Bristol", "Verona", "Leiden"),
)


class Parcel(BaseModel):
    """One parcel, and how the counter looks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    theme: str
    place: str
    """Where the seals lie."""
    towns: tuple[str, ...]
    seals: tuple[str, ...]
    town: str
    """Where it is to go."""

    @property
    def url(self) -> str:
        """The page with these words and this look; what is asked is not in it."""
        words = [("title", self.title), ("theme", self.theme), ("place", self.place)]
        lists = [*(("town", town) for town in self.towns), *(("seal", seal) for seal in self.seals)]
        return f"{PAGE.as_uri()}?{urlencode([*words, *lists])}"

    @property
    def instruction(self) -> str:
        """What to do, as somebody would write it who thinks that everybody knows the seal."""
        return f'Send the parcel to "{self.town}".'


def parcel(seed: int) -> Parcel:
    """The parcel of this seed; the same seed always gives the same one."""
    rng = random.Random(f"parcel-{seed}")
    towns = tuple(rng.sample(_TOWNS, 4))
    others = rng.sample([seal for seal in _SEALS if seal != RIGHT_SEAL], 2)
    return Parcel(
        title=rng.choice(_TITLES),
        theme=rng.choice(_THEMES),
        place=rng.choice(_PLACES),
        towns=towns,
        seals=tuple(rng.sample([RIGHT_SEAL, *others], 3)),
        town=rng.choice(towns),
    )


def parcel_task(seed: int) -> Task:
    """The task of sending the parcel of this seed."""
    return Task(
        id=f"parcel-{seed}",
        instruction=parcel(seed).instruction,
        environment="parcel",
        viewport=VIEWPORT,
        seed=seed,
    )


class ParcelEnvironment:
    """The counter of a task's seed in a real Chromium; takes the options of `BrowserEnvironment`."""

    surface = "browser"

    def __init__(self, **options: Any) -> None:
        self.browser = BrowserEnvironment(**options)
        self._parcel: Parcel | None = None

    @property
    def instruction(self) -> str:
        """What is asked in the episode that was begun last."""
        return self._parcel.instruction if self._parcel else ""

    async def reset(self, task: Task) -> Observation:
        """Open the counter of the task's seed, with nothing chosen."""
        self._parcel = parcel(task.seed)
        return await self.browser.reset(
            task.model_copy(update={"url": self._parcel.url, "viewport": task.viewport or VIEWPORT})
        )

    async def observe(self) -> Observation:
        """Look again."""
        return await self.browser.observe()

    async def step(self, action: Action) -> Transition:
        """Act and look; the episode is over once the parcel is sent, rightly or wrongly."""
        transition = await self.browser.step(action)
        return Transition(transition.observation, terminated=bool(await self._sent()), info=transition.info)

    async def under(self, action: Action) -> Under:
        """What the action would meet on the page."""
        return await self.browser.under(action)

    async def score(self) -> Score | None:
        """Success when one parcel was sent, to the town that the seed asks for, with the seal of the house."""
        if self._parcel is None:
            return None
        sent, asked = await self._sent(), {"town": self._parcel.town, "seal": RIGHT_SEAL}
        success = sent == [asked]
        return Score(reward=float(success), success=success, facts={"asked": asked, "sent": sent})

    async def close(self) -> None:
        """End the browser."""
        await self.browser.close()

    async def _sent(self) -> list[dict[str, str]]:
        return await self.browser.evaluate("typeof sent === 'undefined' ? [] : sent")
