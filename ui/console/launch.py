"""Carries out an order of the console: the same walk as `handeye run`."""

from agent.events import Watcher
from agent.guard.person import Person
from agent.recorder import load, new_folder
from agent.settings import Settings
from sandboxes.task import Task
from ui.console.stage import Launch, Order
from ui.replay import write_replay
from ui.walking import environment_of, walk


def launch_with(settings: Settings) -> Launch:
    """A launch whose runs have these settings, and the model that the order names."""

    async def launch(order: Order, watcher: Watcher, person: Person) -> None:
        model = settings.model.model_copy(update={"name": order.model or settings.model.name})
        task = Task(id="run", instruction=order.instruction, url=order.url, viewport=settings.browser.viewport)
        folder = new_folder(settings.run.folder, order.instruction)
        chosen = settings.model_copy(update={"model": model})
        await walk(task, environment_of(task, settings), chosen, folder, watcher, person)
        write_replay(load(folder), folder)

    return launch
