import os
from pathlib import Path

import pytest

from sandboxes.chromium import find_chromium, is_snap
from sandboxes.errors import SandboxMissing


def program(path: Path, content: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine where nothing is installed yet; its folder of programs."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "downloaded"))
    monkeypatch.delenv("HANDEYE_CHROMIUM", raising=False)
    return tmp_path / "bin"


def test_a_machine_without_one_is_told_what_to_install(machine):
    with pytest.raises(SandboxMissing, match="sudo apt install chromium"):
        find_chromium()


def test_the_one_that_is_given_comes_first_then_the_variable_then_the_system(machine, monkeypatch):
    system = program(machine / "chromium")
    named, given = program(machine.parent / "named"), program(machine.parent / "given")
    assert find_chromium() == system
    monkeypatch.setenv("HANDEYE_CHROMIUM", str(named))
    assert find_chromium() == named
    assert find_chromium(given) == given
    with pytest.raises(SandboxMissing, match="is not a program"):
        find_chromium(machine / "absent")


def test_playwrights_own_is_the_last_and_the_newest(machine):
    for number in (1100, 1200):
        path = program(machine.parent / "downloaded" / f"chromium-{number}" / "chrome-linux" / "chrome")
    assert find_chromium() == path


def test_a_snap_is_passed_over(machine):
    stub = program(machine / "chromium-browser", '#!/bin/sh\nexec /snap/bin/chromium "$@"\n')
    snap = program(machine.parent / "snap" / "bin" / "chromium")
    os.symlink(snap, machine / "chromium")
    assert is_snap(stub)
    assert is_snap(machine / "chromium")
    with pytest.raises(SandboxMissing):
        find_chromium()
    real = program(machine / "google-chrome")
    assert not is_snap(real)
    assert find_chromium() == real
