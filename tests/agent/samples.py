"""Steps to test with."""

from actions.action import Action, LeftClick
from agent.trajectory import Reply, RunRecord, Step, Verdict
from perception.geometry import Point, Size
from perception.observation import ImageRef
from sandboxes.task import Task

SIZE = Size(width=32, height=24)
CLICK = LeftClick(at=Point(x=3, y=4))


def image(name: str = "a") -> ImageRef:
    return ImageRef(digest=name, size=SIZE)


def step(
    index: int = 0,
    thought: str = 'Click "Save"',
    action: Action | None = CLICK,
    *,
    changed: bool = True,
    expected: bool | None = None,
    before: str | None = None,
    **fields,
) -> Step:
    verdict = Verdict(changed=changed, expected=changed if expected is None else expected)
    return Step(
        index=index,
        time="2026-01-01T00:00:00+00:00",
        before=image(f"screen {index}" if before is None else before),
        thought=thought,
        action=action,
        verdict=verdict,
        replies=fields.pop("replies", (Reply(text=f"reply {index}", finish="stop"),)),
        **fields,
    )


def run_record(name: str = "one") -> RunRecord:
    task = Task(id="t", instruction="Do it.", environment="painted")
    return RunRecord(id=name, started="2026-01-01T00:00:00+00:00", task=task, model="scripted")
