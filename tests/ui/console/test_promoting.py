"""A promotion is the command in a process of its own: one at a time, stopped with the console, heard to the end."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ui.console.learned import places_in
from ui.console.places import Places
from ui.console.promoting import Progress, Promoting, PromotionBusy, Wish, closing

COMMAND = """
import json, os, sys, time
print("called with", *sys.argv[1:], file=sys.stderr)
print("into", os.environ["HANDEYE_EVALUATION__FOLDER"], file=sys.stderr)
{then}
"""
DECIDED = 'print(json.dumps({"promoted": True, "reason": "better"}))'
WAITS = """
import signal
signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the real command takes it
print("ready", file=sys.stderr)
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("handeye: interrupted", file=sys.stderr)
    sys.exit(130)
"""
Made = Callable[[str], Promoting]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """Makes a promotion whose command does something else than to measure."""
    begun: list[Promoting] = []

    def make(then: str) -> Promoting:
        script = tmp_path / "command.py"
        script.write_text(COMMAND.format(then=then))
        begun.append(Promoting(places_in(tmp_path), (sys.executable, str(script))))
        return begun[-1]

    yield make
    for one in begun:
        one.close()


def until(promoting: Promoting, holds: Callable[[Progress], bool]) -> Progress:
    for _ in range(600):
        if holds(promoting.progress):
            return promoting.progress
        time.sleep(0.05)
    raise AssertionError(promoting.progress)


def is_over(progress: Progress) -> bool:
    return progress.phase == "ended"


def test_the_command_gets_the_places_and_its_decision_is_heard(made: Made, tmp_path: Path) -> None:
    promoting = made(DECIDED)
    promoting.start(Wish("sft/model", tmp_path / "-odd", "click-button", 3))
    progress = until(promoting, is_over)
    current = f"--current={tmp_path / 'models' / 'current'}"
    assert progress.lines == (
        f"called with promote --json {current} --tasks=click-button --episodes=3 -- {tmp_path / '-odd'}",
        f"into {tmp_path / 'evaluations'}",
    )
    assert (progress.code, progress.decision) == (0, {"promoted": True, "reason": "better"})


def test_what_a_model_was_taught_goes_along(made: Made, tmp_path: Path) -> None:
    promoting = made(DECIDED)
    promoting.start(Wish("m", tmp_path, "default", 3, taught="parcel"))
    assert "--episodes=3 --taught=parcel --" in until(promoting, is_over).lines[0]


def test_a_named_settings_file_goes_along(tmp_path: Path) -> None:
    script = tmp_path / "command.py"
    script.write_text(COMMAND.format(then=""))
    places = Places(config=tmp_path / "h.toml")
    promoting = Promoting(places, (sys.executable, str(script)))
    promoting.start(Wish("m", tmp_path))
    assert f"--config={tmp_path / 'h.toml'} --" in until(promoting, is_over).lines[0]
    promoting.close()


def test_two_at_once_are_refused_and_a_stop_interrupts(made: Made, tmp_path: Path) -> None:
    promoting = made(WAITS)
    wish = Wish("m", tmp_path)
    promoting.start(wish)
    with pytest.raises(PromotionBusy, match="under way"):
        promoting.start(wish)
    until(promoting, lambda progress: len(progress.lines) == 3)
    promoting.stop()
    promoting.stop()
    progress = until(promoting, is_over)
    assert (progress.code, progress.decision, progress.lines[-1]) == (130, {}, "handeye: interrupted")
    promoting.start(wish)
    assert promoting.progress.is_busy


def test_what_does_not_end_by_itself_is_ended_with_all_that_it_started(made: Made, tmp_path: Path) -> None:
    promoting = made(
        "import signal, subprocess; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, file=sys.stderr)\ntime.sleep(60)"
    )
    promoting.start(Wish("m", tmp_path))
    progress = until(promoting, lambda progress: len(progress.lines) == 3)
    promoting.close(0.3)
    assert promoting.progress.phase == "ended"
    child = Path("/proc") / progress.lines[-1] / "stat"
    for _ in range(100):
        if not child.exists() or child.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    raise AssertionError("what the command started goes on")


async def test_the_console_ends_it_with_itself(made: Made, tmp_path: Path) -> None:
    promoting = made(WAITS)
    async with closing(promoting)(None):
        promoting.start(Wish("m", tmp_path))
        until(promoting, lambda progress: len(progress.lines) == 3)
    assert promoting.progress.code == 130


def test_a_command_that_says_something_else_or_very_much_is_heard_out(made: Made, tmp_path: Path) -> None:
    promoting = made("print('x' * 300_000); [print('y' * 900, file=sys.stderr) for _ in range(300)]; sys.exit(4)")
    promoting.start(Wish("m", tmp_path))
    progress = until(promoting, is_over)
    assert (progress.code, progress.decision, len(progress.lines)) == (4, {}, 12)
    assert max(map(len, progress.lines)) <= 400


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    promoting = Promoting(places_in(tmp_path), (str(tmp_path / "nothing"),))
    with pytest.raises(OSError, match="nothing"):
        promoting.start(Wish("m", tmp_path))
    assert not promoting.progress.is_busy
    promoting.close()
