"""Carries out an order of the console, or of another assistant: the same walk as `handeye run`."""

from agent.events import Watcher
from agent.guard.person import Person
from agent.recorder import load, new_folder
from agent.runner import within
from agent.settings import Settings
from sandboxes.task import Task
from ui.console.stage import Launch, Order
from ui.replay import write_replay
from ui.walking import environment_of, walk


def launch_with(settings: Settings) -> Launch:
    """A launch whose runs have these settings, and the model that the order names."""

    async def launch(order: Order, watcher: Watcher, person: Person) -> None:
        model = settings.model.model_copy(update={"name": order.model or settings.model.name})
        task = Task(
            id="run",
            instruction=order.instruction,
            environment=order.on,
            url=order.url,
            # Only pages have a size of their own accord: a desktop has its usual one, and a phone its own.
            viewport=settings.browser.viewport if order.on == "browser" else None,
            settings={"launch": [list(words) for words in order.programs]} if order.programs else {},
        )
        folder = new_folder(settings.run.folder, order.instruction)
        chosen = settings.model_copy(update={"model": model, "run": within(settings.run, order.limits)})
        await walk(task, environment_of(task, settings), chosen, folder, watcher, person)
        write_replay(load(folder), folder)

    return launch
