"""What all tests share: a clean environment, the browser, a place for runs, a page server.

The environment is cleaned when this file is imported, which is before any module under test is: what is read
from the environment must not differ between a developer's shell and a bare machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page_server import PageServer

HERE = Path(__file__).resolve().parent


def clean_environment() -> None:
    """Remove what would change results: our settings, proxies, a display; and keep torch to one thread."""
    for name in list(os.environ):
        if name.startswith("HANDEYE_") and name != "HANDEYE_CHROMIUM":
            del os.environ[name]
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


clean_environment()


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder for settings, caches and state, so that no test touches the real ones."""
    home = tmp_path_factory.mktemp("home")
    names = {"XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}
    before = {name: os.environ.get(name) for name in names}
    for name, folder in names.items():
        (home / folder).mkdir()
        os.environ[name] = str(home / folder)
    yield home
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return HERE.parent


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser that set-up installs. Missing, it fails the test: a skipped one would prove nothing."""
    from sandboxes.chromium import find_chromium
    from sandboxes.errors import SandboxMissing

    try:
        return find_chromium(os.environ.get("HANDEYE_CHROMIUM"))
    except SandboxMissing as error:
        pytest.fail(f"{error} `make setup` does it.", pytrace=False)


@pytest.fixture
def runs_folder(tmp_path: Path) -> Path:
    """An empty folder for the runs that a test records."""
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


@pytest.fixture
def page_server() -> Iterator[PageServer]:
    """A page server on loopback, closed after the test."""
    with PageServer() as server:
        yield server
