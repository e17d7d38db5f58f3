"""A person at the counter for parcels who watches the model, takes over where it goes wrong, and hands back.

They sit where the console's person sits (`ui.console.seat`), so all that they do goes the way of its buttons. Where
things lie they read off the page, as somebody with eyes would; the model's samples are pixels and actions.
"""

import asyncio
from pathlib import Path

from actions.action import Action, LeftClick
from agent.events import Decided, Event
from agent.policy import Policy
from agent.runner import run
from agent.settings import RunSettings
from agent.trajectory import Outcome
from perception.geometry import Box
from sandboxes.demos.parcel import RIGHT_SEAL, ParcelEnvironment, parcel, parcel_task
from ui.console.seat import Seat, Sitting

_PLACES = """() => [...document.querySelectorAll('button')].map(each => {
  const {left, top, right, bottom} = each.getBoundingClientRect();
  return [each.dataset.seal || each.textContent, each.ariaPressed === 'true', left, top, right, bottom];
})"""
_MOST_STEPS = 12


class Corrector:
    """Sits at one run."""

    def __init__(self, environment: ParcelEnvironment, seed: int) -> None:
        self._environment, self._parcel = environment, parcel(seed)
        self._changes = asyncio.Queue[Sitting]()
        self._decided: Action | None = None
        self._has_acted = False
        self.seat = Seat(self._changes.put_nowait)

    def watch(self, event: Event) -> None:
        """See what the model wants to do."""
        if isinstance(event, Decided):
            self._decided = event.action

    async def sit(self) -> None:
        """Hold every action, let the right ones go, and do the others oneself."""
        self.seat.pause()
        answered = 0
        while True:
            sitting = await self._changes.get()
            number = sitting.held or sitting.turn
            if number <= answered or sitting != self.seat.sitting:
                continue  # It has passed.
            answered = number
            if sitting.turn:
                self.seat.do(sitting.turn, await self._deed())
            elif await self._is_right(self._decided):
                self.seat.step_once(sitting.held)
            else:
                self._has_acted = False
                self.seat.take_over()

    async def _deed(self) -> Action | None:
        """One action; then the model may go on."""
        if self._has_acted:
            return None
        self._has_acted = True
        box = await self._wanted()
        return LeftClick(at=box.center)

    async def _is_right(self, action: Action | None) -> bool:
        return isinstance(action, LeftClick) and (await self._wanted()).contains(action.at)

    async def _wanted(self) -> Box:
        """Where the next click belongs."""
        found = {name: (chosen, box) for name, chosen, *box in await self._environment.browser.evaluate(_PLACES)}
        name = RIGHT_SEAL if found[self._parcel.town][0] else self._parcel.town
        left, top, right, bottom = found[name][1]
        return Box(left=left, top=top, right=right, bottom=bottom)


async def corrected(seed: int, environment: ParcelEnvironment, policy: Policy, folder: Path) -> Outcome:
    """Let the model play a seed's parcel with the person beside it, and record the run."""
    person = Corrector(environment, seed)
    sitting = asyncio.ensure_future(person.sit())
    walking = asyncio.ensure_future(
        run(
            parcel_task(seed),
            environment,
            policy,
            folder,
            RunSettings(max_steps=_MOST_STEPS),
            person.watch,
            person=person.seat,
        )
    )
    await asyncio.wait({sitting, walking}, return_when=asyncio.FIRST_COMPLETED)
    walking.cancel() if sitting.done() else sitting.cancel()
    await asyncio.wait({sitting, walking})
    if not sitting.cancelled():
        sitting.result()  # What broke on the person's side.
    return walking.result()
