"""The live printer says of each step what was seen, decided, done and found, in a terminal and in a plain log."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from agent.events import Decided, Event, RunEnded, RunStarted, Seen, StepRecorded
from agent.recorder import load
from agent.trajectory import Outcome, Verdict
from sandboxes.task import Score
from tests.ui.sample_run import SUCCESS, record_run
from ui.cli.live import LivePrinter, print_outcome

EVIL = "\x1b[2J[bold]boo[/bold]\n\x07"


def _console(terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=200, highlight=False, soft_wrap=True)


def _text(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def _events(folder: Path) -> list[Event]:
    trajectory = load(folder)
    run_id = trajectory.run.id
    events: list[Event] = [RunStarted(run_id=run_id, record=trajectory.run, folder=str(folder), notes=("torn",))]
    for step in trajectory.steps:
        events.append(Seen(run_id=run_id, index=step.index, image=step.before, url=step.url))
        events.append(Decided(run_id=run_id, index=step.index, thought=step.thought, action=step.action, think_ms=188))
        events.append(StepRecorded(run_id=run_id, step=step))
    return [*events, RunEnded(run_id=run_id, outcome=SUCCESS, folder=str(folder))]


def test_a_log_has_one_line_a_step(tmp_path: Path) -> None:
    console = _console()
    printer = LivePrinter(console)
    for event in _events(record_run(tmp_path / "run")):
        printer(event)
    lines = _text(console).splitlines()
    assert lines[0].startswith("task   Order for")
    assert lines[1] == "model  handeye-nano"
    assert lines[2] == "note   torn"
    assert lines[3] == "page   http://127.0.0.1:8000/order"
    assert len(lines) == 4 + 5
    first = lines[4].split("  ")
    assert next(part for part in first if part).strip() == "1"
    assert "352x256 " in lines[4]
    assert 'Focus "Name"  left_click (170, 90)  ok  see 14  think 188  act 95 ms' in lines[4]
    assert "terminate success  the end" in lines[8]
    assert "\x1b" not in _text(console)


def test_a_terminal_gets_colours_and_ends_its_moving_line(tmp_path: Path) -> None:
    console = _console(terminal=True)
    printer = LivePrinter(console)
    for event in _events(record_run(tmp_path / "run")):
        printer(event)
    text = _text(console)
    assert "\x1b[" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h")


def test_text_of_the_model_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    console = _console()
    folder = record_run(tmp_path / "run", thought=EVIL, instruction=EVIL)
    for event in _events(folder):
        LivePrinter(console)(event)
    failed = Outcome(
        kind="answered", answer=EVIL, reason=EVIL, score=Score(reward=0, success=False, facts={EVIL: EVIL})
    )
    print_outcome(console, failed, folder, None)
    text = _text(console)
    assert not {letter for letter in text if not letter.isprintable() and letter != "\n"}
    assert "[bold]boo[/bold]" in text


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (SUCCESS, ["done   the model said it is finished; 4 steps, 2.4 s, 1180 tokens", 'name        "Ada"']),
        (Outcome(kind="finished", success=False, score=Score(reward=0, success=False)), ["failed"]),
        (Outcome(kind="interrupted"), ["interrupted it was stopped and can be resumed; 0 steps", "handeye resume"]),
        (Outcome(kind="failed", reason="the browser is gone"), ["failed", "the browser is gone", "handeye resume"]),
    ],
)
def test_the_end_says_what_came_of_it(outcome: Outcome, said: list[str], tmp_path: Path) -> None:
    console = _console()
    print_outcome(console, outcome, tmp_path, tmp_path / "replay.html")
    text = _text(console)
    assert all(words in text for words in said)
    assert f"replay {tmp_path / 'replay.html'}" in text


def test_what_the_page_said_is_told_under_the_step(tmp_path: Path) -> None:
    console = _console()
    step = load(record_run(tmp_path / "run")).steps[0]
    said = step.model_copy(update={"info": {"notes": ['A message box said "Hi\x1b" and was closed.']}})
    LivePrinter(console)(StepRecorded(run_id="run", step=said))
    assert _text(console).splitlines()[-1] == '       A message box said "Hi " and was closed.'


def test_a_step_that_did_not_do_what_it_should_says_why(tmp_path: Path) -> None:
    console = _console()
    trajectory = load(record_run(tmp_path / "run"))
    verdict = Verdict(changed=False, expected=False, reason="the click changed nothing")
    step = trajectory.steps[0].model_copy(update={"verdict": verdict})
    LivePrinter(console)(StepRecorded(run_id="run", step=step))
    assert "unexpected: the click changed nothing" in _text(console)
