"""AgentNet (OpenCUA): a run a line, PyAutoGUI code with coordinates from 0 to 1.

    {"task_id": "…", "instruction": "Press Save", "task_completed": true, "traj": [
        {"index": 0, "image": "images/….png",
         "value": {"thought": "Click \\"Save\\"", "code": "pyautogui.click(x=0.5, y=0.25)"}}]}

Beside PyAutoGUI its code knows computer.tripleClick, computer.wait and computer.terminate. It is read as data, and
never run.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from actions.action import Action, Decision, Terminate, TripleClick, Wait
from actions.codec.codec import codec
from actions.codec.osworld import WAIT_SECONDS
from actions.codec.pyautogui_code import PyAutoGUICode
from actions.codec.python_calls import Call, read_calls
from actions.errors import ActionInvalid, ActionUnsupported
from agent import history
from agent.errors import RecordError
from agent.exchange.episode import Episode, Reading, Shown, foreign_run, frame_of, name_of
from agent.exchange.example import Example
from agent.exchange.json_lines import copy_images, image_path, picture_of, read_records, write_lines
from agent.exchange.selection import Selection
from agent.recorder import now
from agent.trajectory import Step
from perception.geometry import Size
from perception.image_store import ImageStore
from perception.observation import ImageRef

_STATUS = re.compile(r"""computer\.terminate\(\s*(?:status\s*=\s*)?(['"])(success|failure|fail)\1\s*\)""")
_TRIPLE = re.compile(r"\Acomputer\.(?:tripleClick|triple_click)\(")
_WAIT = re.compile(r"\Acomputer\.wait\(\s*\)\Z")
_DIGITS = 6


class AgentNet:
    """The format."""

    name = "agentnet"
    lossy = (
        "replies, token ids, logprobs, history as shown, actor and outcome but for success are not held",
        "answers, long presses, apps, buttons of a phone and scrolls by part of a wheel's click have no code: such "
        "steps are left out",
        "how the screen was after the last step is not held",
    )

    def write(self, folder: Path, selection: Selection) -> None:
        """Write all parts that have examples, and the pictures. Raises OSError, ImageError."""
        store = ImageStore(folder / "images")
        for part, examples in selection.examples.items():
            can_be_said = [example for example in examples if _code(example)]
            if len(can_be_said) < len(examples):
                selection.left_out["steps that AgentNet has no code for"] += len(examples) - len(can_be_said)
            selection.examples[part] = can_be_said
            by_run: dict[Path, list[Example]] = {}
            for example in can_be_said:
                by_run.setdefault(example.folder, []).append(example)
                copy_images(example.folder, store, [example.step.before])
            if by_run:
                write_lines(folder / f"{part}.jsonl", map(_record, by_run.values()))

    def read(self, path: Path, reading: Reading) -> Iterator[Episode]:
        """The episodes of a file or folder. Raises RecordError for what is not of this format."""
        for file, where, record in read_records(path):
            root = reading.images or file.parent
            try:
                episode = _episode(record, root, where, reading)
            except (KeyError, TypeError, AttributeError) as error:
                raise RecordError(f"{where} is no record of {self.name}: {error!r}") from error
            if episode.shown:
                yield episode


def code_of(action: Action, size: Size) -> str:
    """The code that says an action. Raises ActionUnsupported where there is none."""
    match action:
        case Terminate(status=status):
            return f"computer.terminate(status={status!r})"
        case Wait(seconds=seconds) if seconds == WAIT_SECONDS:
            return "computer.wait()"
    written = PyAutoGUICode().encode(Decision(action=action), size)
    lines = [_written(_scaled(call, size, _share)) for call in read_calls(written)]
    if isinstance(action, TripleClick):
        lines = [line.replace("pyautogui.", "computer.", 1) for line in lines]
    return "\n".join(lines)


def action_of(code: str, size: Size) -> Action:
    """What code of 0 to 1 does, in pixels. Raises ActionInvalid for anything but one action that is known."""
    code = code.strip()
    if ended := _STATUS.fullmatch(code):
        return Terminate(status="success" if ended[2] == "success" else "failure")
    if _WAIT.match(code):
        return Wait(seconds=WAIT_SECONDS)
    calls = read_calls(_TRIPLE.sub("pyautogui.tripleClick(", code))
    pixels = "\n".join(_written(_scaled(call, size, _pixel)) for call in calls)
    return PyAutoGUICode().parse(pixels, size).action


def _code(example: Example) -> str:
    """The code of a step; empty where there is none."""
    step = example.step
    try:
        return code_of(step.action, step.before.size) if step.action else ""
    except ActionUnsupported:
        return ""


def _record(examples: list[Example]) -> dict[str, Any]:
    """A run's."""
    run = examples[0].run
    steps = [
        {
            "index": example.step.index,
            "image": image_path(example.step.before),
            "value": {"thought": example.step.thought, "code": _code(example)},
        }
        for example in examples
    ]
    success = run.outcome is not None and run.outcome.success is True
    return {"task_id": run.task.id, "instruction": run.task.instruction, "task_completed": success, "traj": steps}


def _episode(record: dict[str, Any], root: Path, where: str, reading: Reading) -> Episode:
    completed = record.get("task_completed")
    success = True if reading.as_success else completed if isinstance(completed, bool) else None
    name = str(record.get("task_id") or name_of(record))
    run = foreign_run(name, str(record["instruction"]), reading.codec, "compact", success)
    episode, dialect = Episode(run, []), codec(reading.codec)
    for taken in record["traj"]:
        picture = picture_of(taken["image"], root, where)
        frame = frame_of(picture, where)
        try:
            action = action_of(taken["value"]["code"], frame.size)
            dialect.encode(Decision(action=action), frame.size, "desktop")
        except (ActionInvalid, ActionUnsupported) as error:
            reading.leave_out("steps whose code is no action that is known", f"{where}: {error}")
            continue
        value = taken["value"]
        step = Step(
            index=len(episode.shown),
            time=now(),
            actor="human",
            before=ImageRef(digest=frame.digest, size=frame.size),
            shown_history=history.full([shown.step for shown in episode.shown]),
            thought=str(value.get("thought") or value.get("action") or ""),
            action=action,
        )
        episode.shown.append(Shown(step, picture))
    return episode


def _share(value: Any, length: int) -> Any:
    """A pixel's middle as a share of the length."""
    return round((value + 0.5) / length, _DIGITS)


def _pixel(value: Any, length: int) -> Any:
    """The pixel that a share lies in; the far edge is the last. Raises ActionInvalid for what is none."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise ActionInvalid(f"{value!r} is no coordinate from 0 to 1.")
    return min(int(value * length), length - 1)


def _scaled(call: Call, size: Size, scale: Any) -> Call:
    """A call with its coordinates on another scale."""
    places = {"x": size.width, "y": size.height}
    arguments, named = list(call.arguments), dict(call.named)
    if not call.function.endswith(("scroll", "write", "typewrite", "press", "hotkey", "sleep")):
        for place, length in enumerate(places.values()):
            if place < len(arguments):
                arguments[place] = scale(arguments[place], length)
    return Call(call.function, arguments, {k: scale(v, places[k]) if k in places else v for k, v in named.items()})


def _written(call: Call) -> str:
    named = (f"{name}={value!r}" for name, value in call.named.items())
    return f"{call.function}({', '.join([*map(repr, call.arguments), *named])})"
