"""Puts a run together from the settings: the policy, the environment, the walk, for command line and console."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from agent import runner
from agent.events import Watcher
from agent.policy import ModelPolicy
from agent.settings import BrowserSettings, ModelSettings, RunSettings, Settings
from agent.trajectory import Outcome, RunRecord
from sandboxes import catalog as environments
from sandboxes.environment import Environment
from sandboxes.task import Task
from ui.asking import model_of

IN_A_BROWSER = ("browser", "demo")
"""Environments that take the browser's settings."""


@asynccontextmanager
async def policy_of(settings: Settings) -> AsyncIterator[ModelPolicy]:
    """The policy of the model that the settings name, ready to be asked; its client is closed at the end.

    Raises what `asking.model_of` raises.
    """
    async with model_of(settings.model) as model:
        yield ModelPolicy(
            model.client,
            model.codec,
            prompt=model.prompt,
            sampling=model.sampling,
            num_recent=settings.run.num_recent,
            asked=settings.model.name,
        )


def environment_of(task: Task, settings: BrowserSettings) -> Environment:
    """A new environment for the task; what happens in a browser gets the browser's settings.

    Raises SandboxError for one that nobody knows.
    """
    if task.environment not in IN_A_BROWSER:
        return environments.environment(task.environment)
    return environments.environment(task.environment, **_options(settings), viewport=settings.viewport)


def make_miniwob(settings: BrowserSettings) -> Environment:
    """An environment for MiniWoB++; its pages have a size of their own."""
    return environments.environment("miniwob", **_options(settings))


def _options(settings: BrowserSettings) -> dict[str, Any]:
    """What every environment in a browser takes."""
    return {
        "headless": not settings.headed,
        "chromium": settings.executable or None,
        "load_seconds": settings.load_seconds,
    }


async def walk(task: Task, environment: Environment, settings: Settings, folder: Path, watcher: Watcher) -> Outcome:
    """Run a task from its beginning, and leave nothing running. Raises what `runner.run` raises."""
    try:
        async with policy_of(settings) as policy:
            return await runner.run(task, environment, policy, folder, settings.run, watcher)
    finally:
        await environment.close()


async def go_on(
    folder: Path,
    environment: Environment,
    settings: Settings,
    watcher: Watcher,
    limits: RunSettings | None = None,
) -> Outcome:
    """Go on with a run, and leave nothing running; without `limits` the run's own hold."""
    try:
        async with policy_of(settings) as policy:
            return await runner.resume(folder, environment, policy, limits, watcher)
    finally:
        await environment.close()


def settings_of_run(record: RunRecord, settings: Settings, given: dict[str, Any]) -> tuple[Settings, RunSettings]:
    """The settings to go on with: the run's own model and limits, under the flags that were given now.

    `given` maps keys such as `model.name` or `run.max_steps` to values.
    """
    own = {"name": record.asked or settings.model.name, "codec": record.codec, "prompt": record.prompt}
    if "model.name" in given:
        own = {}
    flags = {section: _section(given, section) for section in ("model", "run")}
    model = ModelSettings.model_validate({**dict(settings.model), **own, **flags["model"]})
    limits = RunSettings.model_validate({**dict(settings.run), **record.settings, **flags["run"]})
    return settings.model_copy(update={"model": model, "run": limits}), limits


def _section(given: dict[str, Any], section: str) -> dict[str, Any]:
    return {key.removeprefix(f"{section}."): value for key, value in given.items() if key.startswith(f"{section}.")}
