from inspect import signature
from pathlib import Path

from agent.settings import BrowserSettings, DesktopSettings, Settings
from sandboxes.browser import BrowserEnvironment
from sandboxes.desktop import DesktopEnvironment
from sandboxes.task import Task
from ui import walking


def test_every_setting_of_the_browser_reaches_its_environment():
    options = walking._options(BrowserSettings())
    takes = set(signature(BrowserEnvironment).parameters)
    assert set(options) <= takes
    settings = {name for name in BrowserSettings.model_fields if name not in ("executable", "headed", "viewport")}
    assert settings <= set(options)
    assert takes - set(options) == {"viewport", "sandbox", "action_seconds", "checker"}


def test_an_environment_is_made_with_them():
    task = Task(id="t", instruction="", url="http://127.0.0.1/")
    made = walking.environment_of(task, Settings(browser=BrowserSettings(allowed_hosts=("a.org",), device_scale=2)))
    assert isinstance(made, BrowserEnvironment)


def test_every_setting_of_the_desktop_reaches_its_environment(tmp_path: Path) -> None:
    assert set(DesktopSettings.model_fields) <= set(signature(DesktopEnvironment).parameters)
    task = Task(id="t", instruction="", environment="desktop")
    made = walking.environment_of(task, Settings(desktop=DesktopSettings(readable=(tmp_path,))))
    assert isinstance(made, DesktopEnvironment)
