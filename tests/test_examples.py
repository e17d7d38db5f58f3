"""The examples of the guide do what they say."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.desktops import needs

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


@pytest.fixture
def example(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """An example, in a folder of its own, where it writes its picture."""
    (tmp_path / "build").mkdir()
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location(request.param, EXAMPLES / f"{request.param}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.desktop
@pytest.mark.parametrize("example", ["rename_files"], indirect=True)
def test_files_are_renamed(example: ModuleType, tmp_path: Path) -> None:
    needs("Xvfb", "openbox", "pcmanfm")
    assert example.main() == {"2026-01.txt": "January", "2026-02.txt": "February"}
    assert (tmp_path / "build" / "rename_files.png").stat().st_size > 5_000


@pytest.mark.desktop
@pytest.mark.parametrize("example", ["fill_sheet"], indirect=True)
def test_a_sheet_is_filled(example: ModuleType) -> None:
    needs("Xvfb", "openbox", "soffice")
    assert example.main() == [["Item", "Price"], ["Bread", "2.5"], ["Café crème", "3.2"], ["Sum", "5.7"]]


@pytest.mark.desktop
@pytest.mark.parametrize("example", ["chromium_window"], indirect=True)
def test_a_browser_window_is_typed_into(example: ModuleType) -> None:
    needs("Xvfb", "openbox", "chromium")
    assert example.main() == example.TEXT


@pytest.mark.android
@pytest.mark.parametrize("example", ["phone_setting"], indirect=True)
def test_a_phones_setting_is_changed(example: ModuleType) -> None:
    needs("adb", "chromium")
    assert example.main() == "2"
