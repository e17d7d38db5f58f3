"""Where desktop_env's environment is looked for, and what its process says when it is none."""

import os
import sys
from pathlib import Path

import pytest

from agent.errors import BenchmarkError
from agent.evaluation.osworld import Place
from agent.evaluation.osworld_process import STAMP, VARIABLE, Conduct, DesktopEnvProcess, environment_python
from sandboxes.errors import SandboxMissing

Told = tuple[str, list[str]]


async def silent(instruction: str, observed: object) -> Told:
    """Never asked."""
    raise AssertionError(instruction)


def test_the_environment_is_named_or_the_newest_of_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(SandboxMissing, match=r"there is none: make it .*tests/osworld/make_environment.sh"):
        environment_python()
    for age, name in enumerate(("osworld-b", "osworld-a", "osworld-half")):
        (tmp_path / "handeye" / name).mkdir(parents=True)
        if name != "osworld-half":
            stamp = tmp_path / "handeye" / name / STAMP
            stamp.touch()
            os.utime(stamp, (1000 + age, 1000 + age))
    assert environment_python() == tmp_path / "handeye/osworld-a/bin/python"
    monkeypatch.setenv(VARIABLE, str(tmp_path / "elsewhere"))
    with pytest.raises(SandboxMissing, match="which is no environment of Python"):
        environment_python()


@pytest.mark.slow
async def test_an_environment_without_desktop_env_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    process = DesktopEnvProcess(Path(sys.executable))
    with pytest.raises(BenchmarkError, match="process ended: ModuleNotFoundError: No module named 'desktop_env'"):
        await process.play({"id": "a"}, tmp_path, Place("m", "os"), Conduct(), silent)
    await process.close()
    await process.close()
    assert os.listdir(tmp_path) == []
