"""Puts a run together from the settings: the policy, the environment, the walk, for command line and console."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent import runner
from agent.asking import policy_of
from agent.events import Watcher
from agent.guard.person import Person
from agent.loop.context import Settle
from agent.policy import Shown
from agent.recorder import load
from agent.secrets import open_vault
from agent.settings import BrowserSettings, ModelSettings, RunSettings, Settings
from agent.trajectory import Outcome, RunRecord
from sandboxes import catalog as environments
from sandboxes.environment import Environment
from sandboxes.task import Task
from sandboxes.veil import veiled

if TYPE_CHECKING:
    from sandboxes.browser import BrowserEnvironment

IN_A_BROWSER = ("browser", "demo", "parcel")
"""Environments that take the browser's settings."""

_AS_THEY_ARE = (
    *("device_scale", "load_seconds", "draws_popups", "storage_state"),
    *("dialogs", "downloads", "uploads", "permissions", "allowed_hosts", "isolated"),
)
"""Settings of the browser that its environment takes under the same name."""


def environment_of(task: Task, settings: Settings) -> Environment:
    """A new environment for the task, with the settings of a browser or a desktop where it happens in one.

    Raises SandboxError for one that nobody knows.
    """
    options: dict[str, Any] = {}
    if task.environment in IN_A_BROWSER:
        options = {**_options(settings.browser), "viewport": settings.browser.viewport}
        if options["allowed_hosts"] is None:  # What the guard allows is all that can be reached, too.
            options["allowed_hosts"] = settings.guard.allow.hosts
    elif task.environment == "desktop":
        options = dict(settings.desktop)
    return environments.environment(task.environment, **options)


def browser_of(settings: Settings, *, headed: bool) -> "BrowserEnvironment":
    """A browser with the settings of browsers, with a window or without."""
    from sandboxes.browser import BrowserEnvironment

    options = {**_options(settings.browser), "headless": not headed}
    return BrowserEnvironment(viewport=settings.browser.viewport, **options)


def make_miniwob(settings: BrowserSettings) -> Environment:
    """An environment for MiniWoB++; its pages have a size of their own."""
    return environments.environment("miniwob", **_options(settings))


def _options(settings: BrowserSettings) -> dict[str, Any]:
    """What every environment in a browser takes."""
    return {
        "headless": not settings.headed,
        "chromium": settings.executable or None,
        **{name: getattr(settings, name) for name in _AS_THEY_ARE},
    }


async def walk(
    task: Task,
    environment: Environment,
    settings: Settings,
    folder: Path,
    watcher: Watcher,
    person: Person | None = None,
    shown: Shown | None = None,
) -> Outcome:
    """Run a task from its beginning, and leave nothing running; secrets of the settings are typed and not seen. shown:
    the way to do it.

    Raises what `runner.run` raises, and SettingsError for a secret that the instruction asks for and can't be had.
    """
    try:
        vault = open_vault(settings.secrets, task.instruction)
        veil = veiled(environment, vault)
        # A value that a person wrote into the instruction is not written down either.
        task = task.model_copy(update={"instruction": vault.scrubber.scrub(task.instruction)})
        recent = settings.run.num_recent
        async with policy_of(settings.model, num_recent=recent, told=vault.told, shown=shown) as policy:
            return await runner.run(
                task, veil, policy, folder, settings.run, watcher, rules=settings.guard, person=person
            )
    finally:
        await environment.close()


async def go_on(
    folder: Path,
    environment: Environment,
    settings: Settings,
    watcher: Watcher,
    limits: RunSettings | None = None,
    person: Person | None = None,
    settle: Settle | None = None,
) -> Outcome:
    """Go on with a run, and leave nothing running; without `limits` the run's own hold. Secrets as in `walk`; settle:
    see `runner.resume`."""
    try:
        record = load(folder).run
        vault = open_vault(settings.secrets, record.task.instruction)
        veil, recent, way = veiled(environment, vault), settings.run.num_recent, shown_by(record.recording)
        async with policy_of(settings.model, num_recent=recent, told=vault.told, shown=way) as policy:
            return await runner.resume(
                folder, veil, policy, limits, watcher, rules=settings.guard, person=person, settle=settle
            )
    finally:
        await environment.close()


def shown_by(path: str) -> Shown | None:
    """What a recording shows, for a model to do it likewise; None without a path. Raises RecordingError."""
    if not path:
        return None
    from agent.demonstration import demonstration_of

    return Shown(demonstration_of(Path(path))[1].frames, str(Path(path).absolute()))


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
