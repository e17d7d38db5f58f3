"""Fills in the demo's form for invoices as a policy that knows where its fields are, with deliberate mistakes too.

The mistakes are such as the program itself does not notice: a wrong digit in the number, net and tax in each other's
fields, a day that is another, a letter that is missing in a name, and a page that changes a value after it was typed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from actions.action import Action, Decision, Key, LeftClick, Terminate, Type
from actions.risk import Under
from agent.booking.wanted import Wanted
from agent.evaluation import documents
from agent.policy import Choice, Identity, Situation
from perception.geometry import Point, Size
from perception.observation import Observation
from sandboxes.browser import BrowserEnvironment
from sandboxes.demos.erp.entry import FIELDS
from sandboxes.environment import Transition
from sandboxes.task import Score, Task

VIEW = Size(width=960, height=480)
SAID = "Enter the invoice into the form and press Save invoice."
INVOICE = {**documents.INVOICE, "required": list(FIELDS)}
Mistake = Literal["", "digit", "swap", "day", "letter", "autofill"]
MISTAKES: tuple[Mistake, ...] = get_args(Mistake)[1:]

_MIDDLE = """selector => {
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}"""
_AUTOFILL = "document.querySelector('#date').value = '2019-12-31'"


def form_task(url: str) -> Task:
    """A run that begins at the empty form of the program at this address."""
    return Task(id="booking", instruction=SAID, url=f"{url}/new", viewport=VIEW)


class Form:
    """The page in a real browser; it may change what was typed, as pages do, or end this process before a click."""

    surface = "browser"

    def __init__(self, **options: Any) -> None:
        self.browser = BrowserEnvironment(**options)
        self.places: Mapping[str, Point] = {}
        self.autofills = False
        self.before_save = lambda: None
        """Called when the form is about to be sent, before anything is."""

    async def find_places(self, task: Task) -> None:
        """Ask the page where its fields are: for who fills it in, never for who reads it back."""
        await self.browser.reset(task)
        found = {name: await self.browser.evaluate(_MIDDLE, f"#{name}") for name in FIELDS}
        found["save"] = await self.browser.evaluate(_MIDDLE, "form button")
        self.places = {name: Point(x=int(x), y=int(y)) for name, (x, y) in found.items()}

    async def reset(self, task: Task) -> Observation:
        return await self.browser.reset(task)

    async def observe(self) -> Observation:
        return await self.browser.observe()

    async def step(self, action: Action) -> Transition:
        if isinstance(action, LeftClick) and action.at == self.places.get("save"):
            self.before_save()
        transition = await self.browser.step(action)
        if self.autofills and isinstance(action, Type):
            await self.browser.evaluate(_AUTOFILL)
            return Transition(await self.browser.observe())
        return transition

    async def under(self, action: Action) -> Under:
        return await self.browser.under(action)

    async def score(self) -> Score | None:
        return None

    async def close(self) -> None:
        await self.browser.close()


class Filler:
    """Fields in their order, each by its place, then the button; what is refused is given up."""

    identity = Identity(policy="filler-1", model="filler")

    def __init__(self, form: Form, wanted: Sequence[Wanted], mistake: Mistake = "") -> None:
        values = mistaken({one.field.path: one.text for one in wanted}, mistake)
        form.autofills = mistake == "autofill"
        self._plan = [Decision(thought="Focus the number", action=LeftClick(at=form.places["number"]))]
        for name in FIELDS:
            self._plan.append(Decision(thought=f"Type the {name}", action=Type(text=values[name])))
            if name != FIELDS[-1]:
                self._plan.append(Decision(thought="Next field", action=Key(keys=("tab",))))
        self._plan.append(Decision(thought="Save", action=LeftClick(at=form.places["save"])))
        self._plan.append(Decision(thought="It is saved", action=Terminate(status="success")))

    async def decide(self, situation: Situation) -> Choice:
        """The plan's next decision; the end where the last one was refused."""
        if situation.steps and situation.steps[-1].error:
            return Choice(Decision(thought="It was refused", action=Terminate(status="failure")))
        return Choice(self._plan[min(len(situation.steps), len(self._plan) - 1)])


def mistaken(values: Mapping[str, str], mistake: Mistake) -> dict[str, str]:
    """The values with a mistake in them that the program does not notice."""
    wrong = dict(values)
    match mistake:
        case "digit":
            at = max(index for index, letter in enumerate(wrong["number"]) if letter.isdigit())
            digit = "3" if wrong["number"][at] == "8" else "8"
            wrong["number"] = wrong["number"][:at] + digit + wrong["number"][at + 1 :]
        case "swap":
            wrong["net"], wrong["tax"] = wrong["tax"], wrong["net"]
        case "day":
            day = int(wrong["date"][-2:])
            wrong["date"] = f"{wrong['date'][:-2]}{day + 1 if day < 28 else day - 1:02}"
        case "letter":
            wrong["supplier"] = wrong["supplier"][:2] + wrong["supplier"][3:]
    return wrong
