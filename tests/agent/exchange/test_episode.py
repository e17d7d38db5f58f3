"""Files that others wrote: what becomes a step, what is left out, what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from actions.action import LeftClick, Terminate
from agent.errors import RecordError
from agent.exchange import formats
from agent.exchange.episode import Reading
from agent.exchange.runs import Report, import_runs
from agent.inspection import inspect
from agent.recorder import load
from agent.training.dialogue import DialogueMaker
from agent.training.recorded import recorded
from agent.trajectory import Trajectory
from perception.clients.catalog import NANO
from perception.geometry import Point
from perception.screenshot import encode_png
from tests.agent.exchange.recorded import REPLY, picture

END = '{"thought": "Finished", "action": "terminate", "status": "success"}'
CALL = '{"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [500, 250]}}'


def image(folder: Path, number: int = 0) -> str:
    (folder / f"{number}.png").write_bytes(encode_png(picture(number)))
    return f"{number}.png"


def read(path: Path, records: list[Any], **reading: Any) -> tuple[Report, list[Trajectory]]:
    file = path / "foreign.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    report = import_runs(file, formats.found(file), path / "runs", Reading(**reading))
    return report, [load(report.folder / name) for name in report.runs]


def test_a_conversation_of_two_replies_is_a_run_of_two_steps(tmp_path: Path) -> None:
    said = [
        {"from": "system", "value": "You work a computer."},
        {"from": "human", "value": "<image>\nPress Save"},
        {"from": "gpt", "value": REPLY},
        {"from": "human", "value": "<image>"},
        {"from": "gpt", "value": END},
    ]
    record = {"id": "a/b c", "conversations": said, "images": [image(tmp_path, 0), image(tmp_path, 1)]}
    report, (trajectory,) = read(tmp_path, [record])
    assert report.runs == ("a-b-c",)
    first, last = trajectory.steps
    assert trajectory.run.task.instruction == "Press Save"
    assert (first.action, last.action) == (LeftClick(at=Point(x=32, y=8)), Terminate(status="success"))
    assert last.shown_history == ('Click "Save"',)
    assert (first.before.digest, last.before.digest) == (picture(0).digest, picture(1).digest)
    assert trajectory.run.outcome is not None
    assert trajectory.run.outcome.success is None
    assert inspect(tmp_path / "runs" / "a-b-c").faults == ()


def test_what_is_learned_from_others_has_to_be_asked_for(tmp_path: Path) -> None:
    record = {"conversations": [{"from": "human", "value": "<image>Go"}, {"from": "gpt", "value": REPLY}]}
    record["image"] = image(tmp_path)  # type: ignore[assignment]
    read(tmp_path, [record])
    assert recorded(tmp_path / "runs", DialogueMaker(NANO)).dialogues == []
    _, (trajectory,) = read(tmp_path, [{**record, "id": "again"}], as_success=True)
    found = recorded(tmp_path / "runs", DialogueMaker(NANO))
    assert (found.num_runs, len(found.dialogues)) == (1, 1)
    assert trajectory.run.codec == "qwen3vl"


@pytest.mark.parametrize("role", ["function_call", "tool_call"])
def test_calls_in_roles_of_their_own_are_read(role: str, tmp_path: Path) -> None:
    said = [{"role": "user", "content": "<image>Go"}, {"role": role, "content": CALL}]
    _, (trajectory,) = read(tmp_path, [{"messages": said, "images": [image(tmp_path)]}])
    assert trajectory.steps[0].action == LeftClick(at=Point(x=32, y=8))


def test_a_masked_reply_is_no_step(tmp_path: Path) -> None:
    said = [
        {"role": "user", "content": "<image>Go"},
        {"role": "assistant", "content": REPLY, "loss": False},
        {"role": "user", "content": "<image>"},
        {"role": "assistant", "content": END, "loss": True},
    ]
    record = {"messages": said, "images": [{"path": image(tmp_path, 0)}, {"path": image(tmp_path, 1)}]}
    _, (trajectory,) = read(tmp_path, [record])
    assert [step.action for step in trajectory.steps] == [Terminate(status="success")]


def test_what_can_t_be_read_is_counted_and_the_rest_kept(tmp_path: Path) -> None:
    good = {"prompt": [{"role": "user", "content": "Go"}], "images": [image(tmp_path)]}
    completion = [{"role": "assistant", "content": REPLY}]
    prose = {**good, "completion": [{"role": "assistant", "content": "I would click Save."}]}
    blind = {**good, "completion": completion, "images": []}
    report, trajectories = read(tmp_path, [prose, blind, {**good, "completion": completion}])
    assert len(trajectories) == 1
    assert report.left_out == {
        "replies that are no action to the codec qwen3vl": 1,
        "replies without a picture before them": 1,
    }
    assert "line 1" in report.first["replies that are no action to the codec qwen3vl"]


@pytest.mark.parametrize("layout", ["compact", "computer_use"])
def test_prompts_laid_out_as_ours_give_instruction_and_history(layout: str, tmp_path: Path) -> None:
    texts = {
        "compact": "Go\non\nStep 1: Open\nStep 2: Wait",
        "computer_use": "Do.\n\nInstruction: Go\non\n\nPrevious actions:\nStep 1: Open\nStep 2: Wait",
    }
    record = {
        "prompt": [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": texts[layout]}]}],
        "completion": [{"role": "assistant", "content": [{"type": "text", "text": REPLY}]}],
        "images": [image(tmp_path)],
    }
    _, (trajectory,) = read(tmp_path, [record])
    assert trajectory.run.task.instruction == "Go\non"
    assert trajectory.steps[0].shown_history == ("Open", "Wait")


def test_a_picture_outside_the_folder_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    image(tmp_path)
    said = [{"role": "user", "content": "<image>Go"}, {"role": "assistant", "content": REPLY}]
    with pytest.raises(RecordError, match=r"lies outside .* --images"):
        read(inside, [{"messages": said, "images": ["../0.png"]}])
    _, (trajectory,) = read(inside, [{"messages": said, "images": ["0.png"]}], images=tmp_path)
    assert len(trajectory.steps) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "line 1 is no JSON object"),
        ('{"text": "a"}', "of no format that is known"),
        ('{"messages": 3}', "is no record of ms-swift"),
        ('{"messages": [{"role": "judge", "content": "x"}]}', "is no record of ms-swift"),
        (
            '{"messages": [{"role": "user", "content": "<image>"}, {"role": "assistant", "content": ""}], "image":"n"}',
            "can't be read",
        ),
        ("", "holds no record"),
    ],
)
def test_what_is_no_data_set_is_said_and_nothing_is_written(content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "foreign.jsonl"
    file.write_text(content)
    with pytest.raises(RecordError, match=said):
        import_runs(file, formats.found(file), tmp_path / "runs", Reading())
    assert not (tmp_path / "runs").exists() or list((tmp_path / "runs").iterdir()) == []
