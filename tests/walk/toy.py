"""What walk tests share: the drawn form, a plan of decisions on it, and a client that follows the plan.

The client reads how many steps the prompt tells of, and replies with the plan's next decision. So it goes on rightly in
another process too, as a model would. `LastingForm` keeps its state in a file, as a world outside the process does.
"""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from actions.action import Action, Decision, LeftClick, Terminate, Type
from actions.codec.codec import codec
from agent.policy import ModelPolicy
from perception.clients.client import Completion, ImagePart, Message, Sampling, TextPart, Usage
from perception.clients.scripted import ScriptedClient
from perception.files import replace_file
from perception.geometry import Size
from perception.observation import Observation
from sandboxes.environment import Transition
from sandboxes.painted import PaintedEnvironment
from sandboxes.task import Task

SIZE = Size(width=320, height=224)
QWEN = codec("qwen3vl")

TASK = Task(
    id="save-form",
    instruction='Type "Ada" into "Name", tick "Agree" and click "Save".',
    environment="painted",
    settings={"wanted": {"Name": "Ada", "Agree": True}},
)


async def plan(task: Task = TASK) -> list[Decision]:
    """The decisions that fulfil the task, read from where the form's controls are."""
    form = PaintedEnvironment()
    await form.reset(task)
    at = {name: box.center for name, box in form.boxes.items()}
    await form.close()
    return [
        Decision(thought='Focus "Name"', action=LeftClick(at=at["Name"])),
        Decision(thought='Type "Ada"', action=Type(text="Ada")),
        Decision(thought='Tick "Agree"', action=LeftClick(at=at["Agree"])),
        Decision(thought='Click "Save"', action=LeftClick(at=at["Save"])),
        Decision(thought="Finished", action=Terminate(status="success")),
    ]


def say(decision: Decision, size: Size = SIZE) -> Completion:
    """The decision as a model would reply it, with tokens to count."""
    usage = Usage(prompt_tokens=100, completion_tokens=20)
    return Completion(
        text=QWEN.encode(decision, size), finish="stop", usage=usage, token_ids=(5, 7), logprobs=(-0.5, 0.0)
    )


def follower(decisions: Sequence[Decision], num_replies: int = 200) -> ScriptedClient:
    """A client that follows a plan by what the compact prompt tells it."""

    def reply(messages: list[Message]) -> Completion:
        return say(decisions[min(num_told(messages), len(decisions) - 1)], size_of(messages[-1]))

    return ScriptedClient([reply] * num_replies)


def num_told(messages: list[Message]) -> int:
    """How many earlier steps a compact prompt tells of."""
    return len(re.findall(r"\nStep \d+: ", text_of(messages[-1])))


def text_of(message: Message) -> str:
    """The text of a message."""
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


def size_of(message: Message) -> Size:
    """The size of the message's image."""
    return next(part.frame.size for part in message.parts if isinstance(part, ImagePart))


def policy_of(client: ScriptedClient, **options) -> ModelPolicy:
    """The policy that reads and writes the project's first dialect."""
    return ModelPolicy(client, QWEN, sampling=Sampling(), **options)


class LastingForm(PaintedEnvironment):
    """A drawn form whose state outlives the process, with a log of every action that was ever carried out."""

    def __init__(self, folder: Path, *, pause: float = 0.0) -> None:
        super().__init__()
        self._state, self._log = folder / "form.json", folder / "carried-out.txt"
        self._pause = pause

    async def step(self, action: Action) -> Transition:
        """Acts, then keeps the state; pauses before and after, so that a kill can fall there."""
        await asyncio.sleep(self._pause)
        transition = await super().step(action)
        replace_file(self._state, json.dumps([self.values, self.focus, self.pressed]).encode())
        with self._log.open("a") as log:
            log.write(f"{action.model_dump_json()}\n")
        await asyncio.sleep(self._pause)
        return transition

    async def reattach(self, task: Task) -> Observation | None:
        """The form as it was left."""
        await self.reset(task)
        if self._state.exists():
            self.values, self.focus, self.pressed = json.loads(self._state.read_text())
        return await self.observe()

    def carried_out(self) -> list[str]:
        """Every action that was ever carried out, over all processes."""
        return self._log.read_text().splitlines() if self._log.exists() else []


class BreakingForm(PaintedEnvironment):
    """A drawn form that does something else before some steps."""

    def __init__(self, at_step: dict[int, Callable[[], None]]) -> None:
        super().__init__()
        self._at_step = at_step
        self.num_steps = 0

    async def step(self, action: Action) -> Transition:
        """Counts the step and lets its surprise happen first."""
        number, self.num_steps = self.num_steps, self.num_steps + 1
        self._at_step.get(number, lambda: None)()
        return await super().step(action)
