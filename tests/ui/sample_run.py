"""A recorded run to show: a small form, drawn with PIL, filled in four steps."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from actions.action import Action, LeftClick, Terminate, Type
from agent.recorder import Recorder, image_store, now
from agent.trajectory import Outcome, Reply, RunRecord, Step, StepTimings, Verdict
from perception.geometry import Point, Size
from perception.observation import Frame
from sandboxes.task import Score, Task

SIZE = Size(width=352, height=256)
INSTRUCTION = 'Order for "Ada": fill in the form and press Save.'
SUCCESS = Outcome(
    kind="finished",
    success=True,
    score=Score(reward=1.0, success=True, facts={"name": "Ada", "newsletter": True, "saved": 1}),
    steps=4,
    seconds=2.4,
    tokens=1180,
)


def form(name: str = "", focused: bool = False, ticked: bool = False, saved: bool = False) -> Frame:
    """The form's picture in one of its states."""
    image = Image.new("RGB", (SIZE.width, SIZE.height), (250, 249, 246))
    pen = ImageDraw.Draw(image)
    title, text = ImageFont.load_default(size=18), ImageFont.load_default(size=13)
    pen.text((24, 18), "Order saved" if saved else "Your order", (30, 30, 30), title)
    pen.text((24, 58), "Name", (60, 60, 60), text)
    pen.rounded_rectangle((24, 76, 328, 104), 5, (255, 255, 255), (40, 90, 200) if focused else (160, 160, 160))
    pen.text((32, 82), name, (20, 20, 20), text)
    pen.rounded_rectangle((24, 124, 40, 140), 3, (40, 90, 200) if ticked else (255, 255, 255), (120, 120, 120))
    pen.text((50, 124), "Send me the newsletter", (40, 40, 40), text)
    pen.rounded_rectangle((24, 176, 120, 208), 6, (40, 90, 200))
    pen.text((54, 184), "Save", (255, 255, 255), text)
    return Frame(pixels=np.asarray(image))


def steps() -> list[tuple[str, Action, Frame, Frame | None]]:
    """Thought, action, frame before, frame after."""
    empty, focused = form(), form(focused=True)
    typed, ticked = form("Ada", focused=True), form("Ada", ticked=True)
    return [
        ('Focus "Name"', LeftClick(at=Point(x=170, y=90)), empty, focused),
        ('Type "Ada"', Type(text="Ada"), focused, typed),
        ('Tick "Send me the newsletter"', LeftClick(at=Point(x=32, y=132)), typed, ticked),
        ('Click "Save"', LeftClick(at=Point(x=72, y=192)), ticked, form("Ada", ticked=True, saved=True)),
        ("Finished", Terminate(status="success"), form("Ada", ticked=True, saved=True), None),
    ]


def record_run(
    folder: Path, *, outcome: Outcome | None = SUCCESS, instruction: str = INSTRUCTION, thought: str = ""
) -> Path:
    """Record the run into a folder; `thought` replaces the first step's."""
    task = Task(id="sample", instruction=instruction, url="http://127.0.0.1:8000/order")
    run = RunRecord(id=folder.name, started=now(), task=task, model="handeye-nano", frame=SIZE)
    recorder = Recorder.create(folder, run)
    store = image_store(folder)
    for index, (told, action, before, after) in enumerate(steps()):
        said = thought if thought and index == 0 else told
        recorder.append(
            Step(
                index=index,
                time=now(),
                policy="handeye-nano",
                before=store.put(before),
                after=store.put(after) if after is not None else None,
                url="http://127.0.0.1:8000/order",
                replies=(Reply(text=f'{{"thought": "{said}", "action": "{action.kind}"}}', finish="stop"),),
                thought=said,
                action=action,
                verdict=Verdict(changed=True, changed_share=0.012) if after is not None else None,
                timings=StepTimings(see_ms=14, think_ms=188 + 20 * index, act_ms=92, verify_ms=3),
            )
        )
    if outcome is not None:
        recorder.conclude(outcome)
    recorder.close()
    return folder
