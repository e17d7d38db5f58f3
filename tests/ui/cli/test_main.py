"""The command line's frame: help at once, one line for every error, and the exit code that goes with it."""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.errors import SettingsError
from perception.errors import ModelError
from sandboxes.errors import PageError, SandboxMissing
from ui.cli import exits
from ui.cli.main import VERBS, main

HEAVY = {"numpy", "torch", "pydantic", "PIL", "rich", "gradio", "langgraph", "playwright", "httpx", "asyncio"}


def _fresh(repository: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own, so that what this process imported does not count."""
    return subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True)


def _help(repository: Path, *words: str) -> subprocess.CompletedProcess[str]:
    code = "import sys\nfrom ui.cli.main import main\ncode = main(sys.argv[1:])\n"
    code += "print(*sys.modules, file=sys.stderr)\nsys.exit(code)"
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True)


def test_help_answers_at_once_and_imports_nothing_heavy(repository: Path) -> None:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        ran = _help(repository, "--help")
        times.append(time.perf_counter() - began)
        assert ran.returncode == 0
    assert min(times) < 0.3
    assert not HEAVY & set(ran.stderr.split())
    assert all(f"  {verb} " in ran.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_imports_nothing_heavy(repository: Path, verb: str) -> None:
    ran = _help(repository, verb, "--help")
    assert ran.returncode == 0
    assert f"usage: handeye {verb}" in ran.stdout
    assert "--json" in ran.stdout
    assert not HEAVY & set(ran.stderr.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fly"], "there is no verb 'fly'"),
        (["--fly"], "unrecognized arguments: --fly"),
        (["replay"], "arguments are required: RUN"),
        (["doctor", "--fly"], "unrecognized arguments: --fly"),
        (["replay", "nowhere"], "nowhere is not a run"),
        (["verify", "nowhere"], "nowhere is not a run"),
        (["doctor", "--config", "nowhere.toml"], "nowhere.toml does not exist"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == exits.USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("handeye: ")
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_no_words_print_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == exits.USAGE
    assert "verbs:" in capsys.readouterr().out


def test_an_unknown_setting_is_named_with_where_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "handeye.toml"
    file.write_text("[run]\nmax_stepz = 3\n")
    assert main(["doctor", "--config", str(file), "--json"]) == exits.USAGE
    printed = capsys.readouterr()
    assert "there is no setting run.max_stepz" in printed.err
    assert printed.err.count("\n") == 1
    assert json.loads(printed.out) == {"error": printed.err.strip().removeprefix("handeye: "), "exit_code": 2}
    monkeypatch.setenv("HANDEYE_MODEL__NAEM", "nano")
    assert main(["doctor"]) == exits.USAGE
    assert "there is no setting model.naem" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (PageError("no page at x"), exits.BROKEN, "no page at x"),
        (ModelError("torn\nweights"), exits.BROKEN, "torn weights"),
        (SandboxMissing("Chromium is missing: sudo apt install chromium"), exits.MISSING, "sudo apt install"),
        (SettingsError("no such key"), exits.USAGE, "no such key"),
        (exits.UsageError("no"), exits.USAGE, "no"),
        (ModuleNotFoundError("No module", name="miniwob.x"), exits.MISSING, 'pip install "handeye[miniwob]"'),
        (ModuleNotFoundError("No module", name="agent.x"), exits.MISSING, "handeye doctor"),
        (OSError(errno.ENOSPC, "No space left", "/runs/x"), exits.BROKEN, "/runs/x: the disk is full"),
        (PermissionError(errno.EACCES, "denied", "/runs"), exits.BROKEN, "/runs: no right"),
        (KeyboardInterrupt(), exits.INTERRUPTED, "interrupted"),
    ],
)
def test_every_kind_of_error_has_its_code_and_line(error: BaseException, code: int, line: str) -> None:
    assert exits.code_of(error) == code
    assert exits.is_expected(error)
    assert line in exits.line_of(error)
    assert "\n" not in exits.line_of(error)


def test_a_missing_part_counts_also_when_another_error_was_made_of_it() -> None:
    error = PageError("the environment can't be loaded")
    error.__cause__ = ModuleNotFoundError("No module named 'miniwob'", name="miniwob")
    assert exits.code_of(error) == exits.MISSING
    assert 'pip install "handeye[miniwob]"' in exits.line_of(error)


def test_foreign_text_cannot_steer_the_terminal() -> None:
    assert exits.plain("a\x1b[31mb\nc\u202ed\x9be") == "a [31mb c d e"
    assert exits.plain("x" * 50, 10) == "x" * 9 + "…"
    assert exits.plain("\ud800") == "?"


def test_a_package_that_shadows_ours_is_said(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "__init__.py").write_text("")
    code = f"import sys\nsys.path[:0] = [{str(tmp_path)!r}, {str(repository)!r}]\n"
    code += "from ui.cli.main import main\nsys.exit(main(['doctor']))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=os.environ)
    assert ran.returncode == exits.MISSING
    assert "not ours" in ran.stdout
    assert "Traceback" not in ran.stderr
