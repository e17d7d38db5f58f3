"""AgentNet's code of 0 to 1: what it can hold comes back, the rest is counted."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.action import (
    Action,
    Answer,
    DoubleClick,
    HScroll,
    Key,
    LeftClick,
    LeftClickDrag,
    MiddleClick,
    MouseMove,
    RightClick,
    Scroll,
    Terminate,
    TripleClick,
    Type,
    Wait,
)
from actions.errors import ActionInvalid
from actions.space import WHEEL_PIXELS
from agent.errors import RecordError
from agent.exchange.agentnet import AgentNet, action_of, code_of
from agent.exchange.dataset import export
from agent.exchange.episode import Reading
from agent.exchange.runs import import_runs
from agent.exchange.selection import Filters
from agent.recorder import load
from agent.training.dialogue import DialogueMaker
from agent.training.recorded import recorded
from perception.clients.catalog import NANO
from perception.geometry import Point, Size
from perception.screenshot import encode_png
from tests.agent.exchange.recorded import CLICK, NO_SECRETS, SIZE, picture, record


@st.composite
def action_on_a_screen(draw: st.DrawFn) -> tuple[Action, Size]:
    size = Size(width=draw(st.integers(1, 8000)), height=draw(st.integers(1, 8000)))
    at = st.builds(Point, x=st.integers(0, size.width - 1), y=st.integers(0, size.height - 1))
    clicks = st.sampled_from([LeftClick, RightClick, MiddleClick, DoubleClick, TripleClick, MouseMove])
    wheel = st.integers(-20, 20).map(lambda turns: turns * WHEEL_PIXELS)
    kinds = [
        clicks.flatmap(lambda kind: at.map(lambda point: kind(at=point))),
        st.builds(LeftClickDrag, start=st.none() | at, end=at),
        st.builds(Scroll, at=st.none() | at, pixels=wheel),
        st.builds(HScroll, at=st.none() | at, pixels=wheel),
        st.builds(Type, text=st.text(max_size=20)),
        st.builds(Key, keys=st.sampled_from([("enter",), ("ctrl", "shift", "t")])),
        st.builds(Wait, seconds=st.sampled_from([0.5, 2.0, 3.0])),
        st.builds(Terminate, status=st.sampled_from(["success", "failure"])),
    ]
    return draw(st.one_of(kinds)), size


@given(action_on_a_screen())
def test_an_action_comes_back_from_its_code(drawn: tuple[Action, Size]) -> None:
    action, size = drawn
    assert action_of(code_of(action, size), size) == action


def test_code_is_in_shares_of_the_screen() -> None:
    size = Size(width=1000, height=500)
    assert code_of(LeftClick(at=Point(x=500, y=125)), size) == "pyautogui.click(x=0.5005, y=0.251)"
    assert code_of(Terminate(status="failure"), size) == "computer.terminate(status='failure')"
    assert code_of(TripleClick(at=Point(x=0, y=0)), size).startswith("computer.tripleClick(x=0.0005")


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("pyautogui.click(0.5, 1.0)", LeftClick(at=Point(x=32, y=31))),
        ("computer.triple_click(x=0.5, y=0.25)", TripleClick(at=Point(x=32, y=8))),
        ("computer.terminate('fail')", Terminate(status="failure")),
        ("computer.wait()", Wait(seconds=2)),
        ("pyautogui.write(message='a, 0.5')", Type(text="a, 0.5")),
        ("pyautogui.hotkey(['ctrl', 'c'])", Key(keys=("ctrl", "c"))),
        ("pyautogui.moveTo(0, 0)\npyautogui.dragTo(x=0.5, y=0.25)", LeftClickDrag(start=Point(x=0, y=0), end=CLICK.at)),
    ],
)
def test_code_that_others_write_is_read(code: str, action: Action) -> None:
    assert action_of(code, SIZE) == action


@pytest.mark.parametrize(
    "code", ["pyautogui.click(x=512, y=300)", "import os; os.remove('a')", "pyautogui.mouseDown()", "", "f(0.5)"]
)
def test_other_code_is_no_action(code: str) -> None:
    with pytest.raises(ActionInvalid):
        action_of(code, SIZE)


def test_a_run_comes_back_with_what_can_be_held(tmp_path: Path) -> None:
    actions = [CLICK, Answer(text="42"), Type(text="Ada"), Terminate(status="success")]
    run = record(tmp_path / "run", [{"action": one, "thought": f"Do {one.kind}"} for one in actions])
    report = export([run], AgentNet(), tmp_path / "set", Filters(), NO_SECRETS)
    assert (report.num_train, report.left_out) == (3, {"steps that AgentNet has no code for": 1})
    (line,) = (tmp_path / "set" / "train.jsonl").read_text().splitlines()
    assert [taken["index"] for taken in json.loads(line)["traj"]] == [0, 2, 3]
    found = import_runs(tmp_path / "set", AgentNet(), tmp_path / "back", Reading())
    trajectory = load(found.folder / found.runs[0])
    assert [step.action for step in trajectory.steps] == [CLICK, *actions[2:]]
    assert [step.thought for step in trajectory.steps] == ["Do left_click", "Do type", "Do terminate"]
    assert trajectory.run.task.instruction == 'Press "Save"'
    assert trajectory.run.outcome is not None
    assert trajectory.run.outcome.success is True
    assert len(recorded(tmp_path / "back", DialogueMaker(NANO)).dialogues) == 3


def test_nothing_that_it_can_say_is_said(tmp_path: Path) -> None:
    run = record(tmp_path / "run", [{"action": Answer(text="42")}])
    with pytest.raises(RecordError, match="no code for any of the actions"):
        export([run], AgentNet(), tmp_path / "set", Filters(), NO_SECRETS)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_step_that_can_t_be_read_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encode_png(picture(0)))
    codes = ["pyautogui.mouseDown()", "pyautogui.click(x=0.5, y=0.25)"]
    traj = [{"index": n, "image": "a.png", "value": {"code": code}} for n, code in enumerate(codes)]
    file = tmp_path / "agentnet.jsonl"
    file.write_text(json.dumps({"task_id": "one", "instruction": "Go", "traj": traj}))
    report = import_runs(file, AgentNet(), tmp_path / "runs", Reading())
    assert (report.num_steps, report.left_out) == (1, {"steps whose code is no action that is known": 1})
    assert load(report.folder / "one").steps[0].action == CLICK
